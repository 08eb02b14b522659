package uplink

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"chot/sync/wire"
)

// ErrOtherCertificate: the server's key is not the one pinned at enrolment.
var ErrOtherCertificate = errors.New("the server's certificate is not the one this device was enrolled with: another hub, or a network that intercepts; check the address, or enrol again")

// Pinned returns a TLS configuration that accepts exactly one public key and
// TLS 1.3. Names, authorities and dates are not looked at: the pin says more,
// and a device's clock may be wrong.
func Pinned(pin wire.Digest) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		// Small records show a browser its first bytes early; here they would
		// only be 2 % more to carry.
		DynamicRecordSizingDisabled: true,
		// VerifyConnection replaces the usual verification. The handshake
		// itself proves that the server holds the key (RFC 8446 §4.4.3).
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 || wire.Sum(s.PeerCertificates[0].RawSubjectPublicKeyInfo) != pin {
				return ErrOtherCertificate
			}
			return nil
		},
	}
}

// Client returns an HTTP client for the hub with this pin. It follows no
// redirect: a hub sends none, a captive portal does. It has no overall
// timeout; use a context.
func Client(pin wire.Digest) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:     Pinned(pin),
			TLSHandshakeTimeout: 20 * time.Second,
			MaxIdleConns:        4,
			IdleConnTimeout:     90 * time.Second,
			DisableCompression:  true,
			ForceAttemptHTTP2:   true, // two bundles under way share one connection, in order
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
