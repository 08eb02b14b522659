package store

import (
	"fmt"
	"strings"
	"time"

	"chot/scanner"
	"chot/scanner/seal"
)

// A sealed segment ends with 1,000 entries, after 24 hours, or with the
// process, whichever comes first: whoever takes a running device can read back
// no more than that.
const (
	segmentEntries = 1000
	segmentAge     = 24 * time.Hour
)

// segments seals entries, opening a segment when the one before is used up.
// A key seals a sequence once: after a failed transaction, whose sequences will
// be given out again, the segment must be dropped (RFC 8439 §4 on nonces).
type segments struct {
	trace   seal.TracePublicKey
	open    *seal.Segment
	start   uint64 // sequence of the entry that opened it
	count   int
	started scanner.Instant
}

func (s *segments) drop() {
	if s.open != nil {
		s.open.Close()
		s.open = nil
	}
}

// compose fills a draft's place, seal and encapsulation, and returns the entry
// with its encoding.
func (s *segments) compose(seq uint64, d scanner.Draft) (e scanner.Entry, encoded []byte, err error) {
	used := false // the segment's encapsulation or nonce went into this entry
	defer func() {
		if err != nil && used {
			s.drop()
		}
	}()
	e, err = normalise(d.Entry)
	if err != nil {
		return e, nil, err
	}
	personal, err := readable(d.Personal).MarshalBinary()
	if err != nil {
		return e, nil, err
	}
	e.Seq, e.Encapsulation, e.Sealed = seq, nil, nil
	if e.Kind != scanner.Scan { // a remark names nobody: there is nothing to seal
		e.Segment = 0
		if encoded, err = e.MarshalBinary(); err == nil {
			_, err = scanner.ParseEntry(encoded) // a remark that no hub could read helps nobody
		}
		return e, encoded, err
	}
	e.Ref = 0
	if s.open == nil || s.count >= segmentEntries || s.old(e.At) {
		s.drop()
		used = true
		if s.open, e.Encapsulation, err = seal.NewSegment(s.trace); err != nil {
			s.open = nil
			return e, nil, fmt.Errorf("open a sealed segment: %w", err)
		}
		s.start, s.count, s.started = seq, 0, e.At
	}
	e.Segment = s.start
	aad, err := e.Plain()
	if err != nil {
		return e, nil, err
	}
	used = true
	if e.Sealed, err = s.open.Seal(seq, personal, aad); err != nil {
		return e, nil, fmt.Errorf("seal entry %d: %w", seq, err)
	}
	s.count++
	if encoded, err = e.MarshalBinary(); err != nil {
		return e, nil, err
	}
	return e, encoded, nil
}

// old reports whether the segment has been open too long at an instant. Time
// since boot decides; a wall clock may jump.
func (s *segments) old(at scanner.Instant) bool {
	return at.Boot != s.started.Boot || at.Since-s.started.Since >= segmentAge
}

// normalise gives an entry the precision and the range its encoding has, so
// that what Append returns is what a reader gets.
func normalise(e scanner.Entry) (scanner.Entry, error) {
	if e.At.Trust > scanner.Confirmed || e.Direction > scanner.Out || e.Outcome > scanner.Admit || e.At.Since < 0 {
		return e, fmt.Errorf("%w: a field is out of range", scanner.ErrEntry)
	}
	e.At.Wall = time.UnixMilli(e.At.Wall.UnixMilli()).UTC()
	e.At.Since = e.At.Since.Truncate(time.Millisecond)
	for _, text := range []*string{&e.Checkpoint, &e.Lane, &e.List, &e.Operator, &e.Input} {
		*text = strings.ToValidUTF8(*text, "\uFFFD")
	}
	return e, nil
}

// readable makes the personal part's texts valid UTF-8, as its decoder asks.
func readable(p scanner.Personal) scanner.Personal {
	for _, text := range []*string{&p.Subject, &p.Name, &p.Birth, &p.Purpose, &p.Plate} {
		*text = strings.ToValidUTF8(*text, "\uFFFD")
	}
	return p
}
