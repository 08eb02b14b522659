package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chot/cmd/internal/tracing"
	"chot/sync/hub"
)

func answer(t *testing.T, args ...string) tracing.Answer {
	t.Helper()
	var a tracing.Answer
	out := done(t, chotctl(append([]string{"trace", "--json"}, args...)...))
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return a
}

// TestTraceAtTheHubAndFromAStick finds a person where the key is, by both
// ways, and the hub's audit says who asked, but not for whom.
func TestTraceAtTheHubAndFromAStick(t *testing.T) {
	site := newSite(t)
	key := site.path("trace.key")
	stick := filepath.Join(t.TempDir(), "stick") + string(filepath.Separator)
	site.scanOffline(t, 0, 8) // 001190000000 to …7
	site.scanOffline(t, 3, 1)
	done(t, chotctl("export", "--site", site.path("device"), "--to", stick))
	subject := "001190000003"

	a := answer(t, "--key", key, "--export", stick, "--subject", subject)
	if len(a.Sightings) != 2 || a.Entries != 9 || a.Opened != 9 || a.Sightings[0].Subject != "vn.id:"+subject || a.Sightings[0].Checkpoint != "Chốt Cầu Mẫu" {
		t.Fatalf("from an export: %+v", a)
	}
	done(t, chotHub("import", "--data", site.path("hub"), stick))
	stdin := chotctl("trace", "--json", "--key", key, "--hub", site.path("hub"), "--with", "-", "--window", "10m", "--reason", "case 12")
	stdin.Stdin = strings.NewReader("vn.id:" + subject + "\n")
	if err := json.Unmarshal([]byte(done(t, stdin)), &a); err != nil || len(a.Sightings) != 2 || len(a.With) != 7 {
		t.Fatalf("at the hub: %+v %v", a, err)
	}
	if out := done(t, chotctl("trace", "--key", key, "--hub", site.path("hub"), "--subject", "001190999999")); !strings.Contains(out, "not seen") {
		t.Errorf("somebody who was not there: %s", out)
	}

	audit := done(t, chotctl("trace", "--key", key, "--hub", site.path("hub"), "--audit"))
	if lines := strings.Split(strings.TrimSpace(audit), "\n"); len(lines) != 2 ||
		!strings.Contains(lines[0], "with vn.id:"+subject+" 10m0s  case 12") || !strings.Contains(lines[1], "subject vn.id:001190999999") {
		t.Errorf("the audit: %s", audit)
	}
	for _, name := range []string{"hub.db", "hub.db-wal"} {
		if b, err := os.ReadFile(site.path("hub", name)); err == nil && (bytes.Contains(b, []byte(subject)) || bytes.Contains(b, []byte("case 12"))) {
			t.Errorf("%s says whom the audit is about", name)
		}
	}
	other := filepath.Join(t.TempDir(), "other.key")
	done(t, chotctl("trace-key", "--out", other))
	if out := done(t, chotctl("trace", "--key", other, "--hub", site.path("hub"), "--audit")); strings.Contains(out, subject) || strings.Count(out, "sealed to key") != 2 {
		t.Errorf("the audit with another key: %s", out)
	}

	// Wrong key, wrong file, wrong line: a sentence each, and the use is written down all the same.
	if s := fails(t, 1, chotctl("trace", "--key", other, "--hub", site.path("hub"), "--subject", subject)); !strings.Contains(s, "opened none of the entries") {
		t.Errorf("another key: %s", s)
	}
	if s := fails(t, 1, chotctl("trace", "--key", key+".pub", "--hub", site.path("hub"), "--subject", subject)); !strings.Contains(s, "this is the public key") {
		t.Errorf("the public key: %s", s)
	}
	if s := fails(t, 1, chotctl("trace", "--key", key, "--export", key, "--subject", subject)); !strings.Contains(s, "give what chotctl export wrote") {
		t.Errorf("not an export: %s", s)
	}
	for _, args := range [][]string{
		{"--hub", site.path("hub"), "--subject", subject},
		{"--key", key, "--subject", subject},
		{"--key", key, "--hub", site.path("hub")},
		{"--key", key, "--hub", site.path("hub"), "--subject", subject, "--with", subject},
		{"--key", key, "--hub", site.path("hub"), "--with", subject, "--window", "-1s"},
		{"--key", key, "--hub", site.path("hub"), "--subject", "zz 1"},
	} {
		if s := fails(t, 2, chotctl(append([]string{"trace"}, args...)...)); strings.Contains(s, subject) || strings.Contains(s, "zz 1") {
			t.Errorf("%v: the sentence repeats whom it is about: %s", args, s)
		}
	}
	h, err := hub.Open(site.path("hub"), hub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	// Two answered, one with another key, and none for those that were never begun.
	if all, err := h.Traces(t.Context()); err != nil || len(all) != 3 {
		t.Errorf("%d uses in the audit, %v", len(all), err)
	}
}
