package assets

import (
	"embed"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed strings/*.toml
var files embed.FS

// ErrStrings is wrapped by every error about a file of texts.
var ErrStrings = errors.New("not a complete file of texts")

// Languages returns the codes of the languages there are, the first of which
// is the one used when none is chosen.
func Languages() []string { return []string{"vi", "en"} }

// Load returns the texts of a language.
func Load(language string) (*Strings, error) {
	if !slices.Contains(Languages(), language) {
		return nil, fmt.Errorf("language %q is not one of %s", language, strings.Join(Languages(), ", "))
	}
	b, err := files.ReadFile("strings/" + language + ".toml")
	if err != nil {
		return nil, fmt.Errorf("read texts of language %q: %w", language, err)
	}
	s, err := ParseStrings(b)
	if err != nil {
		return nil, err
	}
	if s.Language != language {
		return nil, fmt.Errorf("%w: the file for language %q says it is %q", ErrStrings, language, s.Language)
	}
	return s, nil
}

// ParseStrings decodes a file of texts. Which codes it must hold is the
// business of whoever shows them.
func ParseStrings(b []byte) (*Strings, error) {
	var s Strings
	meta, err := toml.Decode(string(b), &s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStrings, err)
	}
	if stray := meta.Undecoded(); len(stray) > 0 {
		return nil, fmt.Errorf("%w: nothing uses the key %s: delete it or correct its spelling", ErrStrings, stray[0])
	}
	if key := missing(reflect.ValueOf(s), ""); key != "" {
		return nil, fmt.Errorf("%w: the text %s is missing: write it", ErrStrings, key)
	}
	for code, t := range s.Reason {
		if (t.Bare != "") != (len(Arguments(t.Line)) > 0) {
			return nil, fmt.Errorf("%w: reason.%s needs bare exactly when its line has an argument", ErrStrings, code)
		}
	}
	return &s, nil
}

// missing returns the key of the first empty text in v, or "".
func missing(v reflect.Value, key string) string {
	switch v.Kind() {
	case reflect.String:
		if strings.TrimSpace(v.String()) == "" {
			return key
		}
	case reflect.Map:
		if v.Len() == 0 {
			return key
		}
		for it := v.MapRange(); it.Next(); {
			if k := missing(it.Value(), key+"."+it.Key().String()); k != "" {
				return k
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Tag.Get("toml")
			if name == "bare" {
				continue // checked against line
			}
			if key != "" {
				name = key + "." + name
			}
			if k := missing(v.Field(i), name); k != "" {
				return k
			}
		}
	}
	return ""
}

// Arguments returns the names of the arguments in a text, in order.
func Arguments(text string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			return names
		}
		name, rest, ok := strings.Cut(rest, "}")
		if !ok {
			return names
		}
		names = append(names, name)
		text = rest
	}
}

// Fill puts values into a text: Fill("{count} left", "count", "3"). Values
// are not looked at again, so one that holds braces stays as it is.
func Fill(text string, pairs ...string) string {
	if len(pairs) < 2 || !strings.Contains(text, "{") {
		return text
	}
	marks := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		marks = append(marks, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(marks...).Replace(text)
}
