package android

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chot/cmd/internal/station"

	"github.com/BurntSushi/toml"
)

func TestRestrictionsBecomeSettings(t *testing.T) {
	hash, err := station.HashPIN("482915")
	if err != nil {
		t.Fatal(err)
	}
	r, problems := ParseRestrictions([]byte(`{
		"enrolment": "CHOT1:ABC", "language": "en", "direction": "out", "vehicles": true, "operator": "",
		"operators": [{"name": "Ca sáng", "pin": "` + hash + `"}, {"name": "Ca tối", "pin": ""}],
		"purposes": [{"code": "market", "vi": "Đi chợ", "en": "Market"}],
		"sources": "camera auto; frames pictures\nwedge auto", "sound.volume": 3, "sound.on": false, "screen.preset": "night",
		"supervisor.pin": "` + hash + `", "journal.max_mib": 512}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if r.Enrolment != "CHOT1:ABC" {
		t.Errorf("enrolment %q", r.Enrolment)
	}
	c, problems := station.CheckConfig(r.Settings)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if c.Language != "en" || !c.Vehicles || c.Sound.Volume != 3 || c.Sound.On || c.Screen.Preset != "night" || c.Supervisor.PIN != hash || c.Journal.MaxMiB != 512 {
		t.Errorf("got %+v", c)
	}
	if len(c.Operators) != 2 || c.Operators[0] != (station.Operator{Name: "Ca sáng", PIN: hash}) || len(c.Purposes) != 1 || c.Purposes[0].VI != "Đi chợ" {
		t.Errorf("got %v %v", c.Operators, c.Purposes)
	}
	if s, err := station.ParseSources(c.Sources); err != nil || len(s.Cameras)+len(s.Frames)+len(s.Wedges) != 3 {
		t.Errorf("sources %q: %v", c.Sources, err)
	}
	if c.Operator != "" || c.Journal.RetentionDays != station.DefaultConfig().Journal.RetentionDays {
		t.Error("what is not set does not keep its default")
	}
}

func TestNobodyManages(t *testing.T) {
	for _, text := range []string{`{}`, `{"language": "", "operators": [], "enrolment": " ", "sound.volume": null}`} {
		r, problems := ParseRestrictions([]byte(text))
		if len(problems) > 0 || r.Settings != nil || r.Enrolment != "" {
			t.Errorf("%s: %+v %v", text, r, problems)
		}
	}
}

func TestEachBadRestrictionIsASentence(t *testing.T) {
	for _, c := range []struct {
		text string
		keys string // of the sentences
		says string
	}{
		{`{"langauge": "vi"}`, "langauge", "did you mean language?"},
		{`{"volume": 3}`, "volume", "did you mean sound.volume?"},
		{`{"sound": {"volume": 3}, "colour": true}`, "colour", "is not a setting"},
		{`{"language": "fr"}`, "language", "must be vi or en"},
		{`{"sound.volume": 11}`, "sound.volume", "from 0 to 10"},
		{`{"sound.volume": "loud"}`, "sound.volume", "of the wrong kind"},
		{`{"sound.volume": 2.5}`, "sound.volume", "a whole number"},
		{`{"sound.on": 1, "screen.large": "yes", "vehicles": true}`, "screen.large sound.on", "of the wrong kind"},
		{`{"supervisor.pin": "1234"}`, "supervisor.pin", "config pin"},
		{`{"operators": [{"name": "An", "pin": 7}]}`, "operators", "in number 1, a pin"},
		{`{"operators": ["An"]}`, "operators", "of the wrong kind"},
		{`{"operators": [{"name": "An", "role": "chief"}]}`, "operators.role", "is not a setting"},
		{`{"sources": "telescope auto"}`, "sources", "camera, serial"},
		{`{"enrolment": 5}`, "enrolment", "chot-hub enrol"},
		{`{"language": "fr", "sound.volume": "loud", "colour": 1}`, "colour language sound.volume", ""},
		{`[]`, "", "cannot be read"},
		{`{"language": "vi"`, "", "cannot be read"},
		{``, "", "cannot be read"},
	} {
		r, problems := ParseRestrictions([]byte(c.text))
		var keys, all []string
		for _, p := range problems {
			if p.Line != 0 || p.Says == "" {
				t.Errorf("%s: %+v is no sentence about no line", c.text, p)
			}
			keys, all = append(keys, p.Key), append(all, p.String())
		}
		if got := strings.Join(keys, " "); got != c.keys || len(problems) == 0 || r.Settings != nil {
			t.Errorf("%s: wrong are %q, want %q (settings %q): %v", c.text, got, c.keys, r.Settings, all)
		}
		if c.says != "" && !strings.Contains(strings.Join(all, "\n"), c.says) {
			t.Errorf("%s: %q does not say %q", c.text, all, c.says)
		}
	}
}

// elsewhere are the settings that a handheld has no use for.
var elsewhere = []string{"sound.device", "relay.admit", "relay.refuse", "relay.turned", "relay.pulse_ms", "relay.within_ms"}

type entry struct {
	Key     string  `xml:"key,attr"`
	Type    string  `xml:"restrictionType,attr"`
	Default string  `xml:"defaultValue,attr"`
	Title   string  `xml:"title,attr"`
	Rows    []entry `xml:"restriction"`
}

// TestRestrictionsAreListed holds the list that a console shows to the settings
// there are, their kinds and their defaults.
func TestRestrictionsAreListed(t *testing.T) {
	res := filepath.Join("..", "..", "..", "assets", "android", "res")
	var list struct {
		Entries []entry `xml:"restriction"`
	}
	read(t, filepath.Join(res, "xml", "restrictions.xml"), &list)
	names := map[string][]string{}
	for _, folder := range []string{"values", "values-vi"} {
		var texts struct {
			Strings []struct {
				Name string `xml:"name,attr"`
				Text string `xml:",chardata"`
			} `xml:"string"`
		}
		read(t, filepath.Join(res, folder, "restrictions.xml"), &texts)
		for _, s := range texts.Strings {
			if strings.TrimSpace(s.Text) == "" {
				t.Errorf("%s: %s is empty", folder, s.Name)
			}
			names[s.Name] = append(names[s.Name], folder)
		}
	}
	for name, in := range names {
		if len(in) != 2 {
			t.Errorf("%s stands in %v only", name, in)
		}
	}
	defaults := flat(t, station.DefaultConfig())
	var listed []string
	for _, e := range list.Entries {
		listed = append(listed, e.Key)
		if len(names[strings.TrimPrefix(e.Title, "@string/")]) == 0 {
			t.Errorf("%s has no title", e.Key)
		}
		kind := map[string]string{"bool": "bool", "integer": "int64"}[e.Type]
		if kind == "" && e.Default == "" {
			continue
		}
		v, ok := defaults[e.Key]
		if !ok || fmt.Sprint(v) != e.Default || kind != "" && fmt.Sprintf("%T", v) != kind {
			t.Errorf("%s is listed as %s %q, the default is %T %v", e.Key, e.Type, e.Default, v, v)
		}
	}
	for _, key := range station.Keys() {
		if slices.Contains(listed, key) == slices.Contains(elsewhere, key) {
			t.Errorf("%s must be either listed or named as of no use", key)
		}
	}
	for _, key := range listed {
		if key != keyEnrolment && !slices.Contains(station.Keys(), key) {
			t.Errorf("%s is no setting", key)
		}
	}
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = xml.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// flat is a value's settings by dotted key.
func flat(t *testing.T, c station.Config) map[string]any {
	t.Helper()
	text, err := toml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var nested map[string]any
	if err := toml.Unmarshal(text, &nested); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for key, v := range nested {
		inner, ok := v.(map[string]any)
		if !ok {
			all[key] = v
			continue
		}
		for name, v := range inner {
			all[key+"."+name] = v
		}
	}
	return all
}
