package android

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"chot/cmd/internal/station"

	"github.com/BurntSushi/toml"
)

// Restrictions are what a manager of devices has set for the program (Android's
// managed configurations): res/xml/restrictions.xml lists them.
type Restrictions struct {
	// Enrolment is the hub's code or file to join; "" for none.
	Enrolment string
	// Settings are chot.toml's text; nil where nothing is managed.
	Settings []byte
}

const keyEnrolment = "enrolment"

// ParseRestrictions reads the JSON that Device.restrictions makes of them: an
// object whose keys are chot.toml's, dotted ("sound.volume"), and "enrolment".
// Lists of one text ("sources") are lines; lists of several ("operators",
// "purposes") are arrays of objects. A text that is empty and a list without
// rows count as not set: consoles send these for what nobody filled in. Every
// key that is not a setting and every value that may not stand is one sentence;
// where there is one, nothing is to be applied.
func ParseRestrictions(text []byte) (Restrictions, []station.Problem) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var set map[string]any
	if err := d.Decode(&set); err != nil {
		return Restrictions{}, []station.Problem{{Says: "what the device's management has set cannot be read: set it anew"}}
	}
	var r Restrictions
	var problems []station.Problem
	good := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(set)) {
		value, says := restriction(key, set[key])
		switch {
		case says != "":
			problems = append(problems, station.Problem{Key: key, Says: says})
		case value == nil:
		case key == keyEnrolment:
			r.Enrolment = value.(string)
		default:
			good[key] = value
		}
	}
	if len(good) == 0 {
		return r, problems
	}
	var err error
	if r.Settings, err = settings(good); err != nil {
		return r, append(problems, station.Problem{Says: err.Error()})
	}
	_, found := station.CheckConfig(r.Settings)
	for _, p := range found {
		p.Line = 0 // of a file that nobody has written
		if !slices.Contains(problems, p) {
			problems = append(problems, p)
		}
	}
	slices.SortStableFunc(problems, func(a, b station.Problem) int { return cmp.Compare(a.Key, b.Key) })
	if len(problems) > 0 {
		r.Settings = nil
	}
	return r, problems
}

// restriction is a value as chot.toml holds it, nil for one that is not set, or
// what is wrong with its type.
func restriction(key string, value any) (_ any, says string) {
	switch v := value.(type) {
	case nil:
		return nil, ""
	case string:
		if strings.TrimSpace(v) == "" {
			return nil, ""
		}
		if key == "sources" {
			return strings.FieldsFunc(v, func(r rune) bool { return r == '\n' || r == ';' }), ""
		}
		return typed(key, v)
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return nil, fmt.Sprintf("is %s, must be a whole number", v)
		}
		return typed(key, n)
	case []any:
		if len(v) == 0 {
			return nil, ""
		}
		for i, row := range v {
			if o, ok := row.(map[string]any); ok {
				for k, field := range o {
					if _, ok := field.(string); !ok {
						return nil, fmt.Sprintf("has, in number %d, a %s that is not a text", i+1, k)
					}
				}
			}
		}
		return typed(key, v)
	}
	return typed(key, value)
}

// typed checks a value's type against the setting's, one key at a time, so that
// one of the wrong type does not hide the others.
func typed(key string, value any) (any, string) {
	if key == keyEnrolment {
		if _, ok := value.(string); !ok {
			return nil, "must be the text that chot-hub enrol prints"
		}
		return value, ""
	}
	if !slices.Contains(station.Keys(), key) {
		return value, "" // CheckConfig says what was probably meant
	}
	text, err := settings(map[string]any{key: value})
	if err != nil {
		return nil, "is of a kind that no setting has"
	}
	var c station.Config
	if _, err := toml.Decode(string(text), &c); err != nil {
		return nil, "is of the wrong kind: see the list of restrictions for whether it is a text, a whole number, yes or no, or a list"
	}
	return value, ""
}

// settings writes dotted keys as chot.toml has them.
func settings(flat map[string]any) ([]byte, error) {
	nested := map[string]any{}
	for key, value := range flat {
		table, name, dotted := strings.Cut(key, ".")
		if !dotted {
			nested[key] = value
			continue
		}
		inner, ok := nested[table].(map[string]any)
		if !ok {
			inner = map[string]any{}
			nested[table] = inner
		}
		inner[name] = value
	}
	return toml.Marshal(nested)
}
