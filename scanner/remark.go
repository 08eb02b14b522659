package scanner

import (
	"context"
	"fmt"
)

// A Kind says what an entry writes down. Numbers are written into journals and
// are never reused.
type Kind uint8

const (
	Scan        Kind = 0 // one verdict
	Turned      Kind = 1 // the barrier turned after the admission Ref: the passage is completed
	NotTurned   Kind = 2 // it did not: the passage is annulled
	HandOver    Kind = 3 // a shift that began with the entry Ref ended; Operator takes over
	Locked      Kind = 4 // the supervisor's PIN was given wrong too often
	Supervision Kind = 5 // a supervisor came in with the right PIN
	lastKind         = Supervision
)

var kindNames = [...]string{"scan", "turned", "not-turned", "hand-over", "locked", "supervision"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// consistent reports whether an entry's kind and its other fields fit.
func (e Entry) consistent() bool {
	switch {
	case e.Kind == Scan:
		return e.Ref == 0
	case e.Kind > lastKind || e.Outcome != 0 || e.Reason != 0 || e.Scheme != 0 || e.List != "" || e.Version != 0 || e.Watch ||
		e.Segment != 0 || len(e.Encapsulation) > 0 || len(e.Sealed) > 0:
		return false
	case e.Kind == Turned || e.Kind == NotTurned:
		return e.Ref < e.Seq
	}
	return e.Ref <= e.Seq
}

// A Remark is what happened at the checkpoint beside a scan.
type Remark struct {
	Kind      Kind
	Ref       uint64
	Direction Direction
	Operator  string
	Input     string // what told, as in Payload
}

// Remark has a remark written down.
func (s *Scanner) Remark(ctx context.Context, r Remark, now Instant) (Entry, error) {
	return s.remark(ctx, r, now, Draft{})
}

// Settle writes down whether the barrier turned after an admission. When it
// did not, the journal no longer holds the person as having passed.
func (s *Scanner) Settle(ctx context.Context, r Result, turned bool, input string, now Instant) (Entry, error) {
	n := Remark{Kind: Turned, Ref: r.Entry.Seq, Direction: r.Entry.Direction, Operator: r.Entry.Operator, Input: input}
	if turned {
		return s.remark(ctx, n, now, Draft{})
	}
	n.Kind = NotTurned
	return s.remark(ctx, n, now, Draft{
		Subject: r.Credential.Subject(),
		Undone:  Prior{Seen: true, Direction: r.Entry.Direction, At: r.Entry.At.Wall},
		Before:  r.Before,
	})
}

func (s *Scanner) remark(ctx context.Context, r Remark, now Instant, d Draft) (Entry, error) {
	policy := s.currentPolicy()
	d.Entry = Entry{
		At: now, Checkpoint: clip(policy.Checkpoint, maxField), Lane: clip(policy.Lane, maxField), Direction: r.Direction,
		Operator: clip(r.Operator, maxField), Input: clip(r.Input, maxField), Kind: r.Kind, Ref: r.Ref,
	}
	if r.Kind == Scan {
		return Entry{}, fmt.Errorf("remark: %w: a scan is none", ErrEntry)
	}
	return s.journal.Append(ctx, d)
}
