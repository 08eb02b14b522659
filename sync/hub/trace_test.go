package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chot/sync/wire/wiretest"
)

func traceOnce(t testing.TB, h *Hub, who string) []Run {
	t.Helper()
	_, runs, err := h.Trace(context.Background(), Trace{Who: who, Key: "0011223344556677", Kind: "subject", Asked: []byte("sealed")})
	if err != nil {
		t.Fatal(err)
	}
	var all []Run
	for r, err := range runs {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// TestTraceLeavesAnAudit: whoever gets an entry out for tracing is in the
// audit, in order, and a changed audit stops tracing.
func TestTraceLeavesAnAudit(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	var devices []*wiretest.Log
	for i := range 3 {
		l := enrolled(t, h)
		n := []uint64{0, 10, runLength + 5}[i]
		l.Add(int(n))
		if n > 0 {
			give(t, h, l, l.Packed(0, n), n)
		}
		devices = append(devices, l)
	}
	for use := range 3 {
		got := map[string][][]byte{}
		for _, r := range traceOnce(t, h, fmt.Sprintf("person %d", use)) {
			if r.From != uint64(len(got[r.Device])) || len(r.Entries) > runLength {
				t.Fatalf("a run from %d with %d entries after %d", r.From, len(r.Entries), len(got[r.Device]))
			}
			got[r.Device] = append(got[r.Device], r.Entries...)
		}
		for _, l := range devices {
			if want := l.Entries(0, l.Size()); !slices.EqualFunc(got[l.Key.ID()], want, func(a, b []byte) bool { return string(a) == string(b) }) {
				t.Errorf("device %s: %d entries, want %d", l.Key.ID(), len(got[l.Key.ID()]), len(want))
			}
		}
	}
	all, err := h.Traces(context.Background())
	if err != nil || len(all) != 3 || all[2].N != 3 || all[2].Who != "person 2" || string(all[0].Asked) != "sealed" {
		t.Fatalf("the audit: %+v, %v", all, err)
	}
	for _, change := range []string{
		"UPDATE trace SET who = 'nobody' WHERE n = 2", "UPDATE trace SET asked = chain WHERE n = 1", "DELETE FROM trace WHERE n = 1",
	} {
		err := h.store.Update(context.Background(), func(tx Tx) error {
			if err := tx.(*sqlTx).exec("change the audit", change); err != nil {
				return err
			}
			if _, _, err := h.audit(tx); !errors.Is(err, ErrAudit) || !strings.Contains(err.Error(), "evidence") {
				t.Errorf("%s: %v", change, err)
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
	}
	if _, err := h.Traces(context.Background()); err != nil {
		t.Error(err)
	}
}

var errUndo = errors.New("undo")

// BenchmarkTraceRuns reads a hub's entries as tracing does.
func BenchmarkTraceRuns(b *testing.B) {
	const n = 50_000
	h := openHub(b, b.TempDir(), Options{})
	l := enrolled(b, h)
	l.Add(n)
	for from := uint64(0); from < n; from += 10_000 {
		give(b, h, l, l.Packed(from, from+10_000), from+10_000)
	}
	for b.Loop() {
		read := 0
		for _, r := range traceOnce(b, h, "bench") {
			read += len(r.Entries)
		}
		if read != n {
			b.Fatal(read)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
