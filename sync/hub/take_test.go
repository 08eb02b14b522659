package hub

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"

	"github.com/klauspost/compress/zstd"
)

func TestTake(t *testing.T) {
	c := &clock{time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	h := openHub(t, t.TempDir(), Options{Now: c.Now})
	l := enrolled(t, h)
	give(t, h, l, l.Packed(0, 0), 0) // a sign of life before the first entry
	l.Add(100)
	first := give(t, h, l, l.Packed(0, 40), 40)
	if !first.Time().Equal(c.now) {
		t.Errorf("the receipt's time is %v", first.Time())
	}
	give(t, h, l, l.Packed(40, 100), 100)
	whole(t, h, l, 100)

	// The same again, in whole and in part, changes nothing but "seen".
	c.now = c.now.Add(time.Hour)
	before := status(t, h)
	for range 3 {
		give(t, h, l, l.Packed(0, 40), 40)
		give(t, h, l, l.Packed(40, 100), 100)
		give(t, h, l, l.Packed(0, 100), 100)
		give(t, h, l, l.Packed(13, 100), 100)
		give(t, h, l, l.Packed(100, 100), 100)
		if r := give(t, h, l, l.Packed(20, 40), 40); string(r.Text()) != string(first.Text()) {
			t.Error("the receipt for a head that is no longer the longest was made anew")
		}
		// Cut differently since: the next longer receipt.
		give(t, h, l, l.Packed(0, 39), 40)
		give(t, h, l, l.Packed(41, 99), 100)
	}
	after := status(t, h)
	if !after.Devices[0].Seen.Equal(c.now) {
		t.Errorf("last seen %v", after.Devices[0].Seen)
	}
	after.Devices[0].Seen = before.Devices[0].Seen
	if !slices.Equal(before.Devices, after.Devices) || !slices.Equal(before.Counts, after.Counts) {
		t.Errorf("a repetition changed\n%+v\nto\n%+v", before, after)
	}
	whole(t, h, l, 100)

	// Overlap with news.
	l.Add(7)
	give(t, h, l, l.Packed(90, 107), 107)
	whole(t, h, l, 107)

	// The clock was set back; receipts do not follow.
	c.now = c.now.Add(-48 * time.Hour)
	l.Add(1)
	if r := give(t, h, l, l.Packed(107, 108), 108); r.Time().Before(first.Time()) {
		t.Errorf("a receipt of %v after one of %v", r.Time(), first.Time())
	}
}

// Whatever way a log is cut, repeated and overlapped, the hub ends with it
// once, and every answer is a receipt at or after the bundle's end.
func TestTakeAnyCuts(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{Rate: 1e6, Burst: 1e6})
	l := enrolled(t, h)
	l.Add(6000)
	rng := rand.New(rand.NewPCG(1, 2))
	for have := uint64(0); have < l.Size(); {
		from := rng.Uint64N(have + 1)
		if rng.IntN(3) > 0 {
			from = have
		}
		to := min(from+rng.Uint64N(300), l.Size())
		text, err := h.Take(context.Background(), l.Packed(from, to))
		if err != nil {
			t.Fatalf("%d to %d: %v", from, to, err)
		}
		r, err := wire.OpenReceipt(text, h.Key(), l.Key.Verifier())
		if err != nil || r.Size() < to || r.Root() != l.Root(r.Size()) || to >= have && r.Size() != to {
			t.Fatalf("%d to %d, the hub had %d: receipt for %d, %v", from, to, have, r.Size(), err)
		}
		have = max(have, to)
	}
	whole(t, h, l, 6000)
}

func TestTakeRefuses(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	l.Add(60)
	give(t, h, l, l.Packed(0, 50), 50)

	stranger := wiretest.NewLog()
	stranger.Add(5)
	refused(t, h, stranger.Packed(0, 5), wire.UnknownDevice)
	refused(t, h, []byte("<html>"), wire.BadBundle)
	refused(t, h, nil, wire.BadBundle)
	refused(t, h, make([]byte, 10<<20), wire.TooLarge)
	zip, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	bomb := zip.EncodeAll(make([]byte, 64<<20), []byte("chot bundle 1\n"))
	if len(bomb) > 100<<10 {
		t.Fatalf("the bomb itself has %d bytes", len(bomb))
	}
	refused(t, h, bomb, wire.TooLarge)

	if p := refused(t, h, l.Packed(55, 60), wire.Gap); p.Size != 50 {
		t.Errorf("the gap names %d entries, want 50", p.Size)
	}
	b := l.Bundle(50, 60)
	b.Head = stranger.Head(5)
	refused(t, h, pack(t, b), wire.BadSignature)
	b.Head = l.Head(59) // signed, but not over these entries
	refused(t, h, pack(t, b), wire.BadBundle)
	if n := status(t, h).Evidence; n != 0 {
		t.Errorf("%d pieces of evidence so far; none of this proves anything against the device", n)
	}
	whole(t, h, l, 50)
	give(t, h, l, l.Packed(50, 60), 60)
}

