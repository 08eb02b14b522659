package tracing

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/seal"
	"chot/sync/hub"
)

var morning = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

// A gate seals entries as a journal does.
type gate struct {
	t       testing.TB
	device  string
	trace   seal.TracePublicKey
	segment *seal.Segment
	start   uint64
	entries [][]byte
}

func (g *gate) scan(checkpoint string, at time.Time, p scanner.Personal) {
	g.t.Helper()
	seq := uint64(len(g.entries))
	e := scanner.Entry{
		Seq: seq, At: scanner.Instant{Boot: [16]byte{5}, Since: time.Duration(seq) * time.Second, Wall: at, Trust: scanner.Plausible},
		Checkpoint: checkpoint, Lane: "1", Outcome: scanner.Admit, Scheme: credential.CCCD, List: "people", Version: 12, Input: "camera",
	}
	if seq%1000 == 0 {
		var err error
		if g.segment, e.Encapsulation, err = seal.NewSegment(g.trace); err != nil {
			g.t.Fatal(err)
		}
		g.start = seq
	}
	e.Segment = g.start
	plain, err := p.MarshalBinary()
	if err != nil {
		g.t.Fatal(err)
	}
	aad, err := e.Plain()
	if err != nil {
		g.t.Fatal(err)
	}
	if e.Sealed, err = g.segment.Seal(seq, plain, aad); err != nil {
		g.t.Fatal(err)
	}
	b, err := e.MarshalBinary()
	if err != nil {
		g.t.Fatal(err)
	}
	g.entries = append(g.entries, b)
}

func person(n int) scanner.Personal {
	return scanner.Personal{Subject: fmt.Sprintf("vn.id:%012d", 1_190_000_000+n), Name: "Nguyễn Thị Ví Dụ", Birth: "1990-01-15", Purpose: "work"}
}

func runsOf(length int, gates ...*gate) iter.Seq2[hub.Run, error] {
	return func(yield func(hub.Run, error) bool) {
		for _, g := range gates {
			for from := 0; from < len(g.entries); from += length {
				if !yield(hub.Run{Device: g.device, From: uint64(from), Entries: g.entries[from:min(from+length, len(g.entries))]}, nil) {
					return
				}
			}
		}
	}
}

