package wire

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

// ErrEnrolment is wrapped by every error about an enrolment's text, a request
// or a grant.
var ErrEnrolment = errors.New("not an enrolment this version can read")

// maxRoot bounds a TUF root's JSON; real ones have 2 to 10 kB.
const maxRoot = 64 << 10

// maxEnrolment bounds every JSON document here.
const maxEnrolment = 512 << 10

// A Token lets one device enrol once. Whoever has it may enrol, so it stands
// in no log.
type Token [16]byte

// NewToken makes a token.
func NewToken() (Token, error) {
	var t Token
	if _, err := rand.Read(t[:]); err != nil {
		return Token{}, fmt.Errorf("make a token: %w", err)
	}
	return t, nil
}

// Hash returns what a hub keeps of a token.
func (t Token) Hash() [32]byte { return sha256.Sum256(append([]byte("chot token\n"), t[:]...)) }

// String hides the token; MarshalText does not.
func (t Token) String() string { return "(token)" }

// GoString is String.
func (t Token) GoString() string { return t.String() }

// MarshalText writes the token in hexadecimal.
func (t Token) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(t[:])), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Token) UnmarshalText(b []byte) error {
	raw, err := hex.DecodeString(string(b))
	if err != nil || len(raw) != len(t) || hex.EncodeToString(raw) != string(b) {
		return fmt.Errorf("%w: its token is not 32 hexadecimal digits", ErrEnrolment)
	}
	*t = Token(raw)
	return nil
}

// A Digest is a SHA-256 sum, in base64 in JSON.
type Digest [32]byte

// Sum returns b's digest.
func Sum(b []byte) Digest { return sha256.Sum256(b) }

// String returns the digest in base64.
func (d Digest) String() string { return base64.StdEncoding.EncodeToString(d[:]) }

// MarshalText is String.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Digest) UnmarshalText(b []byte) error {
	raw, err := base64.StdEncoding.DecodeString(string(b))
	if err != nil || len(raw) != len(d) || base64.StdEncoding.EncodeToString(raw) != string(b) {
		return fmt.Errorf("%w: a digest is not 32 bytes in base64", ErrEnrolment)
	}
	*d = Digest(raw)
	return nil
}

// An Enrolment is what a device needs to find its hub and to know it: one
// file, or one QR code. In the code's form Root and Trace are empty and only
// their digests are known.
type Enrolment struct {
	Hub         string      // "https://host:port", without a path
	Pin         Digest      // SHA-256 of the hub certificate's SubjectPublicKeyInfo
	HubKey      HubVerifier // whose receipts count
	Token       Token
	Expires     time.Time // to the second, UTC
	Root        []byte    // the TUF root's JSON, byte for byte
	RootDigest  Digest
	Trace       string // the trace key's text
	TraceDigest Digest
}

// check also fills the digests that the full form implies.
func (e *Enrolment) check() error {
	if err := checkURL(e.Hub); err != nil {
		return err
	}
	switch {
	case e.HubKey == HubVerifier{}:
		return fmt.Errorf("%w: the hub's key is missing", ErrEnrolment)
	case e.Pin == Digest{}:
		return fmt.Errorf("%w: the certificate's pin is missing", ErrEnrolment)
	case e.Token == Token{}:
		return fmt.Errorf("%w: the token is missing", ErrEnrolment)
	case e.Expires.Unix() <= 0:
		return fmt.Errorf("%w: the expiry is missing", ErrEnrolment)
	case len(e.Root) > maxRoot || len(e.Trace) > maxRoot:
		return fmt.Errorf("%w: the TUF root or the trace key is over %d bytes", ErrEnrolment, maxRoot)
	}
	if len(e.Root) > 0 {
		if e.RootDigest != (Digest{}) && e.RootDigest != Sum(e.Root) {
			return fmt.Errorf("%w: the TUF root is not the one its digest names", ErrEnrolment)
		}
		e.RootDigest = Sum(e.Root)
	}
	if e.Trace != "" {
		if e.TraceDigest != (Digest{}) && e.TraceDigest != Sum([]byte(e.Trace)) {
			return fmt.Errorf("%w: the trace key is not the one its digest names", ErrEnrolment)
		}
		e.TraceDigest = Sum([]byte(e.Trace))
	}
	if e.RootDigest == (Digest{}) || e.TraceDigest == (Digest{}) {
		return fmt.Errorf("%w: the TUF root or the trace key is missing", ErrEnrolment)
	}
	e.Expires = e.Expires.UTC().Truncate(time.Second)
	return nil
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" ||
		u.Fragment != "" || strings.Trim(u.Path, "/") != "" || len(s) > 200 || u.Scheme+"://"+u.Host != s {
		return fmt.Errorf("%w: the hub's address must look like https://host:port", ErrEnrolment)
	}
	return nil
}

