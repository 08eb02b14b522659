package downlink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// A Web source reads a repository over HTTPS.
type Web struct {
	client *http.Client
	base   *url.URL
}

// NewWeb reads the repository under base through client, which carries what
// the device trusts (the hub's pinned certificate). Redirects within the same
// host are followed; others are how a captive portal speaks. Leave the
// client's Timeout unset: it would cut long downloads, which resume but pay a
// round trip each time. Plain http is accepted on loopback only.
func NewWeb(client *http.Client, base string) (*Web, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "https" && !(u.Scheme == "http" && loopback(u))) {
		return nil, fmt.Errorf("list server address %q: want https://host/path/", base)
	}
	if client == nil {
		client = http.DefaultClient
	}
	own := *client
	own.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if len(via) > 3 || req.URL.Host != u.Host || req.URL.Scheme != u.Scheme {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &Web{client: &own, base: u}, nil
}

func loopback(u *url.URL) bool {
	switch u.Hostname() {
	case "localhost", "127.0.0.1", "::1":
		return true
	}
	return false
}

// Fetch implements Source. A server that ignores Range is read past, so it
// costs time but works.
func (w *Web) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	res, err := w.get(ctx, path, offset)
	if err != nil {
		return nil, err
	}
	if offset > 0 && res.StatusCode == http.StatusOK {
		if _, err := io.CopyN(io.Discard, res.Body, offset); err != nil {
			res.Body.Close()
			return nil, because(ErrNoConnection, fmt.Errorf("skip to %d of %s: %w", offset, path, err))
		}
	}
	return res.Body, nil
}

// fetchExactly is Fetch where reading past what was not asked for is no use.
func (w *Web) fetchExactly(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	res, err := w.get(ctx, path, offset)
	if err != nil {
		return nil, err
	}
	if offset > 0 && res.StatusCode == http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("fetch %s from %d: %w", path, offset, errNoRange)
	}
	return res.Body, nil
}

func (w *Web) get(ctx context.Context, path string, offset int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base.JoinPath(path).String(), nil)
	if err != nil {
		return nil, because(ErrNotRepository, err)
	}
	// Offsets count the file's own bytes, so no coding may come between.
	req.Header.Set("Accept-Encoding", "identity")
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	res, err := w.client.Do(req)
	if err != nil {
		return nil, dialCause(err)
	}
	if err := answer(res, path, offset); err != nil {
		res.Body.Close()
		return nil, err
	}
	return res, nil
}

// answer judges a response before its body is read.
func answer(res *http.Response, path string, offset int64) error {
	bad := func(c Cause) error { return because(c, fmt.Errorf("fetch %s: status %d", path, res.StatusCode)) }
	switch code := res.StatusCode; {
	case code == http.StatusOK:
	case code == http.StatusPartialContent:
		var from int64
		if _, err := fmt.Sscanf(res.Header.Get("Content-Range"), "bytes %d-", &from); err != nil || from != offset {
			return bad(ErrNotRepository)
		}
	case code == http.StatusNotFound, code == http.StatusGone:
		return fmt.Errorf("fetch %s: %w", path, fs.ErrNotExist)
	case code == http.StatusRequestedRangeNotSatisfiable:
		// The file ends before what we have of it.
		return bad(ErrDamaged)
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return bad(ErrForbidden)
	case code >= 500 && code != http.StatusNetworkAuthenticationRequired,
		code == http.StatusRequestTimeout, code == http.StatusTooManyRequests:
		return bad(ErrNoConnection)
	default:
		// Redirects elsewhere, and 511, which RFC 6585 §6 made for portals.
		return bad(ErrNotRepository)
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); strings.HasSuffix(kind, "html") || strings.HasSuffix(kind, "xhtml+xml") {
		return because(ErrNotRepository, fmt.Errorf("fetch %s: a web page came instead", path))
	}
	return nil
}

// dialCause tells a silent network from one where somebody else answers.
func dialCause(err error) error {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
	)
	if errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid) ||
		errors.As(err, &verify) || errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) {
		return because(ErrNotRepository, err)
	}
	return because(ErrNoConnection, err)
}
