package station

import (
	"os"
	"path/filepath"
	"testing"
)

func TestManagedSettings(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	path := filepath.Join(dir, "chot.toml")
	if err := Manage(dir, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a folder was made for nothing")
	}
	if err := Manage(dir, []byte("language = \"en\"\n")); err != nil {
		t.Fatal(err)
	}
	if c, err := LoadConfig(dir); err != nil || c.Language != "en" {
		t.Fatalf("got %q, %v", c.Language, err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Manage(dir, []byte("language = \"en\"\n")); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the same settings were written twice (%v)", err)
	}
	if err := Manage(dir, nil); err != nil {
		t.Fatal(err)
	}
	if c, err := LoadConfig(dir); err != nil || c.Language != "vi" {
		t.Errorf("after the management ended: %q, %v", c.Language, err)
	}
	if err := os.WriteFile(path, []byte("language = \"en\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Manage(dir, nil); err != nil {
		t.Fatal(err)
	}
	if c, err := LoadConfig(dir); err != nil || c.Language != "en" {
		t.Errorf("a file written by hand was taken away: %q, %v", c.Language, err)
	}
}
