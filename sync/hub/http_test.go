package hub

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chot/scanner"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// serve runs the hub on a loopback socket and returns its address.
func serve(t testing.TB, h *Hub) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return "https://" + l.Addr().String()
}

func do(t *testing.T, c *http.Client, method, url string, body []byte, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, answer
}

func wantProblem(t *testing.T, resp *http.Response, body []byte, want wire.Code) {
	t.Helper()
	p, ok := wire.ParseProblem(resp.StatusCode, resp.Header.Get("Content-Type"), body)
	if !ok || p.Code != want {
		t.Errorf("status %d, %q, want problem %s", resp.StatusCode, body, want)
	}
}

// A device and a hub over a real socket: enrolled, sent, acknowledged.
func TestDeviceAndHub(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	url := serve(t, h)
	site := someSite()
	site.URL = url
	e, err := h.NewEnrolment(context.Background(), site)
	if err != nil {
		t.Fatal(err)
	}
	// The enrolment travels as a QR code.
	text, err := e.QR()
	if err != nil {
		t.Fatal(err)
	}
	if e, err = wire.ParseEnrolment([]byte(text)); err != nil {
		t.Fatal(err)
	}
	l := wiretest.NewLog()
	l.Hub = h.Key()
	client := uplink.Client(e.Pin)
	defer client.CloseIdleConnections()
	for range 2 { // the first answer may be lost
		g, _, err := uplink.Enrol(context.Background(), client, e, l.Key)
		if err != nil || g.Device != l.Key.ID() || g.Checkpoint != "gate-2" || g.Trace != someTrace || string(g.Policy) != `{"absent":"refer"}` || len(g.Lists) != 1 {
			t.Fatalf("got %+v %v", g, err)
		}
	}
	l.Add(1000)
	ctx, cancel := context.WithCancel(context.Background())
	idle := make(chan struct{})
	u := &uplink.Uplink{Journal: l, Device: l.Key.Verifier(), Hub: e.Hub, HubKey: e.HubKey, Client: client, Observe: func(s uplink.State) {
		if s.Phase == uplink.Idle && s.Acknowledged == 1000 {
			close(idle)
		}
	}}
	done := make(chan error, 1)
	go func() { done <- u.Run(ctx, nil) }()
	<-idle
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("run: %v", err)
	}
	whole(t, h, l, 1000)
	if len(l.Violations()) > 0 || l.Cursor() != 1000 {
		t.Errorf("cursor %d, %v", l.Cursor(), l.Violations())
	}

	// A client that was given another pin talks to nobody.
	_, _, err = uplink.Enrol(context.Background(), uplink.Client(wire.Sum([]byte("another"))), e, l.Key)
	var trouble *uplink.Trouble
	if !errors.As(err, &trouble) || trouble.Fault != scanner.FaultHubOther {
		t.Errorf("wrong pin: %v", err)
	}
	// TLS 1.2 is not spoken.
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}}}
	if _, err := old.Get(url + "/healthz"); err == nil {
		t.Error("TLS 1.2 is accepted")
	}
	// And the certificate is a proper one for localhost, for people's tools.
	conn, err := tls.Dial("tcp", strings.TrimPrefix(url, "https://"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	leaf := conn.ConnectionState().PeerCertificates[0]
	conn.Close()
	if leaf.VerifyHostname("localhost") != nil || leaf.VerifyHostname("127.0.0.1") != nil || time.Until(leaf.NotAfter) < 9*365*24*time.Hour {
		t.Errorf("certificate for %v %v until %v", leaf.DNSNames, leaf.IPAddresses, leaf.NotAfter)
	}
}

func TestHTTPRefusals(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{Memory: 1 << 20})
	url := serve(t, h)
	c := uplink.Client(h.Pin())
	defer c.CloseIdleConnections()
	l := enrolled(t, h)
	l.Add(3)

	resp, body := do(t, c, "POST", url+wire.BundlesPath, l.Packed(0, 3))
	if r, err := wire.OpenReceipt(body, h.Key(), l.Key.Verifier()); err != nil || r.Size() != 3 || resp.StatusCode != 200 || resp.Header.Get("Content-Type") != wire.ReceiptType {
		t.Errorf("status %d: %v", resp.StatusCode, err)
	}
	for _, s := range []struct {
		method, path string
		body         []byte
		want         wire.Code
	}{
		{"GET", wire.BundlesPath, nil, wire.BadMethod},
		{"PUT", wire.EnrolPath, nil, wire.BadMethod},
		{"POST", "/tuf/root.json", nil, wire.BadMethod},
		{"POST", "/v1/", nil, wire.NotFound},
		{"GET", "/", nil, wire.NotFound},
		{"GET", "/tuf/root.json", nil, wire.NotFound}, // this hub serves no lists
		{"POST", wire.BundlesPath, []byte("garbage"), wire.BadBundle},
		{"POST", wire.BundlesPath, nil, wire.BadBundle},
		{"POST", wire.BundlesPath, append(l.Packed(0, 3), 0), wire.BadBundle},
		{"POST", wire.EnrolPath, []byte("{}"), wire.BadRequest},
		{"POST", wire.EnrolPath, make([]byte, 100<<10), wire.TooLarge},
	} {
		resp, body := do(t, c, s.method, url+s.path, s.body)
		wantProblem(t, resp, body, s.want)
	}
	// A server that refuses a long body closes on a client still sending it,
	// so what the client sees is a race; here only the answer counts.
	post := func(body io.Reader) (*http.Response, []byte) {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, httptest.NewRequest("POST", wire.BundlesPath, body))
		return w.Result(), w.Body.Bytes()
	}
	resp, body = post(bytes.NewReader(make([]byte, 10<<20)))
	wantProblem(t, resp, body, wire.TooLarge)
	// More at once than this small hub's memory: come again.
	resp, body = post(bytes.NewReader(make([]byte, 3<<20)))
	wantProblem(t, resp, body, wire.Busy)
	if resp.Header.Get("Retry-After") == "" {
		t.Error("busy, without Retry-After")
	}
	// The same without a length said.
	resp, body = post(io.MultiReader(bytes.NewReader(make([]byte, 3<<20))))
	wantProblem(t, resp, body, wire.Busy)
	// All of that left room for the next.
	resp, body = do(t, c, "POST", url+wire.BundlesPath, l.Packed(0, 3))
	if resp.StatusCode != 200 {
		t.Errorf("status %d %s", resp.StatusCode, body)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if resp, body := do(t, c, "GET", url+path, nil); resp.StatusCode != 200 {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
	whole(t, h, l, 3)
}

// A body without end is cut off at the limit.
func TestEndlessBody(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, httptest.NewRequest("POST", wire.BundlesPath, endless{}))
	wantProblem(t, w.Result(), w.Body.Bytes(), wire.TooLarge)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestLists(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	dir := t.TempDir()
	for name, content := range map[string]string{"1.root.json": "{}", "targets/ab.list": "0123456789", ".new-1": "half", "targets/.tmp/x": "half"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	h := openHub(t, t.TempDir(), Options{Lists: dir})
	url := serve(t, h)
	c := uplink.Client(h.Pin())
	defer c.CloseIdleConnections()

	if resp, body := do(t, c, "GET", url+"/tuf/1.root.json", nil); resp.StatusCode != 200 || string(body) != "{}" || resp.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
	if resp, body := do(t, c, "GET", url+"/tuf/targets/ab.list", nil, "Range", "bytes=4-6"); resp.StatusCode != 206 || string(body) != "456" {
		t.Errorf("a range: %d %q", resp.StatusCode, body)
	}
	if resp, body := do(t, c, "HEAD", url+"/tuf/targets/ab.list", nil); resp.StatusCode != 200 || len(body) != 0 || resp.ContentLength != 10 {
		t.Errorf("HEAD: %d %q", resp.StatusCode, body)
	}
	for _, path := range []string{"", "targets", "targets/", "missing", ".new-1", "targets/.tmp/x", "link", "%2e%2e/secret", "targets/%2e%2e/1.root.json", "//1.root.json", "x%00"} {
		resp, body := do(t, c, "GET", url+"/tuf/"+path, nil)
		if resp.StatusCode == 200 || strings.Contains(string(body), "secret") || strings.Contains(string(body), "half") {
			t.Errorf("/tuf/%s: %d %q", path, resp.StatusCode, body)
		}
	}
}

// The hub says it is not ready when its database is gone, and refuses without
// losing or inventing anything.
func TestDatabaseGone(t *testing.T) {
	h, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, h)
	c := uplink.Client(h.Pin())
	defer c.CloseIdleConnections()
	l := enrolled(t, h)
	l.Add(2)
	if err := h.store.Close(); err != nil {
		t.Fatal(err)
	}
	resp, body := do(t, c, "GET", url+"/readyz", nil)
	wantProblem(t, resp, body, wire.Busy)
	resp, body = do(t, c, "POST", url+wire.BundlesPath, l.Packed(0, 2))
	wantProblem(t, resp, body, wire.Busy)
	if strings.Contains(string(body), "sql") {
		t.Errorf("the answer tells strangers about the database: %s", body)
	}
	if resp, _ := do(t, c, "GET", url+"/healthz", nil); resp.StatusCode != 200 {
		t.Errorf("healthz: %d", resp.StatusCode)
	}
}

func TestProblemBodies(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	url := serve(t, h)
	c := uplink.Client(h.Pin())
	defer c.CloseIdleConnections()
	l := enrolled(t, h)
	l.Add(9)
	do(t, c, "POST", url+wire.BundlesPath, l.Packed(0, 4))
	resp, body := do(t, c, "POST", url+wire.BundlesPath, l.Packed(6, 9))
	var p map[string]any
	if err := json.Unmarshal(body, &p); err != nil || resp.StatusCode != 409 || p["code"] != "gap" || p["size"] != 4.0 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}
