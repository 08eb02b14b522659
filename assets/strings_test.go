package assets_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"chot/assets"
)

func TestLanguagesHaveTheSameKeysAndArguments(t *testing.T) {
	first, err := assets.Load(assets.Languages()[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range assets.Languages()[1:] {
		other, err := assets.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		want, got := flatten(first), flatten(other)
		for key, text := range want {
			theirs, ok := got[key]
			if !ok {
				t.Errorf("%s: %s is missing", language, key)
				continue
			}
			a, b := assets.Arguments(text), assets.Arguments(theirs)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: %s has the arguments %v, in %s it has %v", language, key, b, first.Language, a)
			}
		}
		for key := range got {
			if _, ok := want[key]; !ok {
				t.Errorf("%s: %s is in no other language", language, key)
			}
		}
		if len(want) < 150 {
			t.Errorf("only %d texts were compared", len(want))
		}
	}
}

func TestTextsAreTidy(t *testing.T) {
	for _, language := range assets.Languages() {
		s, err := assets.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		for key, text := range flatten(s) {
			if strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
				t.Errorf("%s: %s has stray spaces: %q", language, key, text)
			}
			if strings.Count(text, "{") != strings.Count(text, "}") {
				t.Errorf("%s: %s has a loose brace: %q", language, key, text)
			}
			if sentence := strings.HasSuffix(key, ".Why") && strings.HasPrefix(key, "Reason") ||
				strings.HasSuffix(key, ".Change") && strings.HasPrefix(key, "Reason") || strings.HasSuffix(key, ".Do"); sentence && !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s is not a sentence: %q", language, key, text)
			}
			if strings.HasPrefix(key, "Reason") && (strings.HasSuffix(key, ".Line") || strings.HasSuffix(key, ".Bare")) {
				if n := len([]rune(text)); n > 36 {
					t.Errorf("%s: %s has %d letters, one line holds 36", language, key, n)
				}
			}
		}
	}
}

// flatten gives every text under its path.
func flatten(s *assets.Strings) map[string]string {
	all := map[string]string{}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.String:
			if v.String() != "" {
				all[path] = v.String()
			}
		case reflect.Map:
			for it := v.MapRange(); it.Next(); {
				walk(it.Value(), path+"."+it.Key().String())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		}
	}
	v := reflect.ValueOf(*s)
	for i := range v.NumField() {
		walk(v.Field(i), v.Type().Field(i).Name)
	}
	return all
}

func TestParseStringsIsStrict(t *testing.T) {
	good := readStrings(t, "vi")
	if _, err := assets.ParseStrings([]byte(good)); err != nil {
		t.Fatalf("the control fails: %v", err)
	}
	for name, bad := range map[string]string{
		"a stray key":              strings.Replace(good, "[label]", "[label]\ncolour = \"đỏ\"", 1),
		"a missing key":            strings.Replace(good, `in = "VÀO"`, "", 1),
		"an empty text":            strings.Replace(good, `in = "VÀO"`, `in = " "`, 1),
		"a line without its bare":  strings.Replace(good, `bare = "Đã hết hạn"`, "", 1),
		"a bare without need":      strings.Replace(good, `line = "Chữ ký giả"`, "line = \"Chữ ký giả\"\nbare = \"Giả\"", 1),
		"a key given twice":        strings.Replace(good, `in = "VÀO"`, "in = \"VÀO\"\nin = \"VÔ\"", 1),
		"a number where text goes": strings.Replace(good, `in = "VÀO"`, `in = 3`, 1),
		"nothing":                  "",
	} {
		if bad == good {
			t.Fatalf("%s: the change did not take", name)
		}
		if _, err := assets.ParseStrings([]byte(bad)); !errors.Is(err, assets.ErrStrings) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := assets.Load("xx"); err == nil || !strings.Contains(err.Error(), "vi, en") {
		t.Errorf("an unknown language: got %v", err)
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		text  string
		pairs []string
		want  string
	}{
		{"{count} left", []string{"count", "3"}, "3 left"},
		{"no argument", []string{"count", "3"}, "no argument"},
		{"{a} {b}", []string{"a", "{b}", "b", "{a}"}, "{b} {a}"},
		{"{a}", nil, "{a}"},
	} {
		if got := assets.Fill(c.text, c.pairs...); got != c.want {
			t.Errorf("Fill(%q, %q) = %q, want %q", c.text, c.pairs, got, c.want)
		}
	}
}
