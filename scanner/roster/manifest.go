package roster

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	manifestFormat = "chot-roster-2"
	formatBefore   = "chot-roster-1" // of lists with pages of 4096 bytes
	maxManifest    = 4096            // bytes of JSON
	maxListName    = 64
	maxAuthority   = 100
	maxLifetime    = 10 * 366 * 24 * time.Hour

	// clockSlack is how far a clock may lie before a list's time of issue, which
	// another clock gave, and still count as "just now".
	clockSlack = 10 * time.Minute
)

// ErrManifest is a manifest that is not well formed, or does not fit its file.
// ErrEarlier is a list or a manifest in a format that programs read before this one.
var (
	ErrManifest = errors.New("the list's manifest is not valid")
	ErrEarlier  = errors.New("it is in an earlier format")
)

// A Manifest says which list a file is, names the root its bytes must have, and
// for how long it may be used. It is what the authority signs; this package does
// not check signatures.
//
// As JSON, in this order and with no other member:
//
//	{"format":"chot-roster-2","name":"gate","authority":"Demo","version":1,
//	 "epoch":1,"rows":0,"size":8320,"root":"<64 hex digits>",
//	 "issued":"2026-01-02T03:04:05Z","stale_after":86400,"expire_after":604800}
//
// with the last two in seconds. Parsing is strict: whatever parses encodes to
// the same bytes, up to white space.
type Manifest struct {
	Name        string        // of the list: a-z 0-9 . _ -, at most 64
	Authority   string        // who signs it, for people; at most 100 bytes
	Version     uint64        // rises with each list of this name; at least 1
	Epoch       uint32        // which list key; at least 1
	Rows        uint32        // at most MaxRows
	Size        int64         // of the file, bytes
	Root        [32]byte      // the Merkle root over its pages
	Issued      time.Time     // UTC, whole seconds
	StaleAfter  time.Duration // whole seconds
	ExpireAfter time.Duration // whole seconds, not below StaleAfter
}

type manifestJSON struct {
	Format      string `json:"format"`
	Name        string `json:"name"`
	Authority   string `json:"authority"`
	Version     uint64 `json:"version"`
	Epoch       uint32 `json:"epoch"`
	Rows        uint32 `json:"rows"`
	Size        int64  `json:"size"`
	Root        string `json:"root"`
	Issued      string `json:"issued"`
	StaleAfter  int64  `json:"stale_after"`
	ExpireAfter int64  `json:"expire_after"`
}

// ParseManifest reads a manifest's JSON.
func ParseManifest(text []byte) (Manifest, error) {
	var m Manifest
	err := m.UnmarshalJSON(text)
	return m, err
}

// MarshalJSON refuses an invalid manifest.
func (m Manifest) MarshalJSON() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return m.encode(), nil
}

func (m Manifest) encode() []byte {
	text, err := json.Marshal(manifestJSON{
		Format: manifestFormat, Name: m.Name, Authority: m.Authority, Version: m.Version, Epoch: m.Epoch,
		Rows: m.Rows, Size: m.Size, Root: hex.EncodeToString(m.Root[:]), Issued: m.Issued.Format(time.RFC3339),
		StaleAfter: int64(m.StaleAfter / time.Second), ExpireAfter: int64(m.ExpireAfter / time.Second),
	})
	if err != nil {
		return nil // strings and numbers always encode
	}
	return text
}

