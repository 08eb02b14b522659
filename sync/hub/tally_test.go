package hub

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chot/scanner"
	"chot/sync/wire/wiretest"
)

// The counters are what counting would give, after bundles of every kind, a
// refused one and a release from quarantine.
func TestTallyIsTheCount(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	a, b := enrolled(t, h), enrolled(t, h)
	for _, l := range []*wiretest.Log{a, b} {
		l.Add(200)
		l.Append([]byte("of a version to come"))
		give(t, h, l, l.Packed(0, 70), 70)
		give(t, h, l, l.Packed(0, 70), 70)
		give(t, h, l, l.Packed(30, 201), 201)
		give(t, h, l, l.Packed(100, 180), 201)
	}
	fork := a.Cut(150)
	fork.Append(wiretest.Entry(7, "another"))
	if _, err := h.Take(context.Background(), fork.Packed(100, 151)); err == nil {
		t.Fatal("a fork is taken")
	}
	late := wiretest.Entry(200, "")
	e, err := scanner.ParseEntry(late)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // releasing it again counts nothing
		err = h.store.Update(context.Background(), func(tx Tx) error {
			return tx.Release(Place{b.Key.ID(), 200}, Record{Wall: e.At.Wall, Checkpoint: e.Checkpoint, Direction: e.Direction.String(), Outcome: e.Outcome.String(), Reason: e.Reason.String()})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	counted := func() (all []Count) {
		err := h.store.View(context.Background(), func(tx Tx) (err error) {
			all, err = rows(tx.(*sqlTx), "count", scanCount, `SELECT checkpoint, direction, outcome, reason, count(*) FROM entry WHERE quarantine = ''
				GROUP BY checkpoint, direction, outcome, reason ORDER BY checkpoint, direction, outcome, reason`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := counted()
	if got := status(t, h).Counts; !slices.Equal(got, want) || len(want) < 20 {
		t.Errorf("the counters say %v, counting %v", got, want)
	}
	var total uint64
	for _, c := range want {
		total += c.Entries
	}
	if total != 401 {
		t.Errorf("%d entries are counted, want 401", total)
	}
	// A view never reads entries: it costs the same however many there are.
	if _, err := database(h).Exec("DELETE FROM entry"); err != nil {
		t.Fatal(err)
	}
	if got := status(t, h).Counts; !slices.Equal(got, want) {
		t.Error("the status reads entries")
	}
}

// Places with a device, of which scanned in the week, by ward: whom to remind.
func TestWards(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	ict := time.FixedZone("+07", 7*3600)
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, ict)
	scan := func(l *wiretest.Log, at time.Time) {
		write(t, l, scanner.Entry{At: scanner.Instant{Wall: at}, Checkpoint: "any"})
		give(t, h, l, l.Packed(0, l.Size()), l.Size())
	}
	market, second, gate, idle, late, gone := enrolledAt(t, h, "market", "w1"), enrolledAt(t, h, "market", "w1"), enrolledAt(t, h, "gate", "w1"),
		enrolledAt(t, h, "shop", "w1"), enrolledAt(t, h, "bridge", "w2"), enrolledAt(t, h, "closed", "w2")
	scan(market, monday)                          // the week's first moment
	scan(gate, monday.AddDate(0, 0, 7).Add(-1e6)) // and its last
	scan(late, monday.AddDate(0, 0, 7))           // the next
	scan(idle, monday.Add(-1e6))                  // the one before
	if _, err := h.Revoke(context.Background(), gone.Key.ID()); err != nil {
		t.Fatal(err)
	}
	_ = second // another lane of the market: one place
	r, err := h.Report(context.Background(), Query{From: monday, To: monday.AddDate(0, 0, 7), By: ByZone, Zone: ict})
	if err != nil {
		t.Fatal(err)
	}
	want := []Ward{{"w1", 3, 2, []string{"shop"}}, {"w2", 1, 0, []string{"bridge"}}}
	if !slices.EqualFunc(r.Wards, want, func(a, b Ward) bool {
		return a.Zone == b.Zone && a.Places == b.Places && a.Scanning == b.Scanning && slices.Equal(a.Idle, b.Idle)
	}) {
		t.Errorf("got %+v, want %+v", r.Wards, want)
	}
}

// Wards are summed to districts and cities, for whoever reports further up.
func TestLevels(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for _, d := range []struct {
		place, zone string
		scans       int
	}{
		{"market", "Hải Phòng/Lê Chân/An Biên", 3}, {"market", "Hải Phòng/Lê Chân/An Dương", 2}, {"gate", "Hải Phòng/Ngô Quyền/Cầu Đất", 0},
		{"gate", "Hà Nội/Ba Đình/Điện Biên", 1}, {"gate", "", 1},
	} {
		l := enrolledAt(t, h, d.place, d.zone)
		for range d.scans {
			write(t, l, scanner.Entry{At: scanner.Instant{Wall: at}, Checkpoint: d.place})
		}
		give(t, h, l, l.Packed(0, l.Size()), l.Size())
	}
	for level, want := range map[int]string{
		0: "[ 1][Hà Nội/Ba Đình/Điện Biên 1][Hải Phòng/Lê Chân/An Biên 3][Hải Phòng/Lê Chân/An Dương 2]; [ 1 1][Hà Nội/Ba Đình/Điện Biên 1 1][Hải Phòng/Lê Chân/An Biên 1 1][Hải Phòng/Lê Chân/An Dương 1 1][Hải Phòng/Ngô Quyền/Cầu Đất 1 0]",
		2: "[ 1][Hà Nội/Ba Đình 1][Hải Phòng/Lê Chân 5]; [ 1 1][Hà Nội/Ba Đình 1 1][Hải Phòng/Lê Chân 2 2][Hải Phòng/Ngô Quyền 1 0]",
		1: "[ 1][Hà Nội 1][Hải Phòng 5]; [ 1 1][Hà Nội 1 1][Hải Phòng 3 2]",
	} {
		r, err := h.Report(context.Background(), Query{From: at, To: at.Add(time.Hour), By: ByZone, Level: level})
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, row := range r.Rows {
			fmt.Fprintf(&got, "[%s %d]", row.Key, row.Scans)
		}
		got.WriteString("; ")
		for _, w := range r.Wards {
			fmt.Fprintf(&got, "[%s %d %d]", w.Zone, w.Places, w.Scanning)
		}
		if got.String() != want {
			t.Errorf("level %d: %s, want %s", level, got.String(), want)
		}
	}
}