// Admits reports whether a grant's TUF root and trace key are the ones this
// enrolment names.
func (e Enrolment) Admits(g Grant) bool {
	return e.check() == nil && Sum(g.Root) == e.RootDigest && Sum([]byte(g.Trace)) == e.TraceDigest
}

type enrolmentFile struct {
	Kind    string      `json:"chot"`
	Hub     string      `json:"hub"`
	Pin     Digest      `json:"hub_certificate_sha256"`
	HubKey  HubVerifier `json:"hub_key"`
	Token   Token       `json:"token"`
	Expires time.Time   `json:"expires"`
	Root    []byte      `json:"tuf_root"`
	Trace   string      `json:"trace_key"`
}

const enrolmentKind = "enrolment/1"

// File returns the enrolment as a JSON file. The file lets one device in
// until it is used or expires: keep it like a key.
func (e Enrolment) File() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	if len(e.Root) == 0 || e.Trace == "" {
		return nil, fmt.Errorf("%w: read from a QR code, it lacks the TUF root and the trace key", ErrEnrolment)
	}
	b, err := json.MarshalIndent(enrolmentFile{enrolmentKind, e.Hub, e.Pin, e.HubKey, e.Token, e.Expires, e.Root, e.Trace}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write enrolment: %w", err)
	}
	return append(b, '\n'), nil
}

// ParseEnrolment reads an enrolment's file or the text of its QR code.
func ParseEnrolment(text []byte) (Enrolment, error) {
	if bytes.HasPrefix(text, []byte(codePrefix)) {
		return parseCode(strings.TrimRight(string(text), "\r\n"))
	}
	var f enrolmentFile
	if err := parseJSON(text, &f); err != nil {
		return Enrolment{}, err
	}
	if f.Kind != enrolmentKind {
		return Enrolment{}, fmt.Errorf("%w: its kind is not %q", ErrEnrolment, enrolmentKind)
	}
	e := Enrolment{Hub: f.Hub, Pin: f.Pin, HubKey: f.HubKey, Token: f.Token, Expires: f.Expires, Root: f.Root, Trace: f.Trace}
	if len(e.Root) == 0 || e.Trace == "" {
		return Enrolment{}, fmt.Errorf("%w: the TUF root or the trace key is missing", ErrEnrolment)
	}
	if err := e.check(); err != nil {
		return Enrolment{}, err
	}
	return e, nil
}

// parseJSON decodes one document: known fields only, nothing after it.
func parseJSON(b []byte, v any) error {
	if len(b) > maxEnrolment {
		return fmt.Errorf("%w: %d bytes, the limit is %d", ErrEnrolment, len(b), maxEnrolment)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if errors.Is(err, ErrEnrolment) || errors.Is(err, ErrKey) {
			return fmt.Errorf("%w: a field is malformed", ErrEnrolment)
		}
		return fmt.Errorf("%w: not the expected JSON; copy the file again, whole", ErrEnrolment)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%w: something stands after its end", ErrEnrolment)
	}
	return nil
}
