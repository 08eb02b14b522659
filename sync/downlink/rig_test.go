package downlink

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"chot/scanner/credential"
	"chot/scanner/roster"
	"chot/sync/publish"
)

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

const (
	gate  = "province/gate"
	works = "factory/works"
	ann   = "vn.id:001190000001"
	binh  = "vn.id:001190000002"
)

var listKey = func() []byte {
	sum := sha256.Sum256([]byte("downlink test list key"))
	return sum[:]
}()

// A world is an authority and the roster files it published.
type world struct {
	t   *testing.T
	dir string
	*publish.Authority
}

func newWorld(t *testing.T) *world { return newWorldAt(t, start) }

func newWorldAt(t *testing.T, now time.Time) *world {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "authority")
	a, _, err := publish.Create(dir, publish.Options{Authorities: []string{"province", "factory"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, dir, a}
}

// fork is a copy of the authority with all its keys: what a thief of the keys,
// or a careless restore from a backup, would sign with.
func (w *world) fork() *world {
	w.t.Helper()
	dir := filepath.Join(w.t.TempDir(), "authority")
	if err := os.CopyFS(dir, os.DirFS(w.dir)); err != nil {
		w.t.Fatal(err)
	}
	keys, _ := filepath.Glob(filepath.Join(dir, "keys", "*"))
	for _, k := range keys { // CopyFS widens the mode
		if err := os.Chmod(k, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	a, err := publish.Open(dir)
	if err != nil {
		w.t.Fatal(err)
	}
	return &world{w.t, dir, a}
}

func (w *world) root() []byte {
	w.t.Helper()
	root, err := os.ReadFile(filepath.Join(w.Repository(), "metadata", "1.root.json"))
	if err != nil {
		w.t.Fatal(err)
	}
	return root
}

// list publishes a list of the given subjects.
func (w *world) list(list string, version uint64, now time.Time, subjects ...string) roster.Manifest {
	w.t.Helper()
	authority, name := split(list)
	path := filepath.Join(w.t.TempDir(), "built.roster")
	f, err := os.Create(path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	m := roster.Manifest{
		Name: name, Authority: "Ví Dụ", Version: version, Epoch: 1, Issued: start,
		StaleAfter: 24 * time.Hour, ExpireAfter: 7 * 24 * time.Hour,
	}
	rows := func(yield func(roster.Row, error) bool) {
		for _, s := range subjects {
			row := roster.Row{Subject: s, Name: "NGUYEN THI VI DU", Birth: "1990-01-15", Profile: roster.Profile{Status: roster.Admit}}
			if !yield(row, nil) {
				return
			}
		}
	}
	if m, err = roster.Build(f, m, listKey, rows); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.PublishList(authority, path, m, now); err != nil {
		w.t.Fatal(err)
	}
	return m
}

// many are n invented subjects: enough rows to make a download of some length.
func many(n int) []string {
	all := []string{ann}
	for i := range n - 1 {
		all = append(all, fmt.Sprintf("vn.id:0011901%05d", i))
	}
	return all
}

func (w *world) trust(issuer string, now time.Time) {
	w.t.Helper()
	seed := sha256.Sum256([]byte(issuer))
	trust, err := credential.NewTrust([]credential.Issuer{{
		Name: issuer, KeyID: seed[:8], Key: ed25519.NewKeyFromSeed(seed[:]).Public(), Namespace: "vn.id",
	}}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := json.Marshal(trust)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.PublishTrust(text, now); err != nil {
		w.t.Fatal(err)
	}
}

// A site serves a repository over TLS and writes down what was asked. handle,
// when set, may answer in its place.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	folder   string
	handle   func(w http.ResponseWriter, r *http.Request) (done bool)
	requests []string // "path" or "path from offset"
}

func newSite(t *testing.T, folder string) *site {
	t.Helper()
	s := &site{folder: folder}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		asked := strings.TrimPrefix(r.URL.Path, "/")
		if from := r.Header.Get("Range"); from != "" {
			asked += " from " + strings.Trim(from, "bytes=-")
		}
		s.requests = append(s.requests, asked)
		handle, folder := s.handle, s.folder
		s.mu.Unlock()
		if handle != nil && handle(w, r) {
			return
		}
		http.FileServer(http.Dir(folder)).ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what tests are about
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *site) source(t *testing.T) Source {
	t.Helper()
	src, err := NewWeb(s.Client(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (s *site) answer(handle func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	s.handle = handle
	s.mu.Unlock()
}

// asked returns the requests since the last call that were for targets.
func (s *site) asked(prefix string) (targets []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if strings.HasPrefix(r, prefix) {
			targets = append(targets, r)
		}
	}
	s.requests = nil
	return targets
}

// configure is a device's configuration as after its enrolment.
func configure(t *testing.T, w *world, src Source, lists ...string) Config {
	t.Helper()
	return Config{
		Folder: filepath.Join(t.TempDir(), "downlink"), Root: w.root(), Source: src, Lists: lists,
		Key: func(string, uint32) []byte { return listKey },
	}
}

// boot starts a device; a second boot of the same configuration is a restart.
func boot(t *testing.T, c Config) *Downlink {
	t.Helper()
	d, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	d.pause = 0
	return d
}

func device(t *testing.T, w *world, src Source, lists ...string) *Downlink {
	t.Helper()
	return boot(t, configure(t, w, src, lists...))
}

func mustRefresh(t *testing.T, d *Downlink, now time.Time) Update {
	t.Helper()
	u, err := d.Refresh(context.Background(), now)
	if err != nil {
		t.Fatal(err)
	}
	if len(u.Lists) != len(d.config.Lists) {
		t.Fatalf("%d lists came, want %d", len(u.Lists), len(d.config.Lists))
	}
	return u
}

// wantCause expects a refresh to fail for one reason, and nothing that was
// installed to change.
func wantCause(t *testing.T, d *Downlink, now time.Time, want Cause) {
	t.Helper()
	before := installedFiles(t, d)
	_, err := d.Refresh(context.Background(), now)
	if !errors.Is(err, want) || CauseOf(err) != want {
		t.Errorf("refresh: %v (%s), want %s", err, CauseOf(err).Code(), want.Code())
	}
	if after := installedFiles(t, d); after != before {
		t.Errorf("installed files changed:\n%s\nwere:\n%s", after, before)
	}
}

// installedFiles is what is installed, by name and content.
func installedFiles(t *testing.T, d *Downlink) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{"lists/*/*", "trust.*"} {
		files, err := filepath.Glob(filepath.Join(d.config.Folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s %x\n", filepath.Base(f), sha256.Sum256(data))
		}
	}
	return b.String()
}

// admits looks a subject up in an installed list.
func admits(t *testing.T, l List, subject string) bool {
	t.Helper()
	r, err := roster.Open(l.Path, l.Manifest, listKey)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := r.Lookup(subject, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return f.Found && f.Profile.Status == roster.Admit
}

// flip changes one bit of a file and returns how to undo it.
func flip(t *testing.T, path string, at int64) (restore func()) {
	t.Helper()
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := append([]byte(nil), good...)
	if at < 0 {
		at += int64(len(bad))
	}
	bad[at] ^= 0x10
	if err := os.WriteFile(path, bad, 0o644); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.WriteFile(path, good, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
