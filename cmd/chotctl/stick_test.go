package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chot/cmd/internal/keystore"
	"chot/sync/hub"
	"chot/sync/wire"
)

// scanOffline has the device scan n numbers without any link.
func (s demoSite) scanOffline(t *testing.T, from, n int) {
	t.Helper()
	p := s.typist(t, "--offline")
	for i := range n {
		p.scan(from + i)
	}
	p.end()
}

// files lists what is in a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, filepath.Join(dir, e.Name()))
	}
	return names
}

type imported struct {
	Size, Before, Acknowledged uint64
}

func (s demoSite) importReceipts(t *testing.T, args ...string) imported {
	t.Helper()
	var r imported
	out := done(t, chotctl(append([]string{"import", "--site", s.path("device"), "--json"}, args...)...))
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return r
}

// TestStickThereAndBack carries scans to a hub that is not even running, and
// its receipts back; the network then delivers the same and changes nothing.
func TestStickThereAndBack(t *testing.T) {
	site := newSite(t)
	stick, back := t.TempDir(), t.TempDir()
	site.scanOffline(t, 0, 25)
	done(t, chotctl("export", "--site", site.path("device"), "--to", stick))
	first := files(t, stick)
	if len(first) != 1 || !strings.HasSuffix(first[0], "-000000000-000000025"+wire.BundleExt) {
		t.Fatalf("exported %v", first)
	}
	if st := site.verified(t); st.Acknowledged != 0 {
		t.Fatal("exporting alone moved the cursor")
	}
	// The same bytes by another way: a file instead of a folder.
	file := filepath.Join(back, "scans")
	done(t, chotctl("export", "--site", site.path("device"), "--to", file))
	if a, b := read(t, first[0]), read(t, file); !bytes.Equal(a, b) {
		t.Error("a file and a folder were given different bytes")
	}
	os.Remove(file)

	site.scanOffline(t, 25, 5) // while the stick is on its way
	for range 2 {              // a stick that is put in twice
		done(t, chotHub("import", "--data", site.path("hub"), "--receipts", back, stick))
	}
	exactlyOnce(t, site.atHub(t), 25)
	if got := files(t, back); len(got) != 1 || !strings.HasSuffix(got[0], "-000000025"+wire.ReceiptExt) {
		t.Fatalf("receipts: %v", got)
	}
	if r := site.importReceipts(t, back); r != (imported{30, 0, 25}) {
		t.Errorf("imported %+v", r)
	}
	if r := site.importReceipts(t, back); r != (imported{30, 25, 25}) {
		t.Errorf("imported again: %+v", r)
	}

	// The network and the stick both deliver what is left.
	done(t, chotctl("export", "--site", site.path("device"), "--to", stick))
	running := site.hub(t)
	p := site.typist(t, "--drain", "60s")
	p.scan(30)
	p.end()
	done(t, chotHub("import", "--data", site.path("hub"), "--receipts", back, stick)) // the hub is serving
	stop(t, running)
	exactlyOnce(t, site.atHub(t), 31)
	if st := site.verified(t); st.Acknowledged != 31 {
		t.Errorf("%d of 31 are receipted", st.Acknowledged)
	}
	out := done(t, chotctl("import", "--site", site.path("device"), back))
	if !strings.Contains(out, "nothing to do") || !strings.Contains(out, "31 of 31") {
		t.Errorf("receipts older than the cursor: %s", out)
	}
	if out := done(t, chotctl("export", "--site", site.path("device"), "--to", stick)); !strings.Contains(out, "nothing to export") {
		t.Errorf("exported again: %s", out)
	}
}

