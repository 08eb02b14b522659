package simulation

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// A fate is what the network does with one request.
type fate string

const (
	through      fate = "through"
	noRoute      fate = "no route"
	reset        fate = "reset in the handshake"
	portalPlain  fate = "a portal without TLS"
	portalTLS    fate = "a portal with its own certificate"
	page         fate = "a page for an answer"
	failing      fate = "a proxy that fails"
	lost         fate = "lost on the way up"
	cutUp        fate = "cut on the way up"
	shortened    fate = "shortened by a proxy on the way up"
	answerLost   fate = "taken, the answer lost"
	answerCut    fate = "taken, the answer cut"
	answerShort  fate = "taken, the answer shortened by a proxy"
	answerLate   fate = "taken, the answer too late"
	slow         fate = "slow"
	twice        fate = "delivered twice"
	storm        fate = "delivered four times at once"
	held         fate = "held back"
	oldAnswer    fate = "an old answer"
	foreignHub   fate = "a receipt of another hub"
	wrongStatus  fate = "a receipt with an error's status"
	emptyAnswer  fate = "an empty answer"
	intermediate fate = "told to go elsewhere"
)

// fates are drawn from; those further down more rarely than "through".
var fates = []fate{
	through, noRoute, reset, portalPlain, portalTLS, page, failing, lost, cutUp, shortened, answerLost, answerCut, answerShort, answerLate,
	slow, twice, storm, held, oldAnswer, foreignHub, wrongStatus, emptyAnswer, intermediate, through, through, through, answerLost, held,
}

// A network carries the device's requests, each to the fate that the script
// names for it. Nothing is carried before.
type network struct {
	w       *world
	net     wiretest.Net
	next    chan fate
	waiting atomic.Bool // a request is here
	done    chan string
	at      *wiretest.Listener

	mu     sync.Mutex
	fate   fate
	number int        // a fate's parameter: where to cut, which status
	late   []delivery // held back
	old    []byte     // the last receipt the hub gave

	real, plain, other *server
}

// A delivery is a request the network has and the hub does not, or does.
type delivery struct {
	path, kind string
	body       []byte
}

func newNetwork(w *world) *network {
	n := &network{w: w, next: make(chan fate), done: make(chan string)}
	n.plain = startServer(http.HandlerFunc(portal), nil)
	n.other = startServer(http.HandlerFunc(portal), &tls.Config{Certificates: []tls.Certificate{otherCertificate()}})
	return n
}

// serve puts the hub's server, with its own certificate, at the far end.
func (n *network) serve() { n.real = startServer(n, n.w.hub.TLS()) }

func (n *network) close() {
	n.net.Plug(nil)
	for _, s := range []*server{n.real, n.plain, n.other} {
		if s != nil {
			s.close()
		}
	}
}

// RoundTrip takes a request when the script has a fate for it.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.waiting.Store(true)
	defer n.waiting.Store(false)
	select {
	case f := <-n.next:
		n.mu.Lock()
		n.fate = f
		n.number++
		number := n.number
		n.mu.Unlock()
		resp, err := n.carry(f, number, r)
		outcome := "no answer"
		if err == nil {
			outcome = strconv.Itoa(resp.StatusCode)
		}
		n.done <- describe(r) + ": " + string(f) + ": " + outcome
		return resp, err
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func describe(r *http.Request) string {
	body, err := r.GetBody()
	if err != nil {
		return "unknown"
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return "unknown"
	}
	if bundle, err := wire.ParseBundle(b); err == nil {
		return fmt.Sprintf("bundle %d to %d", bundle.From, bundle.To())
	}
	if a, err := wire.ParseAlarm(b); err == nil {
		return fmt.Sprintf("alarm %d", a.Index)
	}
	return "unknown"
}

func (n *network) carry(f fate, number int, r *http.Request) (*http.Response, error) {
	to := n.real.listener
	switch f {
	case noRoute:
		to = nil
	case portalPlain:
		to = n.plain.listener
	case portalTLS:
		to = n.other.listener
	}
	cut := 0
	if f == reset {
		cut, n.at = 100+number%400, nil // a new connection, which breaks before the handshake's end
	}
	n.net.CutAfter(cut)
	if to != n.at || to == nil {
		n.net.Plug(to)
		n.at = to
		n.w.device.client.CloseIdleConnections() // or it would be chance whether one that is dying is used
	}
	if f == reset {
		n.at = nil
	}
	if f == cutUp {
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, max(1, r.ContentLength*int64(number%10)/10)), broken{}))
	}
	return n.w.device.client.Transport.RoundTrip(r)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the link broke") }

