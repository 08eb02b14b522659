package roster

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestStep(t *testing.T) {
	_, base := build(t, persons(3))
	_, next := build(t, persons(4))
	next.Version = base.Version + 1
	text, err := Step{base, next}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseStep(text)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := back.MarshalJSON(); err != nil || !bytes.Equal(again, text) {
		t.Errorf("%s, %v", again, err)
	}
	for name, text := range map[string]string{
		"empty":              "",
		"a manifest":         string(base.encode()),
		"another format":     strings.Replace(string(text), "chot-delta-1", "chot-delta-2", 1),
		"one member more":    strings.Replace(string(text), "{", `{"x":1,`, 1),
		"member twice":       strings.Replace(string(text), "{", `{"format":"chot-delta-1",`, 1),
		"something after it": string(text) + "{}",
		"bad manifest":       strings.Replace(string(text), `"epoch":1`, `"epoch":0`, 1),
		"long":               string(text) + strings.Repeat(" ", maxStep),
	} {
		if _, err := ParseStep([]byte(text)); !errors.Is(err, ErrManifest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := next
	other.Name = "other"
	for name, s := range map[string]Step{"backwards": {next, base}, "nowhere": {base, base}, "another list": {base, other}} {
		if text, err := s.MarshalJSON(); !errors.Is(err, ErrManifest) {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
}
