package wire_test

import (
	"slices"
	"testing"
	"time"

	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

func TestFilesOnAStick(t *testing.T) {
	l := wiretest.NewLog()
	l.Add(12)
	id := l.Key.ID()
	early, late := l.Bundle(0, 2), l.Bundle(2, 12)
	if early.FileName() != id+"-000000000-000000002.chot-bundle" || !slices.IsSorted([]string{early.FileName(), late.FileName()}) {
		t.Errorf("names: %s %s", early.FileName(), late.FileName())
	}
	hub, err := wire.GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	head, err := wire.OpenHead(l.Head(12), l.Key.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := wire.Cosign(hub, head, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c, ok := wire.ClaimOf(receipt)
	if !ok || c != (wire.Claim{Device: id, Size: 12}) || c.FileName() != id+"-000000012.chot-receipt" {
		t.Errorf("claim %+v %v", c, ok)
	}
	for n := range len(l.Head(12)) {
		if c, ok := wire.ClaimOf(receipt[:n]); ok && c.Device != id {
			t.Errorf("cut to %d bytes it claims %+v", n, c)
		}
	}
	for text, want := range map[string]wire.Kind{
		"": wire.Unknown, "chot": wire.Unknown, "\xff\xd8": wire.Unknown, string(l.Packed(0, 1)): wire.KindBundle, string(receipt): wire.KindReceipt,
		"CHOT1:ABC": wire.KindEnrolment, " {}": wire.KindEnrolment,
	} {
		if got := wire.KindOf([]byte(text)); got != want {
			t.Errorf("%.20q is taken for %s, want %s", text, got, want)
		}
	}
}
