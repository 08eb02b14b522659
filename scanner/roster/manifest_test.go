package roster

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

const goodManifest = `{"format":"chot-roster-2","name":"gate","authority":"Chốt test authority","version":3,"epoch":2,"rows":1000,"size":14560,"root":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","issued":"2026-03-01T00:00:00Z","stale_after":86400,"expire_after":604800}`

func TestManifest(t *testing.T) {
	m, err := ParseManifest([]byte(goodManifest))
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "gate" || m.Version != 3 || m.Epoch != 2 || m.Rows != 1000 || m.Size != 14560 || m.StaleAfter != 24*time.Hour ||
		m.ExpireAfter != 7*24*time.Hour || !m.Issued.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) || m.Root[1] != 0x11 {
		t.Errorf("%+v", m)
	}
	for name, marshal := range map[string]func(any) ([]byte, error){
		"plain": json.Marshal, "indented": func(v any) ([]byte, error) { return json.MarshalIndent(v, "", "  ") },
	} {
		text, err := marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var again Manifest
		if err := json.Unmarshal(text, &again); err != nil || again != m {
			t.Errorf("%s: %+v, %v", name, again, err)
		}
	}
	if _, err := json.Marshal(Manifest{}); !errors.Is(err, ErrManifest) {
		t.Errorf("an empty manifest: %v", err)
	}
}

func TestManifestRefuses(t *testing.T) {
	change := func(old, new string) string {
		if !strings.Contains(goodManifest, old) {
			t.Fatalf("no %q to change", old)
		}
		return strings.Replace(goodManifest, old, new, 1)
	}
	for _, text := range []string{
		"", "{}", "null", "[]", goodManifest[:100], goodManifest + "{}", goodManifest + "x", strings.Repeat(" ", maxManifest) + goodManifest,
		change(`chot-roster-2`, `chot-roster-3`),
		change(`"format"`, `"Format"`),
		change(`"version":3`, `"version":3,"extra":1`),
		change(`"version":3`, `"version":3,"version":4`),
		change(`"version":3`, `"version":0`),
		change(`"version":3`, `"version":-1`),
		change(`"version":3`, `"version":3.0`),
		change(`"version":3`, `"version":"3"`),
		change(`"epoch":2`, `"epoch":0`),
		change(`"epoch":2`, `"epoch":4294967296`),
		change(`"rows":1000`, `"rows":100000001`),
		change(`"size":14560`, `"size":14561`),
		change(`"size":14560`, `"size":0`),
		change(`"size":14560`, `"size":-2080`),
		change(`0011`, `001`),
		change(`aabb`, `AABB`),
		change(`00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff`, strings.Repeat("0", 64)),
		change(`00Z`, `00+00:00`),
		change(`00Z`, `00.5Z`),
		change(`2026-03-01T00:00:00Z`, `2026-03-01T07:00:00+07:00`),
		change(`2026-03-01`, `2026-02-30`),
		change(`2026-03-01`, `0001-01-01`),
		change(`"stale_after":86400`, `"stale_after":0`),
		change(`"stale_after":86400`, `"stale_after":604801`),
		change(`"expire_after":604800`, `"expire_after":9223372036854775807`),
		change(`"expire_after":604800`, `"expire_after":-1`),
		change(`"gate"`, `"../gate"`), change(`"gate"`, `""`), change(`"gate"`, `"Gate"`), change(`"gate"`, `".gate"`),
		change(`"gate"`, `"`+strings.Repeat("g", 65)+`"`),
		change(`Chốt test authority`, ``), change(`Chốt`, `<b>`), change(`Chốt`, `Cho\nt`), change(`Chốt`, `Ch\u1ed1t`),
	} {
		if m, err := ParseManifest([]byte(text)); !errors.Is(err, ErrManifest) || m != (Manifest{}) {
			t.Errorf("%s: %+v, %v", text, m, err)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(goodManifest))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseManifest(text)
		if err != nil {
			return
		}
		encoded, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseManifest(encoded); err != nil || again != m {
			t.Fatalf("%+v, then %+v, %v", m, again, err)
		}
	})
}

func TestAge(t *testing.T) {
	m := identity()
	day := 24 * time.Hour
	for _, test := range []struct {
		name           string
		confirmed, now time.Duration // after issue; confirmed -1: never
		want           Age
	}{
		{"new", -1, 0, Fresh},
		{"a day less a second", -1, day - time.Second, Fresh},
		{"a day", -1, day, Stale},
		{"a week less a second", -1, 7*day - time.Second, Stale},
		{"a week", -1, 7 * day, Expired},
		{"confirmed yesterday", 29*day + time.Second, 30 * day, Fresh},
		{"confirmed two days ago", 28 * day, 30 * day, Stale},
		{"confirmed long ago", day, 30 * day, Expired},
		{"the authority's clock a little ahead", -1, -5 * time.Minute, Fresh},
		{"a clock of yesterday", -1, -day, Expired},
		{"a clock of before the confirmation", 5 * day, 4 * day, Expired},
	} {
		var confirmed time.Time
		if test.confirmed >= 0 {
			confirmed = m.Issued.Add(test.confirmed)
		}
		if got := m.Age(confirmed, m.Issued.Add(test.now)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if got := (Manifest{}).Age(time.Time{}, time.Now()); got != Expired {
		t.Errorf("no manifest: %v", got)
	}
	if Age(0) != Expired {
		t.Error("the zero age must not be usable")
	}
}
