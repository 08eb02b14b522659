package hub_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chot/sync/hub"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// A sim is a device, its hub and everything that can stand between them, with
// real HTTP over TLS 1.3, a real database, and a clock that jumps.
type sim struct {
	t      *testing.T
	rng    *rand.Rand
	dir    string
	db     string // "": SQLite
	net    *wiretest.Net
	log    *wiretest.Log
	client *http.Client

	hub     *hub.Hub
	stopHub func()
	stopRun func()
	journal uplink.Journal
	changed chan struct{}
	liar    func() http.HandlerFunc
}

func newSim(t *testing.T, seed uint64, db string) *sim {
	s := &sim{t: t, db: db, rng: rand.New(rand.NewPCG(seed, 9)), dir: t.TempDir(), net: new(wiretest.Net), log: wiretest.NewLog(), changed: make(chan struct{}, 1)}
	s.journal, s.liar = s.log, s.ownKey
	s.startHub()
	s.log.Hub = s.hub.Key()
	e, err := s.hub.NewEnrolment(context.Background(), hub.Site{URL: "https://hub.example.test", Checkpoint: "gate", Root: []byte("{}"), Trace: "trace"})
	if err != nil {
		t.Fatal(err)
	}
	s.client = uplink.Client(e.Pin)
	s.client.Transport.(*http.Transport).DialContext = s.net.Dial
	s.plugHub()
	if _, _, err := uplink.Enrol(context.Background(), s.client, e, s.log.Key); err != nil {
		t.Fatal(err)
	}
	s.client.Transport = &stutter{RoundTripper: s.client.Transport, rng: rand.New(rand.NewPCG(seed, 10))}
	return s
}

// longestWait keeps the attempts of a week without a hub countable.
const longestWait = 20 * time.Minute

// stutter sends one request in five twice, as a proxy that retries would.
type stutter struct {
	http.RoundTripper
	mu  sync.Mutex
	rng *rand.Rand
}

func (s *stutter) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	twice := s.rng.IntN(5) == 0
	s.mu.Unlock()
	if twice && r.GetBody != nil {
		again := r.Clone(r.Context())
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
		if resp, err := s.RoundTripper.RoundTrip(again); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}
	return s.RoundTripper.RoundTrip(r)
}

func (s *stutter) CloseIdleConnections() { s.RoundTripper.(*http.Transport).CloseIdleConnections() }

func (s *sim) startHub() {
	h, err := hub.Open(filepath.Join(s.dir, "hub"), hub.Options{DB: s.db})
	if err != nil {
		s.t.Fatal(err)
	}
	s.hub = h
}

// plugHub serves the hub and plugs the network into it.
func (s *sim) plugHub() {
	s.unplug()
	l := wiretest.Listen()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.hub.Serve(ctx, l) }()
	s.net.Plug(l)
	s.stopHub = func() {
		s.net.Plug(nil)
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("serve: %v", err)
		}
	}
}

// plugOther puts another server in the hub's place, with the hub's own
// certificate, another one, or none.
func (s *sim) plugOther(certificate string, h http.HandlerFunc) {
	s.unplug()
	server := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	serve := func(l net.Listener) error { return server.Serve(l) }
	if certificate != "none" {
		server.TLSConfig = s.hub.TLS()
		if certificate == "other" {
			other, err := hub.Open(s.t.TempDir(), hub.Options{})
			if err != nil {
				s.t.Fatal(err)
			}
			server.TLSConfig = other.TLS()
			if err := other.Close(); err != nil {
				s.t.Fatal(err)
			}
		}
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	l := wiretest.Listen()
	done := make(chan struct{})
	go func() { defer close(done); _ = serve(l) }()
	s.net.Plug(l)
	s.stopHub = func() {
		s.net.Plug(nil)
		server.Close()
		<-done
	}
}

func (s *sim) unplug() {
	if s.stopHub != nil {
		s.stopHub()
		s.stopHub = nil
	}
	s.net.CutAfter(0)
}

func (s *sim) startDevice() {
	u := &uplink.Uplink{Journal: s.journal, Device: s.log.Key.Verifier(), Hub: "https://hub.example.test", HubKey: s.hub.Key(), Client: s.client, MaxWait: longestWait}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- u.Run(ctx, s.changed) }()
	s.stopRun = func() {
		cancel()
		<-done
		s.client.CloseIdleConnections()
	}
}

func (s *sim) scan(n int) {
	s.log.Add(n)
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// stick carries everything by hand, and perhaps loses the receipts.
func (s *sim) stick() {
	for packed, err := range uplink.Export(s.log, s.log.Key.Verifier()) {
		if err != nil {
			s.t.Fatal(err)
		}
		receipt, err := s.hub.Take(context.Background(), packed)
		if err != nil {
			s.t.Errorf("the stick's bundle: %v", err)
			return
		}
		if s.rng.IntN(2) == 0 {
			if _, err := uplink.Import(s.log, s.log.Key.Verifier(), s.hub.Key(), receipt); err != nil {
				s.t.Errorf("the stick's receipt: %v", err)
			}
		}
	}
}

func portal(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, "<!DOCTYPE html><title>Welcome</title>")
}

