package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chot/sync/hub"
	"chot/sync/wire"
)

// What neither hub nor device has any more is named by every command, and the
// rest proven: first as far as can be, then by the receipt of before.
func TestGapIsNamed(t *testing.T) {
	now, backup := filepath.Join(t.TempDir(), "hub"), filepath.Join(t.TempDir(), "backup")
	take := func(dir string, b wire.Bundle) []byte {
		t.Helper()
		h, err := hub.Open(dir, hub.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		packed, err := b.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		receipt, err := h.Take(context.Background(), packed)
		if err != nil {
			t.Fatal(err)
		}
		return receipt
	}
	h, err := hub.Open(now, hub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := enrolled(t, h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	l.Add(20)
	take(now, l.Bundle(0, 3))
	if err := os.CopyFS(backup, os.DirFS(now)); err != nil {
		t.Fatal(err)
	}
	receipt := take(now, l.Bundle(3, 12))
	b := l.Bundle(9, 10)
	b.Frontier, b.Receipt = l.Frontier(9), receipt
	take(backup, b)

	says := func(want []string, args ...string) {
		t.Helper()
		out, _ := run(t, 0, append(args, "--data", backup)...)
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s does not say %q: %s", strings.Join(args, " "), w, out)
			}
		}
	}
	says([]string{"whole but for the gaps", "4 entries", "scans 3 to 8 are not here", "has not reached the receipt"}, "audit", "--all")
	take(backup, l.Bundle(10, 20))
	says([]string{"whole but for the gaps", "14 entries", "not tampering: scans 3 to 8 are not here", "hashes to a receipt it gave before"}, "audit", "--all")
	says([]string{`"whole":false`, `"entries":14`, `"from":3,"to":9`, `"final":true,"proven":true`}, "audit", "--all", "--json")
	says([]string{"scans 3 to 8, since", "what follows is here", ": 14 scans"}, "status")
	says([]string{"scans 3 to 8, since", "what follows is here"}, "report")
	says([]string{",3,8,"}, "report", "--csv", "--table", "missing")
}