// TestStickDeliversFirst has the stick bring what the device, which never saw
// the receipt, then sends by the network.
func TestStickDeliversFirst(t *testing.T) {
	site := newSite(t)
	stick := t.TempDir()
	site.scanOffline(t, 0, 12)
	done(t, chotctl("export", "--site", site.path("device"), "--to", stick))
	done(t, chotHub("import", "--data", site.path("hub"), stick)) // receipts beside the bundles
	running := site.hub(t)
	p := site.typist(t, "--drain", "60s")
	p.scan(12)
	p.end()
	stop(t, running)
	exactlyOnce(t, site.atHub(t), 13)
	if st := site.verified(t); st.Acknowledged != 13 {
		t.Errorf("%d of 13 are receipted", st.Acknowledged)
	}
	if r := site.importReceipts(t, stick); r.Acknowledged != 13 {
		t.Errorf("the stick's receipt moved the cursor to %d", r.Acknowledged)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestBadFilesOnAStick brings every wrong file to both ends: each is named
// with what to do, none stops the others, nothing is lost.
func TestBadFilesOnAStick(t *testing.T) {
	site, other := newSite(t), newSite(t)
	stick, back := t.TempDir(), t.TempDir()
	site.scanOffline(t, 0, 6)
	other.scanOffline(t, 0, 3)
	done(t, chotctl("export", "--site", site.path("device"), "--to", stick))
	good := read(t, files(t, stick)[0])
	foreign := filepath.Join(t.TempDir(), "foreign")
	done(t, chotctl("export", "--site", other.path("device"), "--to", foreign))
	change := func(b []byte, at int) []byte { c := bytes.Clone(b); c[at] ^= 1; return c }
	put := func(dir, name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	x := t.TempDir()
	bad := map[string]string{
		put(x, "foreign", read(t, foreign)):                           "this hub does not know device",
		put(x, "cut", good[:len(good)/2]):                             "cut short or changed",
		put(x, "cut-early", good[:3]):                                 "not a bundle",
		put(x, "changed", change(good, len(good)/2)):                  "cut short or changed",
		put(x, "empty", nil):                                          "the file is empty",
		put(x, "photo", []byte("\xff\xd8\xff\xe0 a photograph")):      "not a bundle",
		put(x, "grant", read(t, site.path("device", "grant.json"))):   "not a bundle",
		put(x, "long", append(good, make([]byte, wire.MaxPacked)...)): "longer than a bundle may be",
	}
	args := []string{"import", "--data", site.path("hub"), "--receipts", back}
	for file := range bad {
		args = append(args, file)
	}
	args = append(args, stick)
	stderr := fails(t, 1, chotHub(args...))
	for file, want := range bad {
		found := false
		for line := range strings.Lines(stderr) {
			found = found || strings.HasPrefix(line, file+": ") && strings.Contains(line, want)
		}
		if !found {
			t.Errorf("%s: no sentence with %q in\n%s", filepath.Base(file), want, stderr)
		}
	}
	if !strings.Contains(stderr, "8 of 9 files were not taken") {
		t.Errorf("the sum: %s", stderr)
	}
	exactlyOnce(t, site.atHub(t), 6)

	receipt := files(t, back)[0]
	text := read(t, receipt)
	for what, c := range map[string]struct {
		file string
		want string
	}{
		"another device's": {receipt, "is for device"},
		"a bundle":         {foreign, "take it to the hub"},
		"cut short":        {put(x, "r1", text[:len(text)-30]), "cut short or changed"},
		"changed":          {put(x, "r2", change(text, len(text)-8)), "cut short or changed"},
		"no file":          {filepath.Join(x, "nowhere"), "is the stick in"},
		"a photograph":     {put(x, "r3", []byte("\xff\xd8\xff")), "not a receipt"},
	} {
		site := site
		if what == "another device's" {
			site = other
		}
		if stderr := fails(t, 1, chotctl("import", "--site", site.path("device"), c.file)); !strings.Contains(stderr, c.want) {
			t.Errorf("%s: %s", what, stderr)
		}
	}
	// The device is enrolled with another hub, which knows its key too.
	moved := t.TempDir()
	key := deviceKey(t, site.path("device"))
	acquaint(t, other.path("hub"), key)
	done(t, chotHub("import", "--data", other.path("hub"), "--receipts", moved, stick))
	if stderr := fails(t, 1, chotctl("import", "--site", site.path("device"), moved)); !strings.Contains(stderr, "another hub gave this receipt") {
		t.Errorf("another hub's receipt: %s", stderr)
	}
	if st := site.verified(t); st.Acknowledged != 0 {
		t.Fatalf("a bad receipt moved the cursor to %d", st.Acknowledged)
	}
	// A stick that has made the round of several gates serves this one.
	done(t, chotHub("import", "--data", other.path("hub"), "--receipts", back, foreign))
	if r := site.importReceipts(t, back); r.Acknowledged != 6 {
		t.Errorf("the good receipt at last: %+v", r)
	}

	// A file in the middle is missing: the hub says from where.
	site.scanOffline(t, 6, 2)
	later := filepath.Join(x, "later")
	done(t, chotctl("export", "--site", site.path("device"), "--to", later))
	if stderr := fails(t, 1, chotHub("import", "--data", acquaint(t, filepath.Join(x, "empty-hub"), key), later)); !strings.Contains(stderr, "begins after 6 scans") || !strings.Contains(stderr, "this hub has 0") {
		t.Errorf("a gap: %s", stderr)
	}
	// A revoked device's scans are kept apart, and it is said.
	done(t, chotHub("revoke", "--data", site.path("hub"), key.ID()))
	if stderr := fails(t, 1, chotHub("import", "--data", site.path("hub"), later)); !strings.Contains(stderr, "revoked") {
		t.Errorf("a revoked device: %s", stderr)
	}
}

// deviceKey opens the keys in a device's folder, as whoever has all of it can
// where there is no TPM.
func deviceKey(t *testing.T, dir string) wire.DeviceKey {
	t.Helper()
	f := keystore.Folder{Path: dir}
	v, err := keystore.Open(f, keystore.File{Folder: f})
	if err != nil {
		t.Fatal(err)
	}
	text, err := v.Secret("device")
	if err != nil {
		t.Fatal(err)
	}
	key, err := wire.ParseDeviceKey(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// acquaint makes a device known to the hub in a folder, which is made if there
// is none, and returns the folder.
func acquaint(t *testing.T, data string, key wire.DeviceKey) string {
	t.Helper()
	h, err := hub.Open(data, hub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	e, err := h.NewEnrolment(context.Background(), hub.Site{
		URL: "https://192.0.2.7:8443", Checkpoint: "elsewhere", Root: []byte(`{"signed":{"_type":"root"}}`), Trace: "trace key",
	})
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.SignEnrol(key, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Enrol(context.Background(), body); err != nil {
		t.Fatal(err)
	}
	return data
}

// TestAlarmsOfTheSamples has the hub name the samples' one watch-list hit.
func TestAlarmsOfTheSamples(t *testing.T) {
	site := newSite(t)
	running := site.hub(t)
	done(t, chotctl("scan", "--site", site.path("device"), "--frames", site.path("samples")))
	stop(t, running)
	var hit struct {
		Device, Checkpoint, Direction string
		Ahead                         bool
	}
	out := done(t, chotHub("alarms", "--data", site.path("hub"), "--json"))
	if err := json.Unmarshal([]byte(out), &hit); err != nil || hit.Checkpoint != "Chốt Cầu Mẫu" || hit.Direction != "in" || hit.Ahead {
		t.Errorf("%q: %v", out, err)
	}
	if out := done(t, chotHub("alarms", "--data", site.path("hub"))); !strings.Contains(out, "Chốt Cầu Mẫu") {
		t.Errorf("for a person: %q", out)
	}
}
