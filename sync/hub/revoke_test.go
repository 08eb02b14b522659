package hub

import (
	"bytes"
	"context"
	"testing"
	"time"

	"chot/sync/wire"
)

// Whatever a revoked device sends is answered with the notice that revoke
// gave, signed by this hub and dated after all it has granted the device, also
// by a clock that was ahead when it granted it.
func TestRevocationNotice(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	h := openHub(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	l := enrolled(t, h)
	l.Add(5)
	receipt := give(t, h, l, l.Packed(0, 5), 5)
	now = now.Add(-3 * time.Hour) // the clock is put right
	notice, err := h.Revoke(context.Background(), l.Key.ID())
	if err != nil {
		t.Fatal(err)
	}
	r, err := wire.OpenRevocation(notice, h.Key(), l.Key.Verifier())
	if err != nil || !r.Time().After(receipt.Time()) || r.Time().Sub(receipt.Time()) > time.Second {
		t.Fatalf("revoked %v after a receipt of %v: %v", r.Time(), receipt.Time(), err)
	}
	l.Add(2)
	for _, packed := range [][]byte{l.Packed(5, 7), l.Packed(7, 7), l.Packed(0, 7)} {
		if p := refused(t, h, packed, wire.RevokedDevice); p.Notice != string(notice) {
			t.Errorf("answered with the notice %q", p.Notice)
		}
	}
	other := enrolled(t, h)
	other.Add(1)
	give(t, h, other, other.Packed(0, 1), 1)

	// Taken back, it is given receipts that make the notice void; a second
	// revocation is a later one.
	if err := h.Reinstate(context.Background(), l.Key.ID()); err != nil {
		t.Fatal(err)
	}
	if after := give(t, h, l, l.Packed(5, 7), 7); after.Time().Before(receipt.Time()) {
		t.Errorf("a receipt of %v follows one of %v", after.Time(), receipt.Time())
	}
	now = now.Add(24 * time.Hour)
	after := give(t, h, l, l.Packed(7, 7), 7)
	if !after.Time().After(r.Time()) {
		t.Errorf("a receipt of %v leaves the revocation of %v standing", after.Time(), r.Time())
	}
	second, err := h.Revoke(context.Background(), l.Key.ID())
	if err != nil || bytes.Equal(second, notice) {
		t.Errorf("the second revocation is the first: %v", err)
	}
}
