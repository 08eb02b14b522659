package hub

import (
	"context"
	"errors"
	"testing"
	"time"

	"chot/sync/wire"
	"chot/sync/wire/wiretest"

	"golang.org/x/mod/sumdb/tlog"
)

const someTrace = "trace key"

var someRoot = []byte(`{"signed":{"_type":"root"}}`)

func openHub(t testing.TB, dir string, o Options) *Hub {
	t.Helper()
	h, err := Open(dir, storeFor(t, dir, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func someSite() Site {
	return Site{
		URL: "https://hub.example.test:8443", Checkpoint: "gate-2", Lane: "1", Zone: "yard", Policy: []byte(`{"absent":"refer"}`),
		Lists: []wire.ListKey{{Authority: "authority", Name: "workers", Key: make([]byte, 32)}}, Root: someRoot, Trace: someTrace,
	}
}

// enrolled returns a device the hub knows.
func enrolled(t testing.TB, h *Hub) *wiretest.Log {
	t.Helper()
	l := wiretest.NewLog()
	l.Hub = h.Key()
	enrol(t, h, l.Key)
	return l
}

func enrol(t testing.TB, h *Hub, key wire.DeviceKey) {
	t.Helper()
	e, err := h.NewEnrolment(context.Background(), someSite())
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.SignEnrol(key, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Enrol(context.Background(), body); err != nil {
		t.Fatal(err)
	}
}

// give hands a bundle over and wants a receipt for size.
func give(t testing.TB, h *Hub, l *wiretest.Log, packed []byte, size uint64) wire.Receipt {
	t.Helper()
	text, err := h.Take(context.Background(), packed)
	if err != nil {
		t.Fatalf("take: %v", err)
	}
	r, err := wire.OpenReceipt(text, h.Key(), l.Key.Verifier())
	if err != nil || r.Size() != size || r.Root() != l.Root(size) {
		t.Fatalf("receipt for %d, want %d: %v", r.Size(), size, err)
	}
	return r
}

// refused hands a bundle over and wants a problem.
func refused(t testing.TB, h *Hub, packed []byte, want wire.Code) *wire.Problem {
	t.Helper()
	_, err := h.Take(context.Background(), packed)
	var p *wire.Problem
	if !errors.As(err, &p) || p.Code != want {
		t.Fatalf("got %v, want problem %s", err, want)
	}
	return p
}

func pack(t testing.TB, b wire.Bundle) []byte {
	t.Helper()
	packed, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// whole checks that the hub has exactly the log's first size entries, and
// that they hash to the receipt.
func whole(t testing.TB, h *Hub, l *wiretest.Log, size uint64) {
	t.Helper()
	got, err := h.Entries(context.Background(), l.Key.ID(), 0, wire.MaxSize)
	if err != nil || uint64(len(got)) != size {
		t.Fatalf("%d entries, want %d: %v", len(got), size, err)
	}
	for i, e := range l.Entries(0, size) {
		if string(got[i]) != string(e) {
			t.Fatalf("entry %d is not the device's", i)
		}
	}
	if size > 0 {
		if r, err := h.Audit(context.Background(), l.Key.ID()); err != nil || r.Size() != size {
			t.Fatalf("audit: %d entries, %v", r.Size(), err)
		}
	}
}

func status(t testing.TB, h *Hub) Status {
	t.Helper()
	s, err := h.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// clock is a time the test sets.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func leafOf(l *wiretest.Log, n uint64) tlog.Hash { return tlog.RecordHash(l.Entries(n, n+1)[0]) }
