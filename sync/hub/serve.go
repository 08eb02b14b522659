package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// linkTimeout is how long a request or an answer may take; a download is
// given as long again with every piece that gets through.
const linkTimeout = 5 * time.Minute

// TLS returns the hub's TLS configuration.
func (h *Hub) TLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{h.identity.certificate}}
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
