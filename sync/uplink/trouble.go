package uplink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// A Trouble is why an exchange came to nothing, with the fault an operator
// sees. It is an error.
type Trouble struct {
	Fault scanner.Fault
	Err   error
	Retry time.Duration // the hub asked to wait this long

	problem *wire.Problem
	from    uint64 // log index of the bundle's first entry
	cut     bool   // the link failed under way: a smaller batch may pass
}

func (t *Trouble) Error() string { return string(t.Fault) + ": " + t.Err.Error() }

// Unwrap returns Err.
func (t *Trouble) Unwrap() error { return t.Err }

func troubleOf(err error) *Trouble {
	var t *Trouble
	if errors.As(err, &t) {
		return t
	}
	return &Trouble{Fault: scanner.FaultJournal, Err: err} // only the journal returns plain errors
}

// unreached names the trouble when no answer came.
func unreached(err error) *Trouble {
	t := &Trouble{Fault: scanner.FaultHubAway, Err: err}
	var record tls.RecordHeaderError
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.Is(err, ErrOtherCertificate), errors.As(err, &op) && op.Op == "remote error": // a TLS alert
		t.Fault = scanner.FaultHubOther
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		t.Fault = scanner.FaultHubNotOurs // something that speaks no TLS at all
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
	case errors.Is(err, context.Canceled):
	default:
		t.cut = true
	}
	return t
}

// refusal names the trouble of an answer that is not a success.
func refusal(status int, contentType string, body []byte) *Trouble {
	p, ok := wire.ParseProblem(status, contentType, body)
	if !ok {
		t := &Trouble{Fault: scanner.FaultHubNotOurs, Err: fmt.Errorf("something that is not a hub answered with status %d", status)}
		switch status {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			t.Fault = scanner.FaultHubAway // a proxy says that nobody is behind it
		}
		return t
	}
	t := &Trouble{Fault: scanner.FaultHubRefuses, Err: p, problem: p, Retry: min(time.Duration(p.Retry)*time.Second, 10*time.Minute)}
	switch p.Code {
	case wire.RevokedDevice:
		t.Fault = scanner.FaultRevoked
	case wire.Busy, wire.SlowDown, wire.Internal:
		t.Fault = scanner.FaultHubAway // it is there, but not for us, not now
	}
	return t
}
