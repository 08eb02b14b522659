package downlink

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// A Cause says why an update did not happen, for the operator's catalogue and
// for deciding whether it is worth another try. It is an error: errors.Is and
// errors.As find it in whatever Refresh returns. None of them touches the
// lists that are installed.
type Cause uint8

const (
	// ErrUnknown stands for what has no cause of its own.
	ErrUnknown Cause = iota
	// ErrNoConnection: nobody answered, or the connection broke for good.
	ErrNoConnection
	// ErrNotRepository: somebody answered, but not with a repository: a
	// captive portal's page, a proxy, a server with another certificate.
	ErrNotRepository
	// ErrForbidden: the server knows the repository and refuses this device.
	ErrForbidden
	// ErrExpired: the metadata's lifetime is over. Somebody holds updates
	// back, the authority stopped refreshing, or this device's clock is ahead.
	ErrExpired
	// ErrRollback: older than what this device already has.
	ErrRollback
	// ErrWrongKeys: not signed by those whom this device's root names.
	ErrWrongKeys
	// ErrDamaged: files do not match what was signed, or do not parse.
	ErrDamaged
	// ErrTooLarge: longer than the stated limit.
	ErrTooLarge
	// ErrNotPublished: the repository is in order and does not have this list.
	ErrNotPublished
	// ErrNoListKey: this device holds no key, or another, for the list.
	ErrNoListKey
	// ErrInterrupted: RefreshFrom took this refresh's place.
	ErrInterrupted
	// ErrStorage: this device's own disk failed or is full.
	ErrStorage
	// ErrStick: the folder lists are read from is not there, was taken away, or
	// cannot be read.
	ErrStick
)

var causes = [...]struct{ code, text string }{
	ErrUnknown:       {"unknown", "the update failed; see the log"},
	ErrNoConnection:  {"no-connection", "no connection to the list server; updates resume by themselves, or bring them on a stick"},
	ErrNotRepository: {"not-repository", "something else answers in the list server's place; sign in to the network, or check the address"},
	ErrForbidden:     {"forbidden", "the list server refuses this device; have it enrolled again"},
	ErrExpired:       {"expired", "the lists offered were not renewed in time; check this device's clock, then ask the authority to refresh them"},
	ErrRollback:      {"rollback", "the lists offered are older than those installed; use a newer stick or server"},
	ErrWrongKeys:     {"wrong-keys", "the lists offered are not signed by this device's authority; check the address, or have the device enrolled again"},
	ErrDamaged:       {"damaged", "the lists offered are damaged; copy the stick again, or ask the authority to publish again"},
	ErrTooLarge:      {"too-large", "a file offered is larger than allowed; ask the authority"},
	ErrNotPublished:  {"not-published", "the list is not published; check its name in the settings"},
	ErrNoListKey:     {"no-list-key", "this device does not hold the list's key; have it enrolled again"},
	ErrInterrupted:   {"interrupted", "the update made room for another one; it resumes by itself"},
	ErrStick:         {"stick", "the stick is not in, was taken out or cannot be read; the list in use stays; put the stick in and repeat: what was copied is kept"},
	ErrStorage:       {"storage", "the update could not be written; free some space, or replace the disk"},
}

// Error says what is wrong and what to do.
func (c Cause) Error() string {
	if int(c) >= len(causes) {
		c = ErrUnknown
	}
	return causes[c].text
}

// Code is the cause's stable name, such as "no-connection".
func (c Cause) Code() string {
	if int(c) >= len(causes) {
		c = ErrUnknown
	}
	return causes[c].code
}

// CauseOf finds the cause in err. Of several lists' errors it is the first.
func CauseOf(err error) Cause {
	var c Cause
	if errors.As(err, &c) {
		return c
	}
	return ErrUnknown
}

// because marks err with a cause, keeping both findable.
func because(c Cause, err error) error { return &caused{c, err} }

type caused struct {
	cause Cause
	err   error
}

func (e *caused) Error() string   { return e.cause.Error() + " (" + e.err.Error() + ")" }
func (e *caused) Unwrap() []error { return []error{e.cause, e.err} }

// classify gives an error of go-tuf, or of a Source, its cause.
func classify(err error) error {
	var c Cause
	if err == nil || errors.As(err, &c) || errors.Is(err, context.Canceled) {
		return err
	}
	var (
		expired    *metadata.ErrExpiredMetadata
		version    *metadata.ErrBadVersionNumber
		equal      *metadata.ErrEqualVersionNumber
		unsigned   *metadata.ErrUnsignedMetadata
		mismatch   *metadata.ErrLengthOrHashMismatch
		repository *metadata.ErrRepository
		value      *metadata.ErrValue
		syntax     *json.SyntaxError
		kind       *json.UnmarshalTypeError
		http       *metadata.ErrDownloadHTTP
	)
	switch {
	case errors.As(err, &expired):
		return because(ErrExpired, err)
	case errors.As(err, &version), errors.As(err, &equal):
		return because(ErrRollback, err)
	case errors.As(err, &unsigned):
		return because(ErrWrongKeys, err)
	case errors.As(err, &mismatch), errors.As(err, &repository), errors.As(err, &value),
		errors.As(err, &syntax), errors.As(err, &kind):
		return because(ErrDamaged, err)
	case errors.Is(err, context.DeadlineExceeded):
		return because(ErrNoConnection, err)
	case errors.As(err, &http), errors.Is(err, fs.ErrNotExist):
		// The one file every repository has is timestamp.json; one that others
		// name and that is gone is damage. The fetcher tells them apart.
		return because(ErrDamaged, err)
	}
	return because(ErrUnknown, err)
}
