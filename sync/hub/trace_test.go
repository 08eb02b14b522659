package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// The last uses cannot be cut off unnoticed by who has the database only, nor
// can a whole other history be put in its place.
func TestAuditIsNotCutShort(t *testing.T) {
	dir := t.TempDir()
	h := openHub(t, dir, Options{})
	for range 3 {
		traceOnce(t, h, "somebody")
	}
	all, err := h.Traces(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	cut := func(n int) {
		t.Helper()
		if _, err := database(h).Exec(fmt.Sprintf("DELETE FROM trace WHERE n > %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	cut(2)
	_, err = h.Traces(context.Background())
	if !errors.Is(err, ErrAudit) || !strings.Contains(err.Error(), "3 uses were written down") || !strings.Contains(err.Error(), "the database has 2") {
		t.Errorf("cut short: %v", err)
	}
	if _, _, err := h.Trace(context.Background(), Trace{Who: "the one who cut", Key: "k", Kind: "subject", Asked: []byte("x")}); !errors.Is(err, ErrAudit) {
		t.Errorf("tracing goes on: %v", err)
	}
	// Another use in the place of the last, chained rightly.
	forged := Trace{N: 3, At: all[2].At, Who: "somebody else", Key: "k", Kind: "subject", Asked: []byte("x")}
	forged.Chain = forged.link(all[1].Chain)
	if err := h.store.Update(context.Background(), func(tx Tx) error { return tx.(Traces).AddTrace(forged) }); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Traces(context.Background()); !errors.Is(err, ErrAudit) || !strings.Contains(err.Error(), "written anew") {
		t.Errorf("written anew: %v", err)
	}
	// A restored database is gone on with once somebody says so.
	cut(2)
	if err := os.Remove(filepath.Join(dir, traceHeadFile)); err != nil {
		t.Fatal(err)
	}
	traceOnce(t, h, "somebody")
	if all, err := h.Traces(context.Background()); err != nil || len(all) != 3 {
		t.Errorf("%d uses, %v", len(all), err)
	}
	if err := os.WriteFile(filepath.Join(dir, traceHeadFile), []byte("chot trace 0"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Traces(context.Background()); !errors.Is(err, ErrAudit) {
		t.Errorf("an emptied %s: %v", traceHeadFile, err)
	}
}

// A hit that came ahead of its run can be traced, and its run brings it once.
func TestTraceSeesAlarms(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := watched(t, h)
	give(t, h, l, l.Packed(0, 10), 10)
	alarm(t, h, l, l.Alarm(0), 40)
	runs := traceOnce(t, h, "somebody")
	if len(runs) != 2 || runs[1].From != 40 || len(runs[1].Entries) != 1 || string(runs[1].Entries[0]) != string(l.Entries(40, 41)[0]) {
		t.Errorf("got %d runs: %+v", len(runs), runs)
	}
	give(t, h, l, l.Packed(10, 100), 100)
	if runs := traceOnce(t, h, "somebody"); len(runs) != 1 || len(runs[0].Entries) != 100 {
		t.Errorf("after its run: %d runs", len(runs))
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