func failing(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	http.Error(w, "<html>Internal Server Error</html>", http.StatusInternalServerError)
}

// ownKey answers with a receipt of its own key and stores nothing.
func (s *sim) ownKey() http.HandlerFunc {
	key, err := wire.GenerateHubKey()
	if err != nil {
		s.t.Fatal(err)
	}
	return s.forgetful(key)
}

// forgetful answers with a receipt of any key and stores nothing.
func (s *sim) forgetful(key wire.HubKey) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		b, err := wire.ParseBundle(body)
		if err != nil {
			return
		}
		head, err := wire.OpenHead(b.Head, s.log.Key.Verifier())
		if err != nil {
			return
		}
		text, err := wire.Cosign(key, head, time.Now())
		if err != nil {
			return
		}
		w.Header().Set("Content-Type", wire.ReceiptType)
		_, _ = w.Write(text)
	}
}

// swallow takes the bundle to the true hub and loses the answer.
func (s *sim) swallow(h http.Handler) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(nowhere{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	}
}

type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

// step lets one thing happen.
func (s *sim) step() (what string) {
	switch s.rng.IntN(12) {
	case 0:
		s.unplug()
		return "the network is gone"
	case 1:
		s.plugOther("none", portal)
		return "a portal without TLS"
	case 2:
		s.plugOther("other", portal)
		return "a portal with a certificate of its own"
	case 3:
		s.plugOther("same", failing)
		return "a proxy before the hub fails"
	case 4:
		s.plugOther("same", s.liar())
		return "receipts of another key"
	case 5:
		s.plugOther("same", s.swallow(s.hub.Handler()))
		return "the hub takes, every answer is lost"
	case 6:
		s.plugHub()
		s.net.CutAfter(900 + s.rng.IntN(1500)) // a handshake is about 1,000 bytes
		return "answers are cut"
	case 7:
		s.unplug()
		if err := s.hub.Close(); err != nil {
			s.t.Fatal(err)
		}
		s.startHub()
		s.plugHub()
		return "the hub restarts"
	case 8:
		s.stopRun()
		s.startDevice()
		return "the device restarts"
	case 9:
		s.stick()
		return "a stick"
	default:
		s.plugHub()
		return "all is well"
	}
}

// check returns what is wrong: an acknowledgement without a receipt, or a
// cursor beyond what the hub has.
func (s *sim) check() []string {
	wrong := s.log.Violations()
	status, err := s.hub.Status(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	if cursor := s.log.Cursor(); cursor > status.Devices[0].Entries {
		wrong = append(wrong, fmt.Sprintf("the cursor is at %d, the hub has %d entries", cursor, status.Devices[0].Entries))
	}
	if status.Evidence > 0 || status.Quarantined > 0 {
		wrong = append(wrong, fmt.Sprintf("the hub holds %d bundles as evidence, %d entries in quarantine", status.Evidence, status.Quarantined))
	}
	return wrong
}

// run lets events happen, mends everything, and returns what is wrong.
func (s *sim) run(events int) []string {
	s.startDevice()
	var what string
	for range events {
		what = s.step()
		if s.rng.IntN(3) > 0 {
			s.scan(s.rng.IntN(200))
		}
		pause := time.Duration(s.rng.Int64N(int64(20 * time.Minute)))
		if s.rng.IntN(20) == 0 {
			pause = time.Duration(s.rng.Int64N(int64(5 * 24 * time.Hour)))
		}
		time.Sleep(pause)
		synctest.Wait()
		if wrong := s.check(); len(wrong) > 0 {
			s.stop()
			return append(wrong, "after: "+what)
		}
	}
	s.plugHub()
	time.Sleep(2*longestWait + time.Minute)
	synctest.Wait()
	wrong := s.check()
	if s.log.Cursor() != s.log.Size() {
		wrong = append(wrong, fmt.Sprintf("at the end the cursor is at %d of %d", s.log.Cursor(), s.log.Size()))
	}
	got, err := s.hub.Entries(context.Background(), s.log.Key.ID(), 0, wire.MaxSize)
	if err != nil {
		s.t.Fatal(err)
	}
	if uint64(len(got)) != s.log.Size() {
		wrong = append(wrong, fmt.Sprintf("the hub has %d of %d entries", len(got), s.log.Size()))
	} else {
		for i, e := range s.log.Entries(0, s.log.Size()) {
			if string(got[i]) != string(e) {
				wrong = append(wrong, fmt.Sprintf("entry %d is not the device's", i))
			}
		}
	}
	if s.log.Size() > 0 {
		if _, err := s.hub.Audit(context.Background(), s.log.Key.ID()); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	s.stop()
	return wrong
}

func (s *sim) stop() {
	s.stopRun()
	s.unplug()
	if err := s.hub.Close(); err != nil {
		s.t.Error(err)
	}
}
