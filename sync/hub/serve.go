package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// linkTimeout is how long a request or an answer may take; a download is
// given as long again with every piece that gets through.
const linkTimeout = 5 * time.Minute

// TLS returns the hub's TLS configuration. An own certificate is read again
// when its file has changed.
func (h *Hub) TLS() *tls.Config {
	r := &renewal{h: h, current: &h.identity.certificate}
	return &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return r.get(), nil }}
}

// A renewal serves the certificate in Options.Cert as it is now: those that
// are made anew every few weeks need no restart. Devices pin the key, so one
// with another key is not taken.
type renewal struct {
	h       *Hub
	mu      sync.Mutex
	current *tls.Certificate
	seen    time.Time // the file's time, as last read
}

func (r *renewal) get() *tls.Certificate {
	o := r.h.options
	if o.Cert == "" {
		return r.current
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	info, err := os.Stat(o.Cert)
	if err != nil || info.ModTime().Equal(r.seen) {
		return r.current // it may be in the middle of being replaced
	}
	r.seen = info.ModTime()
	c, err := tls.LoadX509KeyPair(o.Cert, o.Key)
	if err == nil && pinOf(c) != r.h.identity.pin {
		err = errPinned
	}
	if err != nil {
		r.h.log.Error("the certificate on disk is not taken, the one before is still served", "err", err)
		return r.current
	}
	if r.current.Leaf == nil || !c.Leaf.Equal(r.current.Leaf) {
		r.h.log.Info("certificate renewed", "until", c.Leaf.NotAfter)
	}
	r.current = &c
	return r.current
}

// Serve answers on l until ctx is done, then lets requests under way finish,
// for ten seconds at most. It closes l.
func (h *Hub) Serve(ctx context.Context, l net.Listener) error {
	if pinOf(h.identity.certificate) != h.identity.pin {
		l.Close()
		return fmt.Errorf("serve: %w", errPinned)
	}
	s := &http.Server{
		Handler:           h.Handler(),
		TLSConfig:         h.TLS(),
		ReadHeaderTimeout: 15 * time.Second,
		ReadTimeout:       linkTimeout,
		WriteTimeout:      linkTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- s.ServeTLS(l, "", "") }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := s.Shutdown(grace)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop serving: %w", err), s.Close())
	}
	<-served
	return err
}
