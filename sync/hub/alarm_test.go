package hub

import (
	"context"
	"errors"
	"testing"
	"time"

	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// watched returns an enrolled device with 100 entries, of which 40 is a hit.
func watched(t *testing.T, h *Hub) *wiretest.Log {
	t.Helper()
	l := enrolled(t, h)
	l.Add(40)
	l.Append(wiretest.Hit(40))
	l.Add(59)
	return l
}

func alarm(t *testing.T, h *Hub, l *wiretest.Log, packed []byte, index uint64) {
	t.Helper()
	taken, device, err := h.TakeAlarm(context.Background(), packed)
	if want := (wire.Alarm{Device: l.Key.ID(), Index: index}).Taken(); err != nil || string(taken) != string(want) || device != l.Key.ID() {
		t.Fatalf("%q %v", taken, err)
	}
}

func alarmRefused(t *testing.T, h *Hub, packed []byte, want wire.Code) {
	t.Helper()
	_, _, err := h.TakeAlarm(context.Background(), packed)
	var p *wire.Problem
	if !errors.As(err, &p) || p.Code != want {
		t.Fatalf("got %v, want %s", err, want)
	}
}

func hits(t *testing.T, h *Hub) []AlarmRow {
	t.Helper()
	all, err := h.WatchHits(context.Background(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAlarmChangesNoReceipt: an alarm is there at once and moves nothing; its
// run comes in order, once, and either order of arrival ends the same.
func TestAlarmChangesNoReceipt(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := watched(t, h)
	packed := l.Alarm(0)
	for range 2 {
		alarm(t, h, l, packed, 40)
	}
	if s := status(t, h); s.Entries != 0 || s.Devices[0].Receipt != "" {
		t.Fatalf("an alarm moved the log: %+v", s.Devices[0])
	}
	if all := hits(t, h); len(all) != 1 || !all[0].Ahead || all[0].Seq != 40 || all[0].Device != l.Key.ID() {
		t.Fatalf("hits: %+v", all)
	}
	give(t, h, l, l.Packed(0, 30), 30)
	give(t, h, l, l.Packed(30, 100), 100)
	whole(t, h, l, 100)
	alarm(t, h, l, packed, 40) // late: its answer was lost
	if all := hits(t, h); len(all) != 1 || all[0].Ahead {
		t.Fatalf("hits: %+v", all)
	}
	// One that came with its run only.
	l.Append(wiretest.Hit(100))
	give(t, h, l, l.Packed(100, 101), 101)
	if all := hits(t, h); len(all) != 2 || all[1].Ahead || all[1].Seq != 100 {
		t.Fatalf("hits: %+v", all)
	}
	whole(t, h, l, 101)
}

// TestRunContradictsAlarm: a device that denies what it raised an alarm about
// is refused, and the bundle kept as evidence; and so the other way round.
func TestRunContradictsAlarm(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := watched(t, h)
	fork := enrolledFork(l)
	alarm(t, h, l, l.Alarm(0), 40)
	give(t, h, l, fork.Packed(0, 40), 40)
	refused(t, h, fork.Packed(40, 60), wire.Inconsistent)
	if s := status(t, h); s.Entries != 40 || s.Evidence != 1 {
		t.Errorf("%d entries, %d refused bundles kept", s.Entries, s.Evidence)
	}
	give(t, h, l, l.Packed(40, 100), 100)

	other := watched(t, h)
	fork = enrolledFork(other)
	give(t, h, fork, fork.Packed(0, 60), 60) // the fork came first
	alarmRefused(t, h, other.Alarm(0), wire.Inconsistent)
	if s := status(t, h); s.Evidence != 2 {
		t.Errorf("%d refused bundles kept", s.Evidence)
	}
}

// enrolledFork is the same device with a plain entry 40.
func enrolledFork(l *wiretest.Log) *wiretest.Log {
	fork := l.Cut(40)
	fork.Add(20)
	return fork
}

func TestAlarmRefused(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := watched(t, h)
	good := l.Alarm(0)
	a, err := wire.ParseAlarm(good)
	if err != nil {
		t.Fatal(err)
	}
	alarmRefused(t, h, good[:len(good)-1], wire.BadBundle)
	alarmRefused(t, h, l.Packed(0, 1), wire.BadBundle)

	stranger := wiretest.NewLog()
	stranger.Append(wiretest.Hit(0))
	alarmRefused(t, h, stranger.Alarm(0), wire.UnknownDevice)

	change := func(f func(*wire.Alarm)) []byte {
		c := a
		f(&c)
		b, err := c.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	alarmRefused(t, h, change(func(a *wire.Alarm) { a.Head = stranger.Head(1) }), wire.BadSignature)
	alarmRefused(t, h, change(func(a *wire.Alarm) { a.Proof = a.Proof[1:] }), wire.BadBundle)
	alarmRefused(t, h, change(func(a *wire.Alarm) { a.Index = 41 }), wire.BadBundle)
	alarmRefused(t, h, change(func(a *wire.Alarm) { a.Entry = l.Entries(39, 40)[0] }), wire.BadBundle) // no hit
	if _, err := h.Revoke(context.Background(), l.Key.ID()); err != nil {
		t.Fatal(err)
	}
	alarmRefused(t, h, good, wire.RevokedDevice)
	if len(hits(t, h)) != 0 {
		t.Error("a refused alarm is listed")
	}
}
