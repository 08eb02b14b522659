package hub

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

func scrape(t *testing.T, h *Hub, from string) (code int, text string) {
	t.Helper()
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.RemoteAddr = from
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// Prometheus learns how much and how it went, never who or where.
func TestMetrics(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{Scrapers: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
	l, other := enrolled(t, h), enrolled(t, h)
	l.Add(50)
	l.Append([]byte("of a version to come"))
	give(t, h, l, l.Packed(0, 51), 51)
	give(t, h, l, l.Packed(0, 51), 51)
	refused(t, h, []byte("<html>"), wire.BadBundle)
	if _, err := h.Revoke(context.Background(), other.Key.ID()); err != nil {
		t.Fatal(err)
	}
	refused(t, h, other.Packed(0, 0), wire.RevokedDevice)
	if _, err := h.Enrol(context.Background(), nil); err == nil {
		t.Fatal("nothing enrols")
	}
	code, text := scrape(t, h, "127.0.0.1:5000")
	for _, want := range []string{
		`chot_hub_bundles_total{answer="taken"} 1`, `chot_hub_bundles_total{answer="repeated"} 1`, `chot_hub_bundles_total{answer="bad-bundle"} 1`,
		`chot_hub_bundles_total{answer="revoked-device"} 1`, `chot_hub_entries_total 51`, `chot_hub_quarantined_entries_total 1`,
		`chot_hub_enrolments_total{answer="granted"} 2`, `chot_hub_enrolments_total{answer="bad-request"} 1`, `chot_hub_take_seconds_count 4`,
		`chot_hub_devices{state="active"} 1`, `chot_hub_devices{state="revoked"} 1`, `chot_hub_entries 51`, `chot_hub_database_up 1`, "go_goroutines",
	} {
		if !strings.Contains(text, want+"\n") && !strings.Contains(text, want+" ") {
			t.Errorf("the metrics do not say %s", want)
		}
	}
	for _, personal := range []string{l.Key.ID(), other.Key.ID(), "gate-2", "workers", "yard"} {
		if strings.Contains(text, personal) {
			t.Errorf("the metrics name %q", personal)
		}
	}
	if code != 200 {
		t.Errorf("status %d", code)
	}
	for from, want := range map[string]int{"[::1]:5000": 200, "10.1.2.3:5000": 200, "10.2.2.3:5000": 404, "203.0.113.7:5000": 404, "": 404} {
		if code, text := scrape(t, h, from); code != want || want == 404 && strings.Contains(text, "chot_hub") {
			t.Errorf("from %q: %d", from, code)
		}
	}
	if err := h.store.Close(); err != nil {
		t.Fatal(err)
	}
	if code, text := scrape(t, h, "127.0.0.1:1"); code != 200 || !strings.Contains(text, "chot_hub_database_up 0\n") {
		t.Errorf("without a database: %d", code)
	}
	refusedInternally(t, h, l)
	if _, text := scrape(t, h, "127.0.0.1:1"); !strings.Contains(text, `chot_hub_bundles_total{answer="internal"} 1`) {
		t.Error("the hub's own trouble is not counted")
	}
}

func refusedInternally(t *testing.T, h *Hub, l *wiretest.Log) {
	t.Helper()
	if _, err := h.Take(context.Background(), l.Packed(0, 51)); err == nil {
		t.Error("a receipt without a database")
	}
}

// Logs are JSON, a line an event, without anything personal.
func TestLog(t *testing.T) {
	var b bytes.Buffer
	h := openHub(t, t.TempDir(), Options{Log: slog.New(slog.NewJSONHandler(&b, nil))})
	l := enrolled(t, h)
	l.Add(2)
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, httptest.NewRequest("POST", wire.BundlesPath, bytes.NewReader(l.Packed(1, 2))))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	for _, line := range lines {
		var event map[string]any
		if err := json.Unmarshal([]byte(line), &event); err != nil || event["msg"] == "" {
			t.Errorf("%v: %s", err, line)
		}
	}
	if len(lines) != 2 || !strings.Contains(lines[1], `"refused":"gap"`) || !strings.Contains(lines[1], l.Key.ID()) {
		t.Errorf("got %s", b.String())
	}
}

// A hub's own certificate is what devices are told and see, whoever makes the
// enrolment, and cannot be swapped for another key behind their backs.
func TestOwnCertificate(t *testing.T) {
	dir, files := t.TempDir(), t.TempDir()
	certificate := func(name string, key []byte) Options {
		if key == nil {
			var err error
			if key, err = makeTLSKey(); err != nil {
				t.Fatal(err)
			}
		}
		cert, err := makeCertificate(key, []string{"hub.example.test"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Cert: filepath.Join(files, name+".crt"), Key: filepath.Join(files, name+".key")}
		for path, b := range map[string][]byte{o.Cert: cert, o.Key: key} {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return o
	}
	serving := func(o Options) error {
		h, err := Open(dir, o)
		if err != nil {
			return err
		}
		defer h.Close()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := ending(func() error { return h.Serve(ctx, l) })
		conn, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		if err == nil {
			if got := wire.Sum(conn.ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo); got != h.Pin() {
				t.Error("devices are told another pin than they see")
			}
			conn.Close()
		}
		cancel()
		return <-done
	}
	own := certificate("own", nil)
	if err := serving(own); err != nil {
		t.Fatal(err)
	}
	enrolling := openHub(t, dir, Options{}) // another program, not given the certificate
	with := openHub(t, dir, own)
	if enrolling.Pin() != with.Pin() {
		t.Error("an enrolment would name another certificate")
	}
	if err := serving(Options{}); err == nil || !strings.Contains(err.Error(), pinFile) {
		t.Errorf("serving with the self-made one: %v", err)
	}
	if err := serving(certificate("other", nil)); err == nil || !strings.Contains(err.Error(), pinFile) {
		t.Errorf("serving with another key: %v", err)
	}
	key, err := os.ReadFile(own.Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := serving(certificate("renewed", key)); err != nil {
		t.Errorf("renewed with the same key: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, pinFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := serving(certificate("new", nil)); err != nil {
		t.Errorf("with the pin given up: %v", err)
	}
	if _, err := Open(dir, Options{Cert: own.Cert}); err == nil {
		t.Error("a certificate without its key")
	}
	// A folder in use with the self-made certificate does not change unasked.
	dir = t.TempDir()
	openHub(t, dir, Options{})
	if err := serving(own); err == nil || !strings.Contains(err.Error(), pinFile) {
		t.Errorf("in place of the self-made one: %v", err)
	}
}

func ending(f func() error) chan error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return done
}

// A hub restored from a backup older than its devices' receipts asks for what
// it lost, and devices, which still hold it, send it again: their cursor goes
// back to what the hub has, and every entry is there once.
func TestRestore(t *testing.T) {
	dir := t.TempDir()
	h, err := Open(dir, storeFor(t, dir, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	l := enrolled(t, h)
	l.Add(100)
	give(t, h, l, l.Packed(0, 100), 100)

	backup := filepath.Join(t.TempDir(), "backup")
	dump := saved(t, h, backup)
	if _, err := h.Backup(context.Background(), backup); err == nil {
		t.Error("a backup over another")
	}

	send := func(h *Hub) {
		t.Helper()
		client := uplink.Client(h.Pin())
		defer client.CloseIdleConnections()
		ctx, cancel := context.WithCancel(context.Background())
		u := &uplink.Uplink{Journal: l, Device: l.Key.Verifier(), Hub: serve(t, h), HubKey: h.Key(), Client: client, Observe: func(s uplink.State) {
			if s.Phase == uplink.Idle && s.Acknowledged == l.Size() {
				cancel()
			}
		}}
		_ = u.Run(ctx, nil) // ends with the cancelled context
		if l.Cursor() != l.Size() || len(l.Violations()) > 0 {
			t.Fatalf("cursor %d of %d, %v", l.Cursor(), l.Size(), l.Violations())
		}
	}
	l.Add(150)
	send(h)
	newer := enrolled(t, h) // its enrolment is not in the backup
	newer.Add(5)
	give(t, h, newer, newer.Packed(0, 5), 5)
	whole(t, h, l, 250)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}

	// The disk is gone. What is left is the backup, and the devices.
	back := openHub(t, backup, dump())
	if back.Key() != h.Key() || back.Pin() != h.Pin() {
		t.Fatal("the restored hub has another identity")
	}
	whole(t, back, l, 100)
	l.Add(7)
	send(back)
	whole(t, back, l, 257)
	if n := status(t, back).Evidence; n != 0 {
		t.Errorf("%d bundles are held against a device that did nothing wrong", n)
	}
	refused(t, back, newer.Packed(0, 5), wire.UnknownDevice)
	enrol(t, back, newer.Key)
	newer.Add(1)
	if p := refused(t, back, newer.Packed(5, 6), wire.Gap); p.Size != 0 {
		t.Errorf("the gap is at %d", p.Size)
	}
	give(t, back, newer, newer.Packed(0, 6), 6)
	whole(t, back, newer, 6)
}

// saved backs a hub up the way the package documentation says, and returns
// how to open what was saved.
func saved(t *testing.T, h *Hub, backup string) (restore func() Options) {
	t.Helper()
	whole, err := h.Backup(context.Background(), backup)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := h.store.(*sqlite); ok {
		if !whole {
			t.Error("the database is not in the backup")
		}
		return func() Options { return Options{} }
	}
	if whole {
		t.Error("a backup without its database says it is whole")
	}
	s := needServer(t)
	var schema string
	if err := database(h).QueryRow("SELECT current_schema()").Scan(&schema); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "hub.dump")
	program := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(filepath.Join(s.Bin(), name), args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	program("pg_dump", "--format=custom", "--schema="+schema, "--file="+file, s.URL(schema))
	return func() Options {
		if _, err := exec.Command(filepath.Join(s.Bin(), "psql"), s.URL(schema), "--command", "DROP SCHEMA "+schema+" CASCADE").CombinedOutput(); err != nil {
			t.Fatal(err)
		}
		program("pg_restore", "--exit-on-error", "--dbname="+s.URL(schema), file)
		return Options{DB: s.URL(schema)}
	}
}
