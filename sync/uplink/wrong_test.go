package uplink

import (
	"crypto/tls"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// Whatever answers instead of the hub is named, moves nothing, and is
// forgotten once the hub answers again.
func TestTroubles(t *testing.T) {
	html := func(status int) func(http.ResponseWriter, wire.Bundle) {
		return func(w http.ResponseWriter, _ wire.Bundle) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			io.WriteString(w, "<!DOCTYPE html><html><body>Please log in</body></html>")
		}
	}
	problem := func(c wire.Code) func(http.ResponseWriter, wire.Bundle) {
		return func(w http.ResponseWriter, _ wire.Bundle) { wire.NewProblem(c).Answer(w) }
	}
	raw := func(kind string, body []byte) func(http.ResponseWriter, wire.Bundle) {
		return func(w http.ResponseWriter, _ wire.Bundle) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(body)
		}
	}
	otherHub, err := wire.GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	var r *rig // the current case's
	cases := map[string]struct {
		answer func(http.ResponseWriter, wire.Bundle)
		want   scanner.Fault
	}{
		"portal page, 200": {html(200), scanner.FaultHubNotOurs},
		"portal page, 403": {html(403), scanner.FaultHubNotOurs},
		"portal page, 511": {html(511), scanner.FaultHubNotOurs},
		"redirect": {func(w http.ResponseWriter, _ wire.Bundle) {
			w.Header().Set("Location", "https://login.example.test/")
			w.WriteHeader(302)
		}, scanner.FaultHubNotOurs},
		"proxy, 502":            {html(502), scanner.FaultHubAway},
		"proxy, 504":            {html(504), scanner.FaultHubAway},
		"page, 500":             {html(500), scanner.FaultHubNotOurs},
		"empty, 200":            {raw(wire.ReceiptType, nil), scanner.FaultHubNotOurs},
		"no content, 204":       {func(w http.ResponseWriter, _ wire.Bundle) { w.WriteHeader(204) }, scanner.FaultHubNotOurs},
		"page called a receipt": {raw(wire.ReceiptType, []byte("<html>")), scanner.FaultHubNotOurs},
		"endless answer":        {raw(wire.ReceiptType, make([]byte, 1<<20)), scanner.FaultHubNotOurs},
		"receipt of another type": {func(w http.ResponseWriter, b wire.Bundle) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write(r.receipt(r.hub, b.To()))
		}, scanner.FaultHubNotOurs},
		"receipt with status 202": {func(w http.ResponseWriter, b wire.Bundle) {
			w.Header().Set("Content-Type", wire.ReceiptType)
			w.WriteHeader(202)
			_, _ = w.Write(r.receipt(r.hub, b.To()))
		}, scanner.FaultHubNotOurs},
		"receipt cut": {func(w http.ResponseWriter, b wire.Bundle) { x := r.receipt(r.hub, b.To()); r.give(w, x[:len(x)/2]) }, scanner.FaultHubNotOurs},
		"receipt changed": {func(w http.ResponseWriter, b wire.Bundle) {
			x := r.receipt(r.hub, b.To())
			x[len(x)-9] ^= 1
			r.give(w, x)
		}, scanner.FaultHubNotOurs},
		"answer shorter than said": {func(w http.ResponseWriter, b wire.Bundle) { w.Header().Set("Content-Length", "900"); r.honest(w, b) }, scanner.FaultHubAway},
		"another hub's receipt":    {func(w http.ResponseWriter, b wire.Bundle) { r.give(w, r.receipt(otherHub, b.To())) }, scanner.FaultHubOther},
		"just the head":            {func(w http.ResponseWriter, b wire.Bundle) { r.give(w, b.Head) }, scanner.FaultHubNotOurs},
		"an old receipt":           {func(w http.ResponseWriter, b wire.Bundle) { r.give(w, r.receipt(r.hub, b.To()-1)) }, scanner.FaultHubNotOurs},
		"receipt of a fork":        {func(w http.ResponseWriter, b wire.Bundle) { r.give(w, forked(r, b.To())) }, scanner.FaultHubRefuses},
		"receipt beyond the log":   {func(w http.ResponseWriter, b wire.Bundle) { r.give(w, forked(r, b.To()+5)) }, scanner.FaultHubRefuses},
		"unknown device":           {problem(wire.UnknownDevice), scanner.FaultHubRefuses},
		"revoked":                  {problem(wire.RevokedDevice), scanner.FaultRevoked},
		"bad bundle":               {problem(wire.BadBundle), scanner.FaultHubRefuses},
		"inconsistent":             {problem(wire.Inconsistent), scanner.FaultHubRefuses},
		"internal":                 {problem(wire.Internal), scanner.FaultHubAway},
		"busy":                     {problem(wire.Busy), scanner.FaultHubAway},
		"too large for ever":       {problem(wire.TooLarge), scanner.FaultHubRefuses},
		"a newer hub's code": {func(w http.ResponseWriter, _ wire.Bundle) {
			(&wire.Problem{Code: "new", Status: 422, Title: "?"}).Answer(w)
		}, scanner.FaultHubRefuses},
		"gap at our own cursor": {func(w http.ResponseWriter, b wire.Bundle) {
			p := wire.NewProblem(wire.Gap)
			p.Size = b.From
			p.Answer(w)
		}, scanner.FaultHubRefuses},
		"hangs":  {func(http.ResponseWriter, wire.Bundle) { time.Sleep(2 * time.Minute) }, scanner.FaultHubAway},
		"panics": {func(http.ResponseWriter, wire.Bundle) { panic(http.ErrAbortHandler) }, scanner.FaultHubAway},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(rr *rig) {
				r = rr
				defer r.listen(0)()
				r.log.Add(20)
				changed, stop := r.run()
				defer stop()
				synctest.Wait()
				r.all()

				r.set(c.answer)
				r.log.Add(5)
				changed <- struct{}{}
				time.Sleep(30 * time.Minute)
				synctest.Wait()
				r.stuck(20, c.want)

				r.set(nil)
				time.Sleep(4 * time.Minute)
				synctest.Wait()
				r.all()
			})
		})
	}
}

