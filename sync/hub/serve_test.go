package hub

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chot/sync/uplink"
	"chot/sync/wire"
)

// A certificate that was made anew with the key it had is served without a
// restart; half a file, or another key's, leaves the one before in place.
func TestCertificateRenewed(t *testing.T) {
	files := t.TempDir()
	key, err := makeTLSKey()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Cert: filepath.Join(files, "hub.crt"), Key: filepath.Join(files, "hub.key")}
	second := time.Now()
	put := func(name string, b []byte) {
		t.Helper()
		path := filepath.Join(files, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		second = second.Add(time.Second)
		if err := os.Chtimes(path, second, second); err != nil { // a file's time may be coarse
			t.Fatal(err)
		}
	}
	certificate := func(key []byte, name string) []byte {
		c, err := makeCertificate(key, []string{name}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	put("hub.key", key)
	put("hub.crt", certificate(key, "one.example.test"))
	h := openHub(t, t.TempDir(), o)
	url := serve(t, h)
	served := func(want string) {
		t.Helper()
		conn, err := tls.Dial("tcp", url[len("https://"):], uplink.Pinned(h.Pin())) // as a device does
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.ConnectionState().PeerCertificates[0].VerifyHostname(want); err != nil {
			t.Errorf("want the certificate for %s: %v", want, err)
		}
	}
	served("one.example.test")
	put("hub.crt", certificate(key, "two.example.test"))
	served("two.example.test")
	put("hub.crt", []byte("-----BEGIN CERT"))
	served("two.example.test")
	other, err := makeTLSKey()
	if err != nil {
		t.Fatal(err)
	}
	put("hub.key", other)
	put("hub.crt", certificate(other, "three.example.test"))
	served("two.example.test")
	put("hub.key", key)
	put("hub.crt", certificate(key, "four.example.test"))
	served("four.example.test")
	if err := os.Remove(o.Cert); err != nil {
		t.Fatal(err)
	}
	served("four.example.test")
}

// A hearing is a listener that tells when the hub has read enough.
type hearing struct {
	net.Listener
	want   int64
	read   atomic.Int64
	once   sync.Once
	enough chan struct{}
}

func (h *hearing) Accept() (net.Conn, error) {
	c, err := h.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return heardConn{c, h}, nil
}

type heardConn struct {
	net.Conn
	by *hearing
}

func (c heardConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.by.read.Add(int64(n)) >= c.by.want {
		c.by.once.Do(func() { close(c.by.enough) })
	}
	return n, err
}

// A hub that is told to stop takes what is under way, answers it, and takes
// nothing more.
func TestGracefulStop(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	l.Add(500)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	packed := l.Packed(0, 500)
	heard := &hearing{Listener: listener, want: int64(len(packed) / 2), enough: make(chan struct{})}
	done := ending(func() error { return h.Serve(ctx, heard) })
	client := uplink.Client(h.Pin())
	defer client.CloseIdleConnections()
	url := "https://" + listener.Addr().String()

	body, rest := io.Pipe()
	type answer struct {
		text []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		resp, err := client.Post(url+wire.BundlesPath, wire.BundleType, body)
		if err != nil {
			answered <- answer{err: err}
			return
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		answered <- answer{text, err}
	}()
	if _, err := rest.Write(packed[:len(packed)/2]); err != nil {
		t.Fatal(err)
	}
	select { // until its first half is in
	case <-heard.enough:
	case a := <-answered:
		t.Fatalf("answered after half of it: %s %v", a.text, a.err)
	}
	stop()
	for { // until the hub listens no more
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			break
		}
		conn.Close()
	}
	select {
	case err := <-done:
		t.Fatalf("the hub did not wait: %v", err)
	default:
	}
	if _, err := rest.Write(packed[len(packed)/2:]); err != nil {
		t.Fatal(err)
	}
	rest.Close()
	a := <-answered
	if a.err != nil {
		t.Fatal(a.err)
	}
	if r, err := wire.OpenReceipt(a.text, h.Key(), l.Key.Verifier()); err != nil || r.Size() != 500 {
		t.Errorf("no receipt: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("serve: %v", err)
	}
	whole(t, h, l, 500)
	if resp, err := http.Get(url); err == nil {
		resp.Body.Close()
		t.Error("a stopped hub answers")
	}
}
