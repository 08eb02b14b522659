package station

import (
	"crypto/ed25519"
	"crypto/sha256"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"chot/scanner"
)

func forger() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("station rig forger"))
	return ed25519.NewKeyFromSeed(seed[:])
}

func TestConfig(t *testing.T) {
	load := func(text string) (Config, error) {
		dir := t.TempDir()
		if text != "" {
			if err := os.WriteFile(filepath.Join(dir, "chot.toml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return LoadConfig(dir)
	}
	if c, err := load(""); err != nil || c.Language != "vi" || c.Journal.MaxMiB != 256 || c.Journal.RetentionDays != 21 || c.Direction != scanner.In {
		t.Errorf("defaults: %+v, %v", c, err)
	}
	c, err := load("language = \"en\"\ndirection = \"out\"\nsources = [\"camera auto\", \"serial /dev/ttyUSB0,9600\"]\n[journal]\nmax_mib = 64\n")
	if err != nil || c.Language != "en" || c.Direction != scanner.Out || c.Journal.MaxMiB != 64 || c.Journal.RetentionDays != 21 {
		t.Errorf("got %+v, %v", c, err)
	}
	if s, err := ParseSources(c.Sources); err != nil || len(s.Cameras) != 1 || len(s.Serials) != 1 {
		t.Errorf("sources %+v, %v", s, err)
	}
	if c, err := load("[camera]\nleave = true\n"); err != nil || !c.controls().Leave {
		t.Errorf("a camera that is left alone: %+v, %v", c.Camera, err)
	}
	if want := DefaultConfig(); c.Sound != want.Sound || c.Relay != want.Relay {
		t.Errorf("a file that says nothing of sound and relay changes them: %+v", c)
	}
	for text, says := range map[string]string{
		"langauge = \"vi\"":                    "did you mean language",
		"[sound]\nvolumes = 3":                 "did you mean sound.volume",
		"[light]\non = true":                   "line 1: light is not a setting",
		"volume = 3":                           "did you mean sound.volume",
		"x = 1":                                "check its spelling",
		"[screen]\npreset = \"noon\"":          "must be day, night or sun",
		"[sound]\nvolume = 11":                 "from 0 to 10",
		"[camera]\npower_line = 55":            "must be 50 or 60",
		"[camera]\nexposure_us = 50":           "from 100 to 200000",
		"[camera]\nexposure_us = 900000":       "from 100 to 200000",
		"[camera]\nfocus = 101":                "from 1 (far) to 100 (near)",
		"[camera]\nfocus = -1":                 "from 1 (far) to 100 (near)",
		"[camera]\nexposure_ms = 4":            "did you mean camera.exposure_us",
		"[camera]\nleave = true\ntorch = true": "delete this line or those",
		"[relay]\nadmit = \"lpt1\"":            "relay.admit is not understood",
		"[relay]\nadmit = \"gpio:/dev/gpiochip0,1\"\nrefuse = \"gpio:/dev/gpiochip0,1\"":            "would open the barrier",
		"[relay]\nadmit = \"serial:/dev/ttyS0,lcus1\"\nrefuse = \"serial:/dev/ttyS0@115200,lcus2\"": "give both the same",
		"[relay]\nturned = \"gpio:/dev/gpiochip0,1\"":                                               "has no barrier",
		"[relay]\nadmit = \"gpio:/dev/gpiochip0,1\"\nturned = \"serial:/dev/ttyS0,lcus1\"":          "give an input",
		"[relay]\npulse_ms = 5":                   "from 50 to 10000",
		"[relay]\nwithin_ms = 5":                  "from 500 to 60000",
		"[supervisor]\npin = \"1234\"":            "make one with chotctl config pin",
		"sources = [\"camera\"]":                  "want a kind and a place",
		"sources = [\"serial /dev/x,red\"]":       "options are not understood",
		"sources = [\"serial /dev/x,9601\"]":      "the baud rate is not one",
		"sources = [\"wedge auto,loud\"]":         "options are not understood",
		"sources = [\"intent zebra\"]":            "it can only be",
		"operators = [{name=\"\"}]":               "must have from 1 to 40 letters",
		"operators = [{name=\"A\"},{name=\"A\"}]": "twice",
		"operators = [{name=\"A\",pin=\"1234\"}]": "make one with chotctl config pin",
		"operators = [{name=\"A\",age=3}]":        "operators.age is not a setting",
		"purposes = [{code=\"m\"},{code=\"m\"}]":  "twice",
		"[journal]\nretention_days = 5000":        "from 0 to 3650",
		"language = 3":                            "line 1",
		"language = \"fr\"":                       "must be vi or en",
		"direction = \"sideways\"":                "want in or out",
		"[journal]\nmax_mib = 0":                  "must be from 1",
		"[link]\nrefresh_minutes=-1":              "must be from 1",
		"language = ":                             "correct the line",
	} {
		if _, err := load(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q in it", text, err, says)
		}
	}
	if _, problems := CheckConfig([]byte("# two mistakes\nlanguage = \"fr\"\n\n[sound]\n\nvolume = 99\n")); len(problems) != 2 ||
		problems[0].Line != 2 || problems[1].Line != 6 {
		t.Errorf("two mistakes give %v", problems)
	}
	for _, line := range []string{"camera", "webcam auto", ""} {
		if _, err := ParseSources([]string{line}); err == nil {
			t.Errorf("the source %q was accepted", line)
		}
	}
}

// The documented file names every setting, at the value that holds without it:
// it cannot drift from the program.
func TestExampleConfig(t *testing.T) {
	text, err := os.ReadFile("../../../assets/linux/chot.toml")
	if err != nil {
		t.Fatal(err)
	}
	if c, problems := CheckConfig(text); len(problems) > 0 || !reflect.DeepEqual(c, DefaultConfig()) {
		t.Errorf("as it is shipped it gives %+v, %v", c, problems)
	}
	var plain []string
	documented := map[string]int{}
	table, explained := "", false
	for i, line := range strings.Split(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "["):
			table = strings.Trim(line, "[]") + "."
		case len(line) > 1 && line[0] == '#' && line[1] != ' ':
			line = line[1:]
			key, _, ok := strings.Cut(line, " = ")
			if !ok || !explained {
				t.Errorf("line %d: %q is no key with a comment above it", i+1, line)
			}
			documented[table+key]++
		}
		explained = strings.HasPrefix(line, "#")
		plain = append(plain, line)
	}
	for _, key := range Keys() {
		if documented[key] != 1 {
			t.Errorf("%s stands there %d times, want once", key, documented[key])
		}
		delete(documented, key)
	}
	for key := range documented {
		t.Errorf("%s is no setting", key)
	}
	uncommented := strings.Join(plain, "\n")
	c, problems := CheckConfig([]byte(uncommented))
	if len(problems) > 0 {
		t.Fatalf("without the # it has mistakes: %v", problems)
	}
	for _, list := range []any{&c.Operators, &c.Purposes, &c.Sources} {
		if v := reflect.ValueOf(list).Elem(); v.Len() == 0 {
			v.SetZero() // an empty list is none
		}
	}
	if want := DefaultConfig(); !reflect.DeepEqual(c, want) {
		t.Errorf("without the # it gives\n%+v, want the defaults\n%+v", c, want)
	}
	// The control: another value is noticed.
	changed, _ := CheckConfig([]byte(strings.Replace(uncommented, "volume = 8", "volume = 7", 1)))
	if changed.Sound.Volume != 7 {
		t.Error("the file's volume is not read: the comparison above proves nothing")
	}
}

func TestPINHash(t *testing.T) {
	hash, err := HashPIN("4071")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := HashPIN("4071")
	if hash == again || strings.Contains(hash, "4071") {
		t.Errorf("two hashes of a PIN are %s and %s", hash, again)
	}
	if !pinFits(hash, "4071") || pinFits(hash, "4072") || pinFits(hash, "") || pinFits("", "") || pinFits("4071", "4071") {
		t.Error("a wrong PIN fits, or the right one does not")
	}
	for _, pin := range []string{"", "123", "1234567890123", "12a4", "-123"} {
		if _, err := HashPIN(pin); err == nil {
			t.Errorf("%q was taken for a PIN", pin)
		}
	}
	for _, bad := range []string{"", "1234", "$argon2id$v=19$m=4294967295,t=2,p=1$AAAAAAAAAAA$AAAA", strings.Replace(hash, "t=2", "t=99", 1), strings.Replace(hash, "m=", "m=0", 1), hash + "x"} {
		if checkHash(bad) == nil {
			t.Errorf("%q was taken for a hash", bad)
		}
	}
}
