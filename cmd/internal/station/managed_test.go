package station

import (
	"bytes"
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

// Settings whose PINs the device has sealed are not written anew at each start;
// other settings, what somebody changed, and another device's are.
func TestManagedPINs(t *testing.T) {
	r := newRig(t)
	r.pins()
	path := r.path("device", configFile)
	settings, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	start := func(settings []byte) (written bool) {
		t.Helper()
		before, _ := os.ReadFile(path)
		if err := Manage(r.device(), settings); err != nil {
			t.Fatal(err)
		}
		s := r.open(func(o *Options) { o.Offline = true })
		if a := s.TryPIN(t.Context(), "", "4071"); !a.OK {
			t.Errorf("the PIN does not count: %+v", a)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		r.nothingPlain()
		after, err := os.ReadFile(path) // sealing never gives the same twice
		return err != nil || !bytes.Equal(before, after)
	}
	if !start(settings) || start(settings) || start(settings) {
		t.Error("the settings are not written, or more than once")
	}
	if other := append([]byte("vehicles = true\n"), settings...); !start(other) || start(other) || !start(settings) {
		t.Error("other settings are not written, or more than once")
	}
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(now, []byte("Ca 2"), []byte("Ca 3"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if !start(settings) || start(settings) {
		t.Error("what somebody changed stays, or is put right more than once")
	}
	if err := os.Remove(r.path("device", "keeper", "file.key")); err != nil {
		t.Fatal(err)
	}
	r.enrol()
	if !start(settings) || start(settings) {
		t.Error("what another device has sealed stays, or is written more than once")
	}
}
