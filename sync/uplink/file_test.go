package uplink

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"chot/scanner"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

func TestExportImport(t *testing.T) {
	hub, err := wire.GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	l := wiretest.NewLog()
	l.Hub = hub.Verifier()
	v := l.Key.Verifier()
	for range Export(l, v) {
		t.Error("an empty journal exports something")
	}
	const n = 60_000
	l.Add(n)

	var next uint64
	var receipts [][]byte
	for packed, err := range Export(l, v) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := wire.ParseBundle(packed)
		if err != nil || b.From != next {
			t.Fatalf("a bundle from %d, want %d: %v", b.From, next, err)
		}
		next = b.To()
		head, err := wire.OpenHead(b.Head, v)
		if err != nil || head.Size() != next || head.Root() != l.Root(next) {
			t.Fatalf("its head: %v", err)
		}
		text, err := wire.Cosign(hub, head, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, text)
	}
	if next != n || len(receipts) < 2 || l.Cursor() != 0 {
		t.Fatalf("exported up to %d in %d bundles, the cursor is at %d", next, len(receipts), l.Cursor())
	}

	// The stick comes back with the last receipt; more was scanned meanwhile.
	l.Add(10)
	for range 2 {
		r, err := Import(l, v, hub.Verifier(), receipts[len(receipts)-1])
		if err != nil || r.Size() != n || l.Cursor() != n {
			t.Fatalf("imported %d, the cursor is at %d: %v", r.Size(), l.Cursor(), err)
		}
	}
	if _, err := Import(l, v, hub.Verifier(), receipts[0]); err != nil || l.Cursor() != n {
		t.Errorf("an older receipt: %v, the cursor is at %d", err, l.Cursor())
	}
	if v := l.Violations(); len(v) > 0 {
		t.Error(v)
	}

	other, err := wire.GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	fork := l.Fork()
	fork.Append(wiretest.Entry(99, "another"))
	head, err := wire.OpenHead(fork.Head(n+11), v)
	if err != nil {
		t.Fatal(err)
	}
	forked, err := wire.Cosign(hub, head, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l.Add(5)
	for name, text := range map[string][]byte{"nothing": nil, "a bundle": l.Packed(n, n+5), "a fork's receipt": forked} {
		if _, err := Import(l, v, hub.Verifier(), text); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := Import(l, v, other.Verifier(), receipts[0]); !errors.Is(err, wire.ErrOtherHub) {
		t.Errorf("another hub's receipt: %v", err)
	}
	if l.Cursor() != n {
		t.Errorf("the cursor moved to %d", l.Cursor())
	}
}

func TestEnrol(t *testing.T) {
	hub, err := wire.GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := wire.GenerateDeviceKey()
	if err != nil {
		t.Fatal(err)
	}
	token, err := wire.NewToken()
	if err != nil {
		t.Fatal(err)
	}
	var serve func(w http.ResponseWriter)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil || req.Method != http.MethodPost || req.URL.Path != wire.EnrolPath {
			t.Errorf("%s %s: %v", req.Method, req.URL, err)
		}
		if r, err := wire.OpenEnrol(body, hub.Verifier()); err != nil || r.Key != key.Verifier() || r.Token != token {
			t.Errorf("request: %v", err)
		}
		serve(w)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificates()[0]}}
	server.StartTLS()
	defer server.Close()

	e := wire.Enrolment{
		Hub: server.URL, Pin: wire.Sum(certificates()[0].Leaf.RawSubjectPublicKeyInfo), HubKey: hub.Verifier(), Token: token,
		Expires: time.Now().Add(time.Hour), RootDigest: wire.Sum([]byte("{}")), TraceDigest: wire.Sum([]byte("trace")),
	}
	good := wire.Grant{Device: key.ID(), Checkpoint: "gate", Lists: []wire.ListKey{}, Root: []byte("{}"), Trace: "trace"}
	grant := func(g wire.Grant) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", wire.GrantType)
			if err := json.NewEncoder(w).Encode(g); err != nil {
				t.Error(err)
			}
		}
	}
	serve = grant(good)
	if g, at, err := Enrol(context.Background(), Client(e.Pin), e, key); err != nil || g.Checkpoint != "gate" || at.IsZero() {
		t.Fatalf("got %v %v", g, err)
	}

	change := func(f func(*wire.Grant)) wire.Grant { g := good; f(&g); return g }
	for name, c := range map[string]struct {
		serve func(http.ResponseWriter)
		pin   wire.Digest
		want  scanner.Fault
	}{
		"wrong pin":      {grant(good), wire.Sum([]byte("another")), scanner.FaultHubOther},
		"another device": {grant(change(func(g *wire.Grant) { g.Device = "aaaaaaaaaaaaaaaa" })), e.Pin, scanner.FaultHubOther},
		"another root":   {grant(change(func(g *wire.Grant) { g.Root = []byte("{ }") })), e.Pin, scanner.FaultHubOther},
		"another trace":  {grant(change(func(g *wire.Grant) { g.Trace = "x" })), e.Pin, scanner.FaultHubOther},
		"no checkpoint":  {grant(change(func(g *wire.Grant) { g.Checkpoint = "" })), e.Pin, scanner.FaultHubNotOurs},
		"a page":         {func(w http.ResponseWriter) { io.WriteString(w, "<html>") }, e.Pin, scanner.FaultHubNotOurs},
		"token used":     {func(w http.ResponseWriter) { wire.NewProblem(wire.TokenUsed).Answer(w) }, e.Pin, scanner.FaultHubRefuses},
		"device revoked": {func(w http.ResponseWriter) { wire.NewProblem(wire.RevokedDevice).Answer(w) }, e.Pin, scanner.FaultRevoked},
		"nobody answers": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, e.Pin, scanner.FaultHubAway},
	} {
		serve = c.serve
		g, _, err := Enrol(context.Background(), Client(c.pin), e, key)
		var tr *Trouble
		if !errors.As(err, &tr) || tr.Fault != c.want || g.Device != "" {
			t.Errorf("%s: got %v %v, want fault %s", name, g.Device, err, c.want)
		}
	}
	var p *wire.Problem
	serve = func(w http.ResponseWriter) { wire.NewProblem(wire.TokenExpired).Answer(w) }
	if _, _, err := Enrol(context.Background(), Client(e.Pin), e, key); !errors.As(err, &p) || p.Code != wire.TokenExpired {
		t.Errorf("the hub's sentence is lost: %v", err)
	}
	if _, _, err := Enrol(context.Background(), Client(e.Pin), e, wire.DeviceKey{}); err == nil {
		t.Error("enrols without a key")
	}
}
