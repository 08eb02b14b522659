package station

import (
	"crypto/ed25519"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chot/scanner"
)

func forger() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("station rig forger"))
	return ed25519.NewKeyFromSeed(seed[:])
}

func copyTo(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
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
	for text, says := range map[string]string{
		"langauge = \"vi\"":          "not a setting",
		"language = \"fr\"":          "must be vi or en",
		"direction = \"sideways\"":   "want in or out",
		"[journal]\nmax_mib = 0":     "must be from 1",
		"[link]\nrefresh_minutes=-1": "must be from 1",
		"language = ":                "correct the line",
	} {
		if _, err := load(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q in it", text, err, says)
		}
	}
	for _, line := range []string{"camera", "webcam auto", ""} {
		if _, err := ParseSources([]string{line}); err == nil {
			t.Errorf("the source %q was accepted", line)
		}
	}
}