// UnmarshalJSON is ParseManifest.
func (m *Manifest) UnmarshalJSON(text []byte) error {
	fail := func(what string) error { return fmt.Errorf("parse manifest: %w: %s", ErrManifest, what) }
	if len(text) > maxManifest {
		return fail(fmt.Sprintf("%d bytes, the limit is %d", len(text), maxManifest))
	}
	var raw manifestJSON
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&raw); err != nil {
		return fail("it is not the JSON of a list: fetch it again")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fail("something follows the JSON")
	}
	if raw.Format == formatBefore {
		return fmt.Errorf("parse manifest: %w: %w, %s, and this program reads %s: ask the authority to build and publish the list again", ErrManifest, ErrEarlier, formatBefore, manifestFormat)
	}
	if raw.Format != manifestFormat {
		return fail("its format is not " + manifestFormat + ": update the program")
	}
	root, err := hex.DecodeString(raw.Root)
	if err != nil || len(root) != hashSize {
		return fail("root is not 64 hex digits")
	}
	issued, err := time.Parse(time.RFC3339, raw.Issued)
	if err != nil {
		return fail("issued is not a time (RFC 3339)")
	}
	const most = int64(maxLifetime / time.Second)
	if raw.StaleAfter > most || raw.ExpireAfter > most || raw.StaleAfter < 0 || raw.ExpireAfter < 0 {
		return fail("stale_after or expire_after is beyond ten years")
	}
	parsed := Manifest{
		Name: raw.Name, Authority: raw.Authority, Version: raw.Version, Epoch: raw.Epoch,
		Rows: raw.Rows, Size: raw.Size, Root: [hashSize]byte(root), Issued: issued.UTC(),
		StaleAfter: time.Duration(raw.StaleAfter) * time.Second, ExpireAfter: time.Duration(raw.ExpireAfter) * time.Second,
	}
	if err := parsed.check(); err != nil {
		return fmt.Errorf("parse manifest: %w", err)
	}
	// One manifest has one text: this finds doubled members, other letter case,
	// another order, upper-case hex, other ways to write the time.
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil || !bytes.Equal(compact.Bytes(), parsed.encode()) {
		return fail("it is not in canonical form")
	}
	*m = parsed
	return nil
}

// check is everything a manifest of a built list must fulfil.
func (m Manifest) check() error {
	if err := m.checkIdentity(); err != nil {
		return err
	}
	fail := func(what string) error { return fmt.Errorf("%w: %s", ErrManifest, what) }
	switch {
	case m.Rows > MaxRows:
		return fail(fmt.Sprintf("%d rows, the limit is %d", m.Rows, MaxRows))
	case m.Size <= 0 || m.Size%(pageSize+hashSize) != 0:
		return fail("no list has this size")
	case m.Root == [hashSize]byte{}:
		return fail("it names no root")
	}
	return nil
}

// checkIdentity is check without what Build fills in.
func (m Manifest) checkIdentity() error {
	fail := func(what string) error { return fmt.Errorf("%w: %s", ErrManifest, what) }
	wholeSeconds := func(d time.Duration) bool { return d%time.Second == 0 }
	switch {
	case m.Name == "" || len(m.Name) > maxListName || strings.Trim(m.Name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" || m.Name[0] == '.':
		return fail("the list's name must be 1 to 64 of a-z 0-9 . _ - and not begin with a point")
	case m.Authority == "" || len(m.Authority) > maxAuthority || !oneLine(m.Authority) || strings.ContainsAny(m.Authority, `<>&`):
		return fail("the authority's name must be one line of at most 100 bytes without < > &")
	case m.Version == 0:
		return fail("versions count from 1")
	case m.Epoch == 0:
		return fail("epochs count from 1")
	case m.Issued.IsZero() || m.Issued.Nanosecond() != 0 || m.Issued.Location() != time.UTC || m.Issued.Year() > 9999 || m.Issued.Year() < 1970:
		return fail("issued must be a time in UTC, in whole seconds")
	case m.StaleAfter <= 0 || !wholeSeconds(m.StaleAfter) || !wholeSeconds(m.ExpireAfter):
		return fail("stale_after must be at least a second, both limits in whole seconds")
	case m.ExpireAfter < m.StaleAfter:
		return fail("expire_after must not be below stale_after")
	case m.ExpireAfter > maxLifetime:
		return fail("expire_after is beyond ten years")
	}
	return nil
}

// An Age is how far a list may be relied on. The zero value is not at all.
type Age uint8

const (
	Expired Age = iota // verdicts that depend on the list become Refer
	Stale              // used, and shown as stale
	Fresh
)

// String returns "expired", "stale" or "fresh".
func (a Age) String() string {
	switch a {
	case Fresh:
		return "fresh"
	case Stale:
		return "stale"
	}
	return "expired"
}

// Age tells how old the list is now. Confirmed is when its repository last said
// that this is the newest version (zero: never); the list ages from then or from
// its issue, whichever is later. A clock that lies before both cannot tell the
// age, so the list counts as expired.
func (m Manifest) Age(confirmed, now time.Time) Age {
	since := m.Issued
	if confirmed.After(since) {
		since = confirmed
	}
	age := now.Sub(since)
	switch {
	case since.IsZero() || age < -clockSlack || age >= m.ExpireAfter:
		return Expired
	case age >= m.StaleAfter:
		return Stale
	}
	return Fresh
}
