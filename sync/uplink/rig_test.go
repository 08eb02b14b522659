package uplink

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// A post is a server that answers as the test says. Out of the box it is a
// small honest hub that trusts its devices' heads.
type rig struct {
	t      *testing.T
	log    *wiretest.Log
	net    *wiretest.Net
	hub    wire.HubKey
	uplink *Uplink

	mu      sync.Mutex
	answer  func(http.ResponseWriter, wire.Bundle) // nil: honest
	bundles []wire.Bundle                          // as they came
	order   []string                               // of bundles and alarms, by log index
	alarm   func(http.ResponseWriter, wire.Alarm)  // nil: honest
	states  []State
}

var certificates = sync.OnceValue(func() [2]tls.Certificate {
	var both [2]tls.Certificate
	for i := range both {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		template := x509.Certificate{SerialNumber: big.NewInt(1)}
		der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
		if err != nil {
			panic(err)
		}
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		both[i] = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
	}
	return both
})

func newRig(t *testing.T) *rig {
	hub, err := wire.GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, log: wiretest.NewLog(), net: new(wiretest.Net), hub: hub}
	r.log.Hub = hub.Verifier()
	client := Client(wire.Sum(certificates()[0].Leaf.RawSubjectPublicKeyInfo))
	client.Transport.(*http.Transport).DialContext = r.net.Dial
	r.uplink = &Uplink{
		Journal: r.log, Device: r.log.Key.Verifier(), Hub: "https://hub.example.test", HubKey: hub.Verifier(), Client: client,
		Observe: func(s State) { r.mu.Lock(); r.states = append(r.states, s); r.mu.Unlock() },
	}
	return r
}

// listen starts a server with the rig's own certificate (0) or another (1)
// and plugs the network into it.
func (r *rig) listen(certificate int) (stop func()) {
	return r.listenWith(&tls.Config{Certificates: []tls.Certificate{certificates()[certificate]}})
}

func (r *rig) listenWith(c *tls.Config) (stop func()) {
	l := wiretest.Listen()
	s := &http.Server{Handler: http.HandlerFunc(r.serve), TLSConfig: c, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if c == nil {
			_ = s.Serve(l)
		} else {
			_ = s.ServeTLS(l, "", "")
		}
	}()
	r.net.Plug(l)
	return func() {
		r.net.Plug(nil)
		s.Close()
		<-done
	}
}

func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	if req.URL.Path == wire.AlarmsPath {
		r.serveAlarm(w, body)
		return
	}
	b, err := wire.ParseBundle(body)
	if err != nil || req.URL.Path != wire.BundlesPath || req.Header.Get("Content-Type") != wire.BundleType {
		r.t.Errorf("%s %s: %v", req.Method, req.URL, err)
	}
	r.mu.Lock()
	r.bundles = append(r.bundles, b)
	r.order = append(r.order, fmt.Sprintf("run %d-%d", b.From, b.To()))
	answer := r.answer
	r.mu.Unlock()
	if answer != nil {
		answer(w, b)
		return
	}
	r.honest(w, b)
}

func (r *rig) serveAlarm(w http.ResponseWriter, body []byte) {
	a, err := wire.ParseAlarm(body)
	if err == nil {
		_, err = a.Verify(r.log.Key.Verifier())
	}
	if err != nil {
		r.t.Errorf("alarm: %v", err)
	}
	r.mu.Lock()
	r.order = append(r.order, fmt.Sprintf("alarm %d", a.Index))
	answer := r.alarm
	r.mu.Unlock()
	if answer != nil {
		answer(w, a)
		return
	}
	w.Header().Set("Content-Type", wire.AlarmType)
	_, _ = w.Write(a.Taken())
}

func (r *rig) receipt(key wire.HubKey, size uint64) []byte {
	head, err := wire.OpenHead(r.log.Head(size), r.log.Key.Verifier())
	if err != nil {
		r.t.Error(err)
		return nil
	}
	text, err := wire.Cosign(key, head, time.Now())
	if err != nil {
		r.t.Error(err)
	}
	return text
}

func (r *rig) honest(w http.ResponseWriter, b wire.Bundle) { r.give(w, r.receipt(r.hub, b.To())) }

func (r *rig) give(w http.ResponseWriter, receipt []byte) {
	w.Header().Set("Content-Type", wire.ReceiptType)
	_, _ = w.Write(receipt)
}

func (r *rig) set(answer func(http.ResponseWriter, wire.Bundle)) {
	r.mu.Lock()
	r.answer = answer
	r.mu.Unlock()
}

func (r *rig) state() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.states) == 0 {
		return State{}
	}
	return r.states[len(r.states)-1]
}

func (r *rig) sent() []wire.Bundle { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.bundles) }

// run runs the uplink beside the test until the test ends.
func (r *rig) run() (changed chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	changed = make(chan struct{}, 1)
	done := make(chan error, 1)
	go func() { done <- r.uplink.Run(ctx, changed) }()
	return changed, func() {
		cancel()
		if err := <-done; err != context.Canceled {
			r.t.Errorf("Run returned %v", err)
		}
		r.uplink.Client.CloseIdleConnections()
	}
}

// all checks that everything is acknowledged, rightly.
func (r *rig) all() {
	r.t.Helper()
	if r.log.Cursor() != r.log.Size() {
		r.t.Errorf("the cursor is at %d of %d, state %+v", r.log.Cursor(), r.log.Size(), r.state())
	}
	for _, v := range r.log.Violations() {
		r.t.Error(v)
	}
	if s := r.state(); s.Phase != Idle || s.Fault != "" {
		r.t.Errorf("state %v, fault %q", s.Phase, s.Fault)
	}
}

// stuck checks that nothing is acknowledged and why.
func (r *rig) stuck(cursor uint64, fault scanner.Fault) {
	r.t.Helper()
	if s := r.state(); s.Fault != fault {
		r.t.Errorf("fault %q (%v), want %q", s.Fault, s.Err, fault)
	}
	if r.log.Cursor() != cursor {
		r.t.Errorf("the cursor moved to %d, want %d", r.log.Cursor(), cursor)
	}
	for _, v := range r.log.Violations() {
		r.t.Error(v)
	}
}

func bubble(t *testing.T, f func(*rig)) {
	t.Helper()
	certificates()
	synctest.Test(t, func(t *testing.T) { f(newRig(t)) })
}