// ServeHTTP stands before the hub.
func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	f, number := n.fate, n.number
	n.mu.Unlock()
	if f == cutUp {
		n.w.collector.Handler().ServeHTTP(w, r) // the hub itself meets the broken link
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	d := delivery{r.URL.Path, r.Header.Get("Content-Type"), body}
	switch f {
	case page:
		portal(w, r)
	case failing:
		http.Error(w, "<html>proxy</html>", []int{500, 502, 503, 504, 400, 401, 403, 404, 407, 413, 429, 451}[number%12])
	case intermediate:
		http.Redirect(w, r, "https://login.example.test/", []int{301, 302, 307, 308}[number%4])
	case emptyAnswer:
		w.WriteHeader(http.StatusOK)
	case lost:
		panic(http.ErrAbortHandler)
	case held:
		n.mu.Lock()
		n.late = append(n.late, d)
		n.mu.Unlock()
		panic(http.ErrAbortHandler)
	case shortened:
		d.body = body[:len(body)*(number%10)/10]
		n.answer(w, n.deliver(d))
	case answerLost:
		n.deliver(d)
		panic(http.ErrAbortHandler)
	case answerCut:
		a := n.deliver(d)
		w.Header().Set("Content-Type", a.Header().Get("Content-Type"))
		w.Header().Set("Content-Length", strconv.Itoa(a.Body.Len()))
		w.WriteHeader(a.Code)
		_, _ = w.Write(a.Body.Bytes()[:a.Body.Len()*(number%10)/10])
		panic(http.ErrAbortHandler)
	case answerShort:
		a := n.deliver(d)
		a.Body.Truncate(a.Body.Len() * (number % 10) / 10)
		n.answer(w, a)
	case answerLate:
		a := n.deliver(d)
		pass(r.Context(), 2*time.Minute)
		n.answer(w, a)
	case slow:
		pass(r.Context(), time.Duration(number%25)*time.Second)
		a := n.deliver(d)
		pass(r.Context(), time.Duration(number%4)*time.Second)
		n.answer(w, a)
	case twice:
		n.deliver(d)
		n.answer(w, n.deliver(d))
	case storm:
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { n.deliver(d) })
		}
		a := n.deliver(d)
		all.Wait()
		n.answer(w, a)
	case oldAnswer:
		n.mu.Lock()
		old := n.old
		n.mu.Unlock()
		w.Header().Set("Content-Type", wire.ReceiptType)
		_, _ = w.Write(old)
	case foreignHub:
		n.forge(w, body, foreignKey())
	case wrongStatus:
		a := n.deliver(d)
		a.Code = []int{500, 404, 403, 302}[number%4]
		n.answer(w, a)
	default:
		n.answer(w, n.deliver(d))
	}
}

// deliver hands a request to the hub and returns its answer.
func (n *network) deliver(d delivery) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, d.path, bytes.NewReader(d.body))
	r.Header.Set("Content-Type", d.kind)
	a := httptest.NewRecorder()
	n.w.collector.Handler().ServeHTTP(a, r)
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case a.Code != http.StatusOK:
	case d.path == wire.BundlesPath:
		n.old = bytes.Clone(a.Body.Bytes())
	case d.path == wire.AlarmsPath:
		if alarm, err := wire.ParseAlarm(d.body); err == nil {
			n.w.alarmed[alarm.Index] = true
		}
	}
	return a
}

func (n *network) answer(w http.ResponseWriter, a *httptest.ResponseRecorder) {
	w.Header().Set("Content-Type", a.Header().Get("Content-Type"))
	w.WriteHeader(a.Code)
	_, _ = w.Write(a.Body.Bytes())
}

// forge answers with a receipt of any key and stores nothing.
func (n *network) forge(w http.ResponseWriter, body []byte, key wire.HubKey) {
	b, err := wire.ParseBundle(body)
	if err != nil {
		portal(w, nil)
		return
	}
	head, err := wire.OpenHead(b.Head, n.w.device.key.Verifier())
	if err != nil {
		portal(w, nil)
		return
	}
	text, err := wire.Cosign(key, head, n.w.hubNow())
	if err != nil {
		portal(w, nil)
		return
	}
	w.Header().Set("Content-Type", wire.ReceiptType)
	_, _ = w.Write(text)
}

func portal(w http.ResponseWriter, r *http.Request) {
	if r != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "<!DOCTYPE html><title>Welcome</title>")
}

// pass lets virtual time go by.
func pass(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// A server is real HTTP in memory.
type server struct {
	listener *wiretest.Listener
	close    func()
}

func startServer(h http.Handler, c *tls.Config) *server {
	s := &http.Server{Handler: h, TLSConfig: c, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	l := wiretest.Listen()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if c == nil {
			_ = s.Serve(l)
		} else {
			_ = s.ServeTLS(l, "", "")
		}
	}()
	return &server{l, func() { s.Close(); <-done }}
}