func newKey(t testing.TB) seal.TraceKey {
	t.Helper()
	key, err := seal.GenerateTraceKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ask(t *testing.T, key seal.TraceKey, runs iter.Seq2[hub.Run, error], q Question) Answer {
	t.Helper()
	a, err := Trace(context.Background(), key, runs, q)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTrace(t *testing.T) {
	key := newKey(t)
	north, south := &gate{t: t, device: "aaaaaaaaaaaaaaaa", trace: key.Public()}, &gate{t: t, device: "bbbbbbbbbbbbbbbb", trace: key.Public()}
	for i := range 2500 { // one person a minute at either gate; 7 is seen at both, and again late
		at := morning.Add(time.Duration(i) * time.Minute)
		who := i
		if i == 2400 {
			who = 7
		}
		north.scan("north", at, person(who))
		south.scan("south", at, person(5000+i))
	}
	south.scan("south", morning.Add(90*time.Minute), person(7))
	south.scan("south", morning.Add(91*time.Minute), scanner.Personal{Digest: []byte{1}}) // nobody could say who
	q := Question{Subject: person(7).Subject, With: true, Window: 5 * time.Minute}
	for _, length := range []int{1, 333, 4096} {
		a := ask(t, key, runsOf(length, south, north), q)
		if len(a.Sightings) != 3 || a.Entries != 5002 || a.Opened != 5002 || a.Refused+a.Headless+a.Unread != 0 {
			t.Fatalf("runs of %d: %+v", length, a)
		}
		for i, want := range []struct {
			checkpoint string
			minute     int
		}{{"north", 7}, {"south", 90}, {"north", 2400}} {
			s := a.Sightings[i]
			if s.Checkpoint != want.checkpoint || !s.At.Equal(morning.Add(time.Duration(want.minute)*time.Minute)) || s.Name != "Nguyễn Thị Ví Dụ" {
				t.Errorf("sighting %d: %+v", i, s)
			}
		}
		// 10 around minute 7, 11 and the nameless one around 90, 10 around 2400.
		if len(a.With) != 32 {
			t.Errorf("%d were there too, want 32", len(a.With))
		}
		for _, s := range a.With {
			if s.Apart > 5*time.Minute || s.Subject == q.Subject {
				t.Errorf("there too: %+v", s)
			}
		}
	}
	// Part of a number is nobody.
	if a := ask(t, key, runsOf(4096, north), Question{Subject: person(7).Subject[:15]}); len(a.Sightings) != 0 {
		t.Errorf("part of a number: %d", len(a.Sightings))
	}
	if _, err := Trace(context.Background(), newKey(t), runsOf(100, north), q); !errors.Is(err, ErrNothingOpened) {
		t.Errorf("another key: %v", err)
	}
	if _, err := Trace(context.Background(), seal.TraceKey{}, runsOf(100, north), q); !errors.Is(err, seal.ErrNoKey) {
		t.Errorf("no key: %v", err)
	}
	for _, bad := range []Question{{}, {Subject: "x", With: true}, {Subject: "x", With: true, Window: 31 * 24 * time.Hour}} {
		if _, err := Trace(context.Background(), key, runsOf(100, north), bad); !errors.Is(err, ErrQuestion) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	broken := errors.New("the disk died")
	if _, err := Trace(context.Background(), key, func(yield func(hub.Run, error) bool) { yield(hub.Run{}, broken) }, q); !errors.Is(err, broken) {
		t.Errorf("a source that fails: %v", err)
	}
}

// TestWhatDoesNotOpen counts entries that were changed, moved, cut off from
// their segment or are nonsense, and finds the rest.
func TestWhatDoesNotOpen(t *testing.T) {
	key := newKey(t)
	g := &gate{t: t, device: "aaaaaaaaaaaaaaaa", trace: key.Public()}
	for i := range 1500 {
		g.scan("gate", morning.Add(time.Duration(i)*time.Minute), person(i))
	}
	g.entries[3] = append([]byte(nil), g.entries[3]...)
	g.entries[3][len(g.entries[3])-1] ^= 1                                     // changed
	g.entries[4] = []byte("nonsense")                                          // unreadable
	twice := &gate{device: g.device, entries: append(g.entries, g.entries...)} // two exports that overlap
	a := ask(t, key, runsOf(700, twice), Question{Subject: person(9).Subject})
	if len(a.Sightings) != 1 || a.Refused != 2 || a.Unread != 2 {
		t.Errorf("%d sightings, %+v", len(a.Sightings), a)
	}
	// A remark names nobody: it is neither opened nor unread.
	remark, err := scanner.Entry{Seq: 1500, At: scanner.Instant{Wall: morning}, Kind: scanner.NotTurned, Ref: 1499}.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	with := &gate{device: g.device, entries: append(g.entries[:len(g.entries):len(g.entries)], remark)}
	if a := ask(t, key, runsOf(700, with), Question{Subject: person(9).Subject}); a.Unread != 1 || a.Entries != 1501 {
		t.Errorf("with a remark: %+v", a)
	}
	tail := &gate{device: g.device, entries: g.entries[600:]} // its segment began in an earlier export
	a = ask(t, key, runsOf(700, tail), Question{Subject: person(1200).Subject})
	if len(a.Sightings) != 1 || a.Headless != 400 || a.Opened != 500 {
		t.Errorf("a tail: %d sightings, %+v", len(a.Sightings), a)
	}
}

func TestAskedIsSealed(t *testing.T) {
	key := newKey(t)
	asked := Asked{Subject: "vn.id:001190123456", Window: "30m0s", Reason: "case 12"}
	sealed, err := asked.Seal(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenAsked(key, sealed); err != nil || got != asked {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := OpenAsked(newKey(t), sealed); err == nil {
		t.Error("another key opens the audit")
	}
	for _, n := range []int{0, 100, len(sealed) - 1} {
		if _, err := OpenAsked(key, sealed[:n]); err == nil {
			t.Errorf("%d bytes of it open", n)
		}
	}
}

// BenchmarkTrace opens every seal of 100,000 entries, in segments of 1,000 as a
// journal makes them.
func BenchmarkTrace(b *testing.B) {
	const n = 100_000
	key := newKey(b)
	g := &gate{t: b, device: "aaaaaaaaaaaaaaaa", trace: key.Public()}
	for i := range n {
		g.scan("Chốt Cầu Mẫu", morning.Add(time.Duration(i)*time.Second), person(i))
	}
	b.ReportAllocs()
	for b.Loop() {
		a, err := Trace(context.Background(), key, runsOf(4096, g), Question{Subject: person(77).Subject})
		if err != nil || a.Opened != n || len(a.Sightings) != 1 {
			b.Fatal(a, err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
