package roster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of a profile. MaxProfiles is how many different ones a list may have.
const (
	MaxProfiles = 65_535
	MaxMessage  = 280 // bytes of the message to the operator
	MaxLabels   = 32  // purposes, and zones
	MaxLabel    = 64  // bytes of one purpose or zone

	maxProfileSize = 2 + 16 + 2*(1+MaxLabels*(1+MaxLabel)) + 1 + 5*MaxSpans + 2 + MaxMessage
)

// ErrProfile is a profile beyond the limits, or one that contradicts itself.
var ErrProfile = errors.New("the profile cannot be listed")

// A Status is what the list says of a subject. The zero value refuses.
type Status uint8

const (
	Refuse Status = iota // turn away
	Refer                // a human decides
	Admit                // let pass, within the profile's window, purposes, zones and hours
	Watch                // like Admit from the front; alarms go first in sync
)

var statusNames = [...]string{"refuse", "refer", "admit", "watch"}

// String returns the status as ParseStatus reads it.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// ParseStatus reads "refuse", "refer", "admit" or "watch".
func ParseStatus(text string) (Status, error) {
	for i, name := range statusNames {
		if text == name {
			return Status(i), nil
		}
	}
	return Refuse, fmt.Errorf("status: %w: write refuse, refer, admit or watch", ErrProfile)
}

// MarshalText returns String.
func (s Status) MarshalText() ([]byte, error) {
	if int(s) >= len(statusNames) {
		return nil, fmt.Errorf("status %d: %w", uint8(s), ErrProfile)
	}
	return []byte(s.String()), nil
}

// UnmarshalText is ParseStatus.
func (s *Status) UnmarshalText(text []byte) error {
	status, err := ParseStatus(string(text))
	if err != nil {
		return err
	}
	*s = status
	return nil
}

// A Profile is what many rows share: when, what for, where, and what to tell the
// operator. One that a Finding carries is shared by all lookups: read only.
type Profile struct {
	Status    Status
	NotBefore time.Time // whole seconds; zero: open
	NotAfter  time.Time // the last second that counts; zero: open
	Purposes  []string  // empty: any
	Zones     []string  // empty: any
	Hours     Hours     // zero: always
	Message   string    // one line to the operator
}

const (
	flagNotBefore = 1 << iota
	flagNotAfter
	flagsKnown = flagNotBefore | flagNotAfter
)

// appendProfile appends the encoding of p, which is one to one: equal bytes are
// equal profiles.
func appendProfile(b []byte, p Profile) ([]byte, error) {
	if int(p.Status) >= len(statusNames) {
		return nil, fmt.Errorf("status %d: %w", uint8(p.Status), ErrProfile)
	}
	if !p.NotBefore.IsZero() && !p.NotAfter.IsZero() && p.NotAfter.Before(p.NotBefore) {
		return nil, fmt.Errorf("not_after: %w: it lies before not_before: exchange them", ErrProfile)
	}
	flags := byte(0)
	if !p.NotBefore.IsZero() {
		flags |= flagNotBefore
	}
	if !p.NotAfter.IsZero() {
		flags |= flagNotAfter
	}
	b = append(b, byte(p.Status), flags)
	for _, t := range []time.Time{p.NotBefore, p.NotAfter} {
		if t.IsZero() {
			continue
		}
		if t.Nanosecond() != 0 {
			return nil, fmt.Errorf("not_before, not_after: %w: give whole seconds", ErrProfile)
		}
		b = binary.BigEndian.AppendUint64(b, uint64(t.Unix()))
	}
	b, err := appendLabels(b, "purposes", p.Purposes)
	if err != nil {
		return nil, err
	}
	if b, err = appendLabels(b, "zones", p.Zones); err != nil {
		return nil, err
	}
	b = append(b, byte(len(p.Hours.spans)))
	for _, s := range p.Hours.spans {
		b = append(b, byte(s.days))
		b = binary.BigEndian.AppendUint16(b, s.from)
		b = binary.BigEndian.AppendUint16(b, s.to)
	}
	if len(p.Message) > MaxMessage {
		return nil, fmt.Errorf("message: %w: %d bytes, the limit is %d: shorten it", ErrProfile, len(p.Message), MaxMessage)
	}
	if !oneLine(p.Message) {
		return nil, fmt.Errorf("message: %w: it must be one line of UTF-8 text", ErrProfile)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(p.Message)))
	return append(b, p.Message...), nil
}

func appendLabels(b []byte, what string, labels []string) ([]byte, error) {
	if len(labels) > MaxLabels {
		return nil, fmt.Errorf("%s: %w: %d of them, the limit is %d", what, ErrProfile, len(labels), MaxLabels)
	}
	b = append(b, byte(len(labels)))
	for i, label := range labels {
		if !validLabel(label) {
			return nil, fmt.Errorf("%s: %w: number %d must be 1 to %d bytes of UTF-8 text without semicolons or outer spaces", what, ErrProfile, i+1, MaxLabel)
		}
		for _, earlier := range labels[:i] {
			if earlier == label {
				return nil, fmt.Errorf("%s: %w: number %d repeats an earlier one: remove it", what, ErrProfile, i+1)
			}
		}
		b = append(b, byte(len(label)))
		b = append(b, label...)
	}
	return b, nil
}

func validLabel(s string) bool {
	return s != "" && len(s) <= MaxLabel && oneLine(s) && !strings.Contains(s, ";") && strings.TrimSpace(s) == s
}

// oneLine reports whether s can be shown on one line as it is.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// decodeProfile is appendProfile's inverse; anything appendProfile would not
// have written is an error.
func decodeProfile(b []byte) (Profile, error) {
	in := reader{rest: b}
	var p Profile
	p.Status = Status(in.byte())
	flags := in.byte()
	if flags&^flagsKnown != 0 {
		in.bad = true
	}
	if flags&flagNotBefore != 0 {
		p.NotBefore = time.Unix(int64(in.uint(8)), 0).UTC()
	}
	if flags&flagNotAfter != 0 {
		p.NotAfter = time.Unix(int64(in.uint(8)), 0).UTC()
	}
	p.Purposes = in.labels()
	p.Zones = in.labels()
	for n := in.byte(); n > 0 && !in.bad; n-- {
		p.Hours.spans = append(p.Hours.spans, span{days: weekdays(in.byte()), from: uint16(in.uint(2)), to: uint16(in.uint(2))})
	}
	p.Message = string(in.take(int(in.uint(2))))
	if in.bad || len(in.rest) != 0 || !p.Hours.canonical() {
		return Profile{}, errors.New("a profile is malformed")
	}
	// Encoding again finds every other departure: labels too long, control
	// characters, a window inside out, a time that reads as "open".
	again, err := appendProfile(make([]byte, 0, len(b)), p)
	if err != nil || string(again) != string(b) {
		return Profile{}, errors.New("a profile is not in canonical form")
	}
	return p, nil
}

// A reader takes fields off the front of rest; past the end it sets bad and
// gives zeros.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.bad = true
		r.rest = nil
		return nil
	}
	field := r.rest[:n]
	r.rest = r.rest[n:]
	return field
}

func (r *reader) byte() byte { return byte(r.uint(1)) }

func (r *reader) uint(size int) (v uint64) {
	for _, b := range r.take(size) {
		v = v<<8 | uint64(b)
	}
	return v
}

func (r *reader) labels() []string {
	n := int(r.byte())
	if n == 0 || n > MaxLabels {
		r.bad = r.bad || n > MaxLabels
		return nil
	}
	labels := make([]string, 0, n)
	for range n {
		labels = append(labels, string(r.take(int(r.byte()))))
	}
	return labels
}
