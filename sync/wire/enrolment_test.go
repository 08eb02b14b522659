package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

var someTUFRoot = []byte("{\n  \"signed\": {\"_type\": \"root\"}\n}\n")

func someEnrolment(t testing.TB, hub HubKey) Enrolment {
	t.Helper()
	e := Enrolment{
		Hub: "https://hub.example.test:8443", Pin: Sum([]byte("certificate")), HubKey: hub.Verifier(), Token: must(NewToken()),
		Expires: someTime, Root: someTUFRoot, Trace: "chot-trace-" + strings.Repeat("k", 1600),
	}
	if err := e.check(); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEnrolmentFile(t *testing.T) {
	e := someEnrolment(t, hubKey(t))
	file, err := e.File()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseEnrolment(file)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(e) || !bytes.Equal(got.Root, someTUFRoot) || got.Token != e.Token {
		t.Errorf("got %v %v", got, err)
	}
	again, err := got.File()
	if err != nil || !bytes.Equal(again, file) {
		t.Errorf("writes differently the second time: %v", err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", e, e, e), string(must(e.Token.MarshalText()))) {
		t.Error("printing an enrolment shows its token")
	}
}

func TestEnrolmentQR(t *testing.T) {
	e := someEnrolment(t, hubKey(t))
	text, err := e.QR()
	if err != nil {
		t.Fatal(err)
	}
	const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" // ISO/IEC 18004 table 5
	if i := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune(alphanumeric, r) }); i >= 0 {
		t.Errorf("character %d is outside QR's alphanumeric mode", i)
	}
	// ISO/IEC 18004 table 7: version 13 at level M holds 483 such characters.
	if len(text) > 483 {
		t.Errorf("%d characters need a symbol above version 13-M", len(text))
	}
	t.Logf("%d characters", len(text))
	got, err := ParseEnrolment([]byte(text + "\r\n")) // as readers send it
	if err != nil || got.Hub != e.Hub || got.Pin != e.Pin || got.HubKey != e.HubKey || got.Token != e.Token || !got.Expires.Equal(e.Expires) ||
		got.RootDigest != e.RootDigest || got.TraceDigest != e.TraceDigest || got.Root != nil || got.Trace != "" {
		t.Errorf("got %v %v", got, err)
	}
	if _, err := got.File(); !errors.Is(err, ErrEnrolment) {
		t.Errorf("a file without root and trace key: %v", err)
	}
	g := Grant{Device: deviceKey(t).ID(), Checkpoint: "gate", Root: e.Root, Trace: e.Trace}
	if !got.Admits(g) || !e.Admits(g) {
		t.Error("the right grant is not admitted")
	}
	for name, g := range map[string]Grant{
		"other root": {Root: append([]byte(" "), e.Root...), Trace: e.Trace}, "no root": {Trace: e.Trace},
		"other trace key": {Root: e.Root, Trace: e.Trace + "x"}, "nothing": {},
	} {
		if got.Admits(g) || e.Admits(g) {
			t.Errorf("%s: admitted", name)
		}
	}
	if (Enrolment{}).Admits(Grant{}) {
		t.Error("a zero enrolment admits a zero grant")
	}
	for i := range text {
		for _, b := range []string{text[:i], text[:i] + "A" + text[i+1:], text[:i] + "0" + text[i+1:], strings.ToLower(text[:i+1]) + text[i+1:]} {
			if p, err := ParseEnrolment([]byte(b)); b != text && err == nil {
				if back, err := p.QR(); err != nil || back != b {
					t.Errorf("changed at %d it parses and does not write back", i)
				}
			}
		}
	}
}

func TestEnrolmentRefused(t *testing.T) {
	e := someEnrolment(t, hubKey(t))
	file := must(e.File())
	change := func(f func(map[string]any)) []byte {
		var m map[string]any
		if err := json.Unmarshal(file, &m); err != nil {
			t.Fatal(err)
		}
		f(m)
		return must(json.Marshal(m))
	}
	if _, err := ParseEnrolment(change(func(map[string]any) {})); err != nil {
		t.Fatalf("the control, written again: %v", err)
	}
	cases := map[string][]byte{
		"nothing": nil, "HTML": []byte("<html>"), "an array": []byte("[]"), "cut": file[:len(file)-3], "null": []byte("null"), "two": append(file, file...),
		"long": bytes.Repeat([]byte(" "), maxEnrolment+1), "unknown field": change(func(m map[string]any) { m["more"] = 1 }),
	}
	for _, key := range []string{"chot", "hub", "hub_certificate_sha256", "hub_key", "token", "expires", "tuf_root", "trace_key"} {
		cases["without "+key] = change(func(m map[string]any) { delete(m, key) })
		cases["empty "+key] = change(func(m map[string]any) { m[key] = "" })
		cases["number "+key] = change(func(m map[string]any) { m[key] = 7 })
	}
	for _, u := range []string{"http://hub.test", "https://", "https://hub.test/path", "https://user@hub.test", "https://hub.test?x=1", "https://hub.test#x", "ftp://hub.test", "hub.test:8443", "https://hub.test:8443/", "https://" + strings.Repeat("h", 300), "HTTPS://hub.test"} {
		cases[u] = change(func(m map[string]any) { m["hub"] = u })
	}
	for name, b := range cases {
		if _, err := ParseEnrolment(b); !errors.Is(err, ErrEnrolment) {
			t.Errorf("%s: got %v", name, err)
		} else if strings.Contains(err.Error(), string(must(e.Token.MarshalText()))) {
			t.Errorf("%s: the error shows the token", name)
		}
	}
	wrong := e
	wrong.RootDigest[0] ^= 1
	if _, err := wrong.File(); !errors.Is(err, ErrEnrolment) {
		t.Errorf("a root that is not its digest's: %v", err)
	}
}