// Whatever a device changes in what it has sent before, the hub notices,
// refuses, keeps the bundle it signed, and goes on taking the true log.
func TestTampering(t *testing.T) {
	other := wiretest.Entry(3, "altered")
	rebuilt := func(l *wiretest.Log, entries [][]byte) *wiretest.Log {
		fork := &wiretest.Log{Key: l.Key}
		for _, e := range entries {
			fork.Append(e)
		}
		return fork
	}
	for name, forge := range map[string]func(*wiretest.Log) []byte{
		"an entry changed, all sent again": func(l *wiretest.Log) []byte {
			e := l.Entries(0, 60)
			e[3] = other
			return rebuilt(l, e).Packed(0, 60)
		},
		"an entry changed, only news sent": func(l *wiretest.Log) []byte {
			e := l.Entries(0, 60)
			e[3] = other
			return rebuilt(l, e).Packed(50, 60)
		},
		"an entry changed, nothing sent but the head": func(l *wiretest.Log) []byte {
			e := l.Entries(0, 50)
			e[3] = other
			return rebuilt(l, e).Packed(50, 50)
		},
		"an entry changed, an old head sent": func(l *wiretest.Log) []byte {
			e := l.Entries(0, 30)
			e[3] = other
			return rebuilt(l, e).Packed(20, 30)
		},
		"an entry deleted": func(l *wiretest.Log) []byte {
			return rebuilt(l, slices.Delete(l.Entries(0, 60), 3, 4)).Packed(45, 59)
		},
		"the last ones deleted and replaced": func(l *wiretest.Log) []byte {
			fork := rebuilt(l, l.Entries(0, 48))
			fork.Add(1)
			fork.Append(other)
			fork.Add(5)
			return fork.Packed(48, 55)
		},
		"two swapped": func(l *wiretest.Log) []byte {
			e := l.Entries(0, 60)
			e[3], e[4] = e[4], e[3]
			return rebuilt(l, e).Packed(50, 60)
		},
		"an entry changed on the way": func(l *wiretest.Log) []byte {
			b := l.Bundle(50, 60)
			b.Entries[2] = bytes.Clone(b.Entries[2])
			b.Entries[2][len(b.Entries[2])-1] ^= 1
			return pack(t, b)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := openHub(t, t.TempDir(), Options{})
			l := enrolled(t, h)
			l.Add(60)
			give(t, h, l, l.Packed(0, 30), 30)
			give(t, h, l, l.Packed(30, 50), 50)
			forged := forge(l)
			for range 3 { // a device tries again and again
				refused(t, h, forged, wire.Inconsistent)
			}
			kept, err := h.Evidence(context.Background(), l.Key.ID())
			if err != nil || len(kept) != 1 || kept[0].Kind != wire.Inconsistent || !bytes.Equal(kept[0].Bundle, forged) {
				t.Fatalf("%d pieces of evidence, want the bundle once: %v", len(kept), err)
			}
			b, err := wire.ParseBundle(kept[0].Bundle)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := wire.OpenHead(b.Head, l.Key.Verifier()); err != nil {
				t.Errorf("the evidence is not signed by the device: %v", err)
			}
			whole(t, h, l, 50)
			give(t, h, l, l.Packed(50, 60), 60)
			whole(t, h, l, 60)
		})
	}
}

// One entry nobody can read never blocks the rest: it is stored, counted
// apart, and its neighbours count.
func TestQuarantine(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	l.Add(10)
	l.Append([]byte("an entry of a version to come"))
	l.Append(wiretest.Entry(7, "says it is another's place"))
	for range 3 {
		l.Append(wiretest.Entry(l.Size(), ""))
	}
	give(t, h, l, l.Packed(0, 15), 15)
	whole(t, h, l, 15)
	s := status(t, h)
	var counted uint64
	for _, c := range s.Counts {
		counted += c.Entries
	}
	if s.Entries != 15 || s.Quarantined != 2 || counted != 13 || s.Devices[0].Quarantined != 2 {
		t.Errorf("%d entries, %d quarantined, %d counted", s.Entries, s.Quarantined, counted)
	}
}

// Text that is no text to a database is an entry nobody can read, not a bundle
// that never gets through.
func TestStrangeText(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	long := strings.Repeat("ệ", 600)
	for i, place := range []string{"gate\x00", "\u202egate", "'; DROP TABLE entry; --", long, "🏁", ""} {
		b, err := scanner.Entry{Seq: uint64(i), Checkpoint: place, Lane: place, Version: 1 << 63, At: scanner.Instant{Wall: time.UnixMilli(-1 << 62)}}.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		l.Append(b)
	}
	give(t, h, l, l.Packed(0, 6), 6)
	whole(t, h, l, 6)
	s := status(t, h)
	if s.Quarantined != 1 || len(s.Counts) != 5 || s.Counts[0].Checkpoint != "" || s.Counts[2].Checkpoint != long {
		t.Errorf("%d quarantined, %d counted", s.Quarantined, len(s.Counts))
	}
}