// forked is a receipt, rightly signed by both, for a log of that size this
// journal does not hold.
func forked(r *rig, size uint64) []byte {
	other := r.log.Fork()
	for other.Size() < size {
		other.Add(1)
	}
	var root [32]byte
	if size <= r.log.Size() {
		root = other.Root(size)
		root[0] ^= 1
	} else {
		root = other.Root(size)
	}
	text, err := wire.SignHead(r.log.Key, size, root)
	if err != nil {
		r.t.Error(err)
	}
	head, err := wire.OpenHead(text, r.log.Key.Verifier())
	if err != nil {
		r.t.Error(err)
	}
	receipt, err := wire.Cosign(r.hub, head, time.Now())
	if err != nil {
		r.t.Error(err)
	}
	return receipt
}

// Servers that cannot even be talked to.
func TestWrongServers(t *testing.T) {
	for name, c := range map[string]struct {
		listen func(*rig) func()
		want   scanner.Fault
	}{
		"another certificate": {func(r *rig) func() { return r.listen(1) }, scanner.FaultHubOther},
		"no TLS":              {func(r *rig) func() { return r.listenWith(nil) }, scanner.FaultHubNotOurs},
		"TLS 1.2 only": {func(r *rig) func() {
			return r.listenWith(&tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificates()[0]}})
		}, scanner.FaultHubOther},
		"nobody": {func(r *rig) func() { return func() {} }, scanner.FaultHubAway},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				r.log.Add(5)
				leave := c.listen(r)
				_, stop := r.run()
				defer stop()
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				r.stuck(0, c.want)
				if len(r.sent()) > 0 {
					t.Error("entries were given to a stranger")
				}
				leave()
				defer r.listen(0)()
				time.Sleep(3 * time.Minute)
				synctest.Wait()
				r.all()
			})
		})
	}
}
