package hub

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"chot/sync/wire"
)

func request(t *testing.T, key wire.DeviceKey, e wire.Enrolment) []byte {
	t.Helper()
	body, err := wire.SignEnrol(key, e)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func newKey(t *testing.T) wire.DeviceKey {
	t.Helper()
	k, err := wire.GenerateDeviceKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func wantCode(t *testing.T, err error, want wire.Code) {
	t.Helper()
	var p *wire.Problem
	if !errors.As(err, &p) || p.Code != want {
		t.Errorf("got %v, want problem %s", err, want)
	}
}

func TestTokens(t *testing.T) {
	ctx := context.Background()
	c := &clock{time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	dir := t.TempDir()
	h := openHub(t, dir, Options{Now: c.Now})
	site := someSite()
	site.Lists[0].Key = []byte("a list key that must not be seen")
	site.Valid = time.Hour
	e, err := h.NewEnrolment(ctx, site)
	if err != nil {
		t.Fatal(err)
	}
	if !e.Expires.Equal(c.now.Add(time.Hour)) || e.Pin != h.Pin() || e.HubKey != h.Key() {
		t.Errorf("got %+v", e)
	}
	if n := status(t, h).Enrolments; n != 1 {
		t.Errorf("%d enrolments open, want 1", n)
	}

	mine, other := newKey(t), newKey(t)
	unknown := e
	if unknown.Token, err = wire.NewToken(); err != nil {
		t.Fatal(err)
	}
	_, err = h.Enrol(ctx, request(t, mine, unknown))
	wantCode(t, err, wire.TokenUnknown)
	_, err = h.Enrol(ctx, []byte("{"))
	wantCode(t, err, wire.BadRequest)

	for range 3 { // the answer may be lost; the same device asks again
		g, err := h.Enrol(ctx, request(t, mine, e))
		if err != nil || g.Device != mine.ID() || !bytes.Equal(g.Root, someRoot) {
			t.Fatalf("got %+v %v", g, err)
		}
	}
	_, err = h.Enrol(ctx, request(t, other, e))
	wantCode(t, err, wire.TokenUsed)
	s := status(t, h)
	if len(s.Devices) != 1 || s.Devices[0].ID != mine.ID() || s.Devices[0].Checkpoint != "gate-2" || s.Enrolments != 0 {
		t.Errorf("status %+v", s)
	}

	late, err := h.NewEnrolment(ctx, site)
	if err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(time.Hour)
	_, err = h.Enrol(ctx, request(t, other, late))
	wantCode(t, err, wire.TokenExpired)
	_, err = h.Enrol(ctx, request(t, mine, e))
	wantCode(t, err, wire.TokenExpired)

	// Neither tokens nor list keys can be had from the files.
	for _, name := range []string{databaseFile, databaseFile + "-wal"} {
		if _, ok := h.store.(*sqlite); !ok {
			break // the server's files are not this folder's
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		token, err := e.Token.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, site.Lists[0].Key) || bytes.Contains(b, e.Token[:]) || bytes.Contains(b, token) {
			t.Errorf("%s holds a token or a list key", name)
		}
	}
	// Once expired, the grant itself is forgotten at the next chance.
	if _, err := h.NewEnrolment(ctx, site); err != nil {
		t.Fatal(err)
	}
	err = h.store.View(ctx, func(tx Tx) error {
		a, err := tx.Invitation(late.Token.Hash())
		if err == nil && len(a.Sealed) != 0 {
			t.Error("an expired grant is still there")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A device that is enrolled again keeps its log and takes the new place.
func TestEnrolAgain(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	l.Add(5)
	give(t, h, l, l.Packed(0, 5), 5)
	site := someSite()
	site.Checkpoint = "gate-9"
	e, err := h.NewEnrolment(context.Background(), site)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Enrol(context.Background(), request(t, l.Key, e)); err != nil {
		t.Fatal(err)
	}
	s := status(t, h)
	if len(s.Devices) != 1 || s.Devices[0].Checkpoint != "gate-9" || s.Devices[0].Entries != 5 {
		t.Errorf("got %+v", s.Devices)
	}
	l.Add(1)
	give(t, h, l, l.Packed(5, 6), 6)
	whole(t, h, l, 6)
}

func TestNewEnrolmentRefuses(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	for name, f := range map[string]func(*Site){
		"no URL": func(s *Site) { s.URL = "" }, "plain HTTP": func(s *Site) { s.URL = "http://hub" }, "no checkpoint": func(s *Site) { s.Checkpoint = "" },
		"no root": func(s *Site) { s.Root = nil }, "no trace key": func(s *Site) { s.Trace = "" }, "bad policy": func(s *Site) { s.Policy = []byte("{") },
		"short list key": func(s *Site) { s.Lists[0].Key = []byte("short") },
	} {
		site := someSite()
		f(&site)
		if _, err := h.NewEnrolment(context.Background(), site); !errors.Is(err, wire.ErrEnrolment) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if n := status(t, h).Enrolments; n != 0 {
		t.Errorf("%d enrolments were kept", n)
	}
}

// Programs that start at once in a new folder are one hub.
func TestFirstStartTwice(t *testing.T) {
	dir := t.TempDir()
	hubs := make([]*Hub, 6)
	var all sync.WaitGroup
	for i := range hubs {
		all.Go(func() {
			h, err := Open(dir, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			hubs[i] = h
		})
	}
	all.Wait()
	for _, h := range hubs {
		if h == nil {
			continue
		}
		if hubs[0] != nil && (h.Key() != hubs[0].Key() || h.Pin() != hubs[0].Pin()) {
			t.Error("two hubs in one folder")
		}
		defer h.Close()
	}
	// A second program sees what the first takes.
	if hubs[0] != nil && hubs[1] != nil {
		l := enrolled(t, hubs[0])
		l.Add(5)
		give(t, hubs[0], l, l.Packed(0, 5), 5)
		whole(t, hubs[1], l, 5)
		give(t, hubs[1], l, l.Packed(0, 5), 5)
	}
}

func TestIdentity(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "hub")
	open := func() (*Hub, error) { return Open(dir, Options{Hosts: []string{"hub.example.test", "10.1.2.3"}}) }
	h, err := open()
	if err != nil {
		t.Fatal(err)
	}
	key, pin := h.Key(), h.Pin()
	leaf := h.identity.certificate.Leaf
	if leaf.VerifyHostname("hub.example.test") != nil || leaf.VerifyHostname("10.1.2.3") != nil {
		t.Errorf("certificate for %v %v", leaf.DNSNames, leaf.IPAddresses)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{hubKeyFile, tlsKeyFile, tlsCertFile, databaseFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".new-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}

	if h, err = open(); err != nil || h.Key() != key || h.Pin() != pin {
		t.Fatalf("the second start has another identity: %v", err)
	}
	h.Close()

	// A certificate can be made again for the same key: the pin holds.
	remove := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		return b
	}
	remove(tlsCertFile)
	if h, err = open(); err != nil || h.Pin() != pin {
		t.Fatalf("with a new certificate the pin changes: %v", err)
	}
	h.Close()

	// A key behind a used database is never replaced.
	for _, name := range []string{hubKeyFile, tlsKeyFile} {
		b := remove(name)
		if _, err := open(); err == nil || !strings.Contains(err.Error(), name+" is missing") || !strings.Contains(err.Error(), "backup") {
			t.Errorf("without %s: %v", name, err)
		}
		for _, bad := range [][]byte{nil, []byte("nonsense"), b[:len(b)/2]} {
			if err := os.WriteFile(filepath.Join(dir, name), bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := open(); err == nil || !strings.Contains(err.Error(), "backup") {
				t.Errorf("with a broken %s: %v", name, err)
			} else if strings.Contains(err.Error(), string(b[30:60])) {
				t.Errorf("with a broken %s the error shows the key", name)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if h, err = open(); err != nil {
		t.Fatal(err)
	}
	h.Close()
}