func TestCounts(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	add := func(n int, checkpoint string, d scanner.Direction, o scanner.Outcome, r scanner.Reason) {
		for range n {
			b, err := scanner.Entry{Seq: l.Size(), Checkpoint: checkpoint, Direction: d, Outcome: o, Reason: r, Scheme: credential.CCCD}.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			l.Append(b)
		}
	}
	add(3, "gate-1", scanner.In, scanner.Admit, scanner.Listed)
	add(2, "gate-1", scanner.Out, scanner.Admit, scanner.Listed)
	add(4, "gate-1", scanner.In, scanner.Refuse, scanner.Expired)
	add(1, "gate-2", scanner.In, scanner.Refer, scanner.ListExpired)
	give(t, h, l, l.Packed(0, 10), 10)
	want := []Count{
		{"gate-1", "in", "admit", "listed", 3}, {"gate-1", "in", "refuse", "expired", 4},
		{"gate-1", "out", "admit", "listed", 2}, {"gate-2", "in", "refer", "list-expired", 1},
	}
	if got := status(t, h).Counts; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRevocation(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	l.Add(30)
	give(t, h, l, l.Packed(0, 20), 20)
	if _, err := h.Revoke(context.Background(), l.Key.ID()); err != nil {
		t.Fatal(err)
	}
	refused(t, h, l.Packed(20, 30), wire.RevokedDevice)
	refused(t, h, l.Packed(20, 30), wire.RevokedDevice)
	whole(t, h, l, 20) // what was taken stands
	kept, err := h.Evidence(context.Background(), "")
	if err != nil || len(kept) != 1 || kept[0].Kind != wire.RevokedDevice || kept[0].Device != l.Key.ID() {
		t.Errorf("%d bundles kept apart: %v", len(kept), err)
	}
	if s := status(t, h); s.Devices[0].Revoked.IsZero() || s.Devices[0].Evidence != 1 {
		t.Errorf("status %+v", s.Devices[0])
	}
	// A fresh enrolment does not undo it.
	e, err := h.NewEnrolment(context.Background(), someSite())
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.SignEnrol(l.Key, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Enrol(context.Background(), body); err == nil {
		t.Error("a revoked device enrols itself again")
	}
	if err := h.Reinstate(context.Background(), l.Key.ID()); err != nil {
		t.Fatal(err)
	}
	give(t, h, l, l.Packed(20, 30), 30)
	whole(t, h, l, 30)
	if _, err := h.Revoke(context.Background(), "nobody"); err == nil {
		t.Error("revokes a device that is not there")
	}
}

// What one device can make the hub keep as evidence is bounded.
func TestEvidenceBound(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	err := h.store.Update(context.Background(), func(tx Tx) error {
		for i := range 40 {
			e := Evidence{Device: l.Key.ID(), At: time.Now(), Kind: wire.Inconsistent, Digest: [32]byte{byte(i)}, Bundle: make([]byte, 100)}
			kept, err := tx.Keep(e, 1000)
			if err != nil || kept != (i < 10) {
				t.Errorf("bundle %d kept: %v, %v", i, kept, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRate(t *testing.T) {
	c := &clock{time.Now()}
	h := openHub(t, t.TempDir(), Options{Now: c.Now, Rate: 1, Burst: 5})
	l, calm := enrolled(t, h), enrolled(t, h)
	l.Add(1)
	calm.Add(1)
	for range 5 {
		give(t, h, l, l.Packed(0, 1), 1)
	}
	if p := refused(t, h, l.Packed(0, 1), wire.SlowDown); p.Retry < 1 {
		t.Errorf("retry in %d s", p.Retry)
	}
	give(t, h, calm, calm.Packed(0, 1), 1) // nobody else is slowed
	c.now = c.now.Add(2 * time.Second)
	give(t, h, l, l.Packed(0, 1), 1)
}

func TestFrontier(t *testing.T) {
	l := wiretest.NewLog()
	var f frontier
	for n := uint64(0); n < 300; n++ {
		if f.root() != l.Root(n) {
			t.Fatalf("at %d entries the frontier's root is not the log's", n)
		}
		back, err := parseFrontier(n, f.bytes())
		if err != nil || back.root() != f.root() {
			t.Fatalf("at %d entries: %v", n, err)
		}
		if _, err := parseFrontier(n, append(f.bytes(), make([]byte, 32)...)); err == nil {
			t.Fatalf("at %d entries a node too many is taken", n)
		}
		l.Add(1)
		f.add(leafOf(l, n))
	}
}