func TestEnrolRequest(t *testing.T) {
	h, d := hubKey(t), deviceKey(t)
	e := someEnrolment(t, h)
	body, err := SignEnrol(d, e)
	if err != nil {
		t.Fatal(err)
	}
	r, err := OpenEnrol(body, h.Verifier())
	if err != nil || r.Token != e.Token || r.Key != d.Verifier() {
		t.Errorf("got %v %v", r, err)
	}
	other := e
	other.Token = must(NewToken())
	proof := func(text string, k note.Signer) string { return string(signed(t, text, k)) }
	for name, b := range map[string][]byte{
		"nothing": nil, "another hub": nil,
		"no proof":        must(json.Marshal(enrolRequest{Token: e.Token, Key: d.Verifier()})),
		"another's key":   must(json.Marshal(enrolRequest{e.Token, deviceKey(t).Verifier(), proof(enrolText(e.Token, h.Verifier()), d)})),
		"another token":   must(json.Marshal(enrolRequest{e.Token, d.Verifier(), proof(enrolText(other.Token, h.Verifier()), d)})),
		"a head as proof": must(json.Marshal(enrolRequest{e.Token, d.Verifier(), string(must(SignHead(d, 5, someRoot)))})),
		"two signatures":  must(json.Marshal(enrolRequest{e.Token, d.Verifier(), string(signed(t, enrolText(e.Token, h.Verifier()), d, deviceKey(t)))})),
	} {
		if _, err := OpenEnrol(b, h.Verifier()); !errors.Is(err, ErrEnrolment) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := OpenEnrol(body, hubKey(t).Verifier()); !errors.Is(err, ErrEnrolment) {
		t.Errorf("meant for another hub: got %v", err)
	}
}

func TestGrant(t *testing.T) {
	g := Grant{
		Device: deviceKey(t).ID(), Checkpoint: "Cổng 2", Lane: "1", Zone: "xưởng", Policy: json.RawMessage(`{"absent":"refer"}`),
		Lists: []ListKey{{"authority", "workers", make([]byte, 32)}}, Root: someTUFRoot, Trace: "trace",
	}
	b, err := MarshalGrant(g)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseGrant(b)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(g) {
		t.Errorf("got %v %v", got, err)
	}
	change := func(f func(*Grant)) Grant { c := g; f(&c); return c }
	for name, g := range map[string]Grant{
		"zero": {}, "no device": change(func(g *Grant) { g.Device = "" }), "no checkpoint": change(func(g *Grant) { g.Checkpoint = "" }),
		"long lane": change(func(g *Grant) { g.Lane = strings.Repeat("x", 300) }), "policy": change(func(g *Grant) { g.Policy = json.RawMessage("{") }),
		"short key": change(func(g *Grant) { g.Lists = []ListKey{{"a", "b", make([]byte, 8)}} }), "nameless": change(func(g *Grant) { g.Lists = []ListKey{{"a", "", make([]byte, 32)}} }),
		"many": change(func(g *Grant) { g.Lists = make([]ListKey, 100) }), "no root": change(func(g *Grant) { g.Root = nil }), "no trace key": change(func(g *Grant) { g.Trace = "" }),
	} {
		if _, err := MarshalGrant(g); !errors.Is(err, ErrEnrolment) {
			t.Errorf("%s: written, %v", name, err)
		}
		if _, err := ParseGrant(must(json.Marshal(change(func(*Grant) {})))); err != nil {
			t.Errorf("control: %v", err)
		}
	}
	if _, err := ParseGrant([]byte(`{"device":"x","admin":true}`)); !errors.Is(err, ErrEnrolment) {
		t.Errorf("unknown field: %v", err)
	}
}

func TestToken(t *testing.T) {
	a, b := must(NewToken()), must(NewToken())
	if a == b || a.Hash() == b.Hash() {
		t.Error("two tokens are one")
	}
	var c Token
	if err := c.UnmarshalText(must(a.MarshalText())); err != nil || c != a {
		t.Errorf("does not survive its text: %v", err)
	}
	upper := bytes.ToUpper([]byte("0123456789abcdef0123456789abcdef"))
	if err := c.UnmarshalText(upper); !errors.Is(err, ErrEnrolment) {
		t.Errorf("upper case: %v", err)
	}
}
