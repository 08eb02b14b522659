package hub

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// write appends an entry to a device's log.
func write(t testing.TB, l *wiretest.Log, e scanner.Entry) {
	t.Helper()
	e.Seq, e.Scheme = l.Size(), credential.CCCD
	b, err := e.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	l.Append(b)
}

func enrolledAt(t testing.TB, h *Hub, checkpoint, zone string) *wiretest.Log {
	t.Helper()
	l := wiretest.NewLog()
	l.Hub = h.Key()
	site := someSite()
	site.Checkpoint, site.Zone = checkpoint, zone
	e, err := h.NewEnrolment(context.Background(), site)
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.SignEnrol(l.Key, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Enrol(context.Background(), body); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestReport(t *testing.T) {
	hanoi := time.FixedZone("+07", 7*3600)
	c := &clock{time.Date(2026, 3, 3, 12, 0, 0, 0, hanoi)}
	h := openHub(t, t.TempDir(), Options{Now: c.Now})
	north, south := enrolledAt(t, h, "north", "ward-1"), enrolledAt(t, h, "south", "ward-2")
	at := func(day, hour int) scanner.Instant {
		return scanner.Instant{Wall: time.Date(2026, 3, day, hour, 30, 0, 0, hanoi)}
	}
	for _, s := range []struct {
		l    *wiretest.Log
		n    int
		at   scanner.Instant
		d    scanner.Direction
		o    scanner.Outcome
		r    scanner.Reason
		name string
	}{
		{north, 5, at(1, 0), scanner.In, scanner.Admit, scanner.Listed, "north"}, // the 28th in UTC
		{north, 2, at(1, 23), scanner.Out, scanner.Admit, scanner.Listed, "north"},
		{north, 3, at(2, 6), scanner.In, scanner.Refuse, scanner.Expired, "north"},
		{north, 1, at(2, 6), scanner.Out, scanner.Refuse, scanner.Forged, "north"},
		{south, 4, at(2, 7), scanner.In, scanner.Refer, scanner.Absent, "south"},
		{south, 6, at(2, 8), scanner.In, scanner.Refuse, scanner.Forged, "south"},
		{south, 9, at(9, 8), scanner.In, scanner.Admit, scanner.Listed, "south"}, // after the report
	} {
		for range s.n {
			write(t, s.l, scanner.Entry{At: s.at, Checkpoint: s.name, Direction: s.d, Outcome: s.o, Reason: s.r})
		}
	}
	write(t, south, scanner.Entry{At: at(2, 8), Checkpoint: "so\x00uth"})
	give(t, h, north, north.Packed(0, north.Size()), north.Size())
	give(t, h, south, south.Packed(0, south.Size()), south.Size())

	q := Query{From: time.Date(2026, 3, 1, 0, 0, 0, 0, hanoi), To: time.Date(2026, 3, 3, 0, 0, 0, 0, hanoi), Zone: hanoi}
	n := Row{"north", 11, 8, 3, 5, 2, 0, 4}
	s := Row{"south", 10, 10, 0, 0, 0, 4, 6}
	as := func(r Row, key string) Row { r.Key = key; return r }
	for by, want := range map[By][]Row{
		ByCheckpoint: {n, s},
		ByZone:       {as(n, "ward-1"), as(s, "ward-2")},
		ByDay:        {{"2026-03-01", 7, 5, 2, 5, 2, 0, 0}, {"2026-03-02", 14, 13, 1, 0, 0, 4, 10}},
		ByOutcome:    {{"admit", 7, 5, 2, 5, 2, 0, 0}, {"refer", 4, 4, 0, 0, 0, 4, 0}, {"refuse", 10, 9, 1, 0, 0, 0, 10}},
	} {
		q.By = by
		r, err := h.Report(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(r.Rows, want) {
			t.Errorf("by %s: got %+v, want %+v", by, r.Rows, want)
		}
		if r.Total != (Row{"", 21, 18, 3, 5, 2, 4, 10}) || !slices.Equal(r.Refusals, []Refusal{{"forged", 7}, {"expired", 3}}) || r.Quarantined != 1 {
			t.Errorf("by %s: total %+v, refusals %v, %d quarantined", by, r.Total, r.Refusals, r.Quarantined)
		}
	}
	q.By = "name"
	if _, err := h.Report(context.Background(), q); !errors.Is(err, ErrBy) {
		t.Errorf("by name: %v", err)
	}

	// North is heard of again, south is not, and one never was; a revoked one is nobody's worry.
	never, gone := enrolledAt(t, h, "west", ""), enrolledAt(t, h, "east", "")
	if _, err := h.Revoke(context.Background(), gone.Key.ID()); err != nil {
		t.Fatal(err)
	}
	heard := c.now
	c.now = c.now.Add(30 * time.Hour)
	give(t, h, north, north.Packed(north.Size(), north.Size()), north.Size())
	q.By, q.Silent = ByDay, 24*time.Hour
	r, err := h.Report(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]time.Time)
	for _, s := range r.Silent {
		got[s.Device] = s.Since
	}
	if len(got) != 2 || !got[south.Key.ID()].Equal(heard) || !got[never.Key.ID()].Equal(heard) {
		t.Errorf("silent: %+v", r.Silent)
	}
	q.Silent = 31 * time.Hour
	if r, err = h.Report(context.Background(), q); err != nil || len(r.Silent) != 0 {
		t.Errorf("silent for 31 hours: %+v, %v", r.Silent, err)
	}
}

func TestOutdated(t *testing.T) {
	repository := t.TempDir()
	dir := t.TempDir()
	h := openHub(t, dir, Options{Lists: repository})
	early, late := enrolledAt(t, h, "north", ""), enrolledAt(t, h, "south", "")
	send := func(l *wiretest.Log, list string, version uint64) {
		from := l.Size()
		write(t, l, scanner.Entry{Checkpoint: "gate", List: list, Version: version})
		give(t, h, l, l.Packed(from, l.Size()), l.Size())
	}
	check := func(want ...Overdue) {
		t.Helper()
		r, err := h.Report(context.Background(), Query{From: time.Unix(0, 0), To: time.Now(), By: ByDay})
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Outdated {
			r.Outdated[i].At = time.Time{}
		}
		slices.SortFunc(r.Outdated, func(a, b Overdue) int { return int(a.Newest) - int(b.Newest) })
		if !slices.Equal(r.Outdated, want) {
			t.Errorf("got %+v, want %+v", r.Outdated, want)
		}
	}
	check()
	send(early, "workers", 3)
	send(late, "workers", 4)
	send(late, "traders", 8)
	behind := Overdue{Device: early.Key.ID(), Checkpoint: "north", List: "workers", Version: 3, Newest: 4}
	check(behind) // another device has a newer one

	metadata := filepath.Join(repository, "metadata")
	if err := os.Mkdir(metadata, 0o755); err != nil {
		t.Fatal(err)
	}
	publish := func(name, text string) {
		if err := os.WriteFile(filepath.Join(metadata, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	publish("1.lists-province.json", `{"signed":{"targets":{"lists/province/traders.roster":{"custom":{"name":"traders","version":8}}}}}`)
	check(behind)
	publish("2.lists-province.json", `{"signed":{"targets":{"lists/province/traders.roster":{"custom":{"name":"traders","version":9}}}}}`)
	traders := Overdue{Device: late.Key.ID(), Checkpoint: "south", List: "traders", Version: 8, Newest: 9}
	check(behind, traders)
	publish("1.lists-market.json", `{"signed":{"targets":{"lists/market/traders.roster":{"custom":{"name":"traders","version":70}}}}}`)
	check(behind) // whose traders? an entry does not say
	send(early, "workers", 4)
	check()
	if _, err := h.Revoke(context.Background(), late.Key.ID()); err != nil {
		t.Fatal(err)
	}
	send(early, "workers", 5)
	check()
	publish("3.lists-province.json", "<html>")
	if _, err := h.Report(context.Background(), Query{By: ByDay}); err == nil {
		t.Error("metadata that is none is taken")
	}
}

// What an older version could not read is read again, what cannot be read yet
// stays, and a second replay changes nothing.
func TestReplay(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	l.Add(7)
	l.Append([]byte("of a version to come"))
	records := interpret(l.Bundle(0, 8))
	for _, i := range []int{2, 5} {
		records[i] = Record{Body: records[i].Body, Quarantine: unreadable} // as an older version left it
	}
	err := h.store.Update(context.Background(), func(tx Tx) error { return tx.Append(l.Key.ID(), 0, h.now(), records) })
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Replay{{Tried: 3, Released: 2}, {Tried: 1}, {Tried: 1}} {
		if got, err := h.Replay(context.Background()); err != nil || got != want {
			t.Errorf("got %+v, want %+v: %v", got, want, err)
		}
		all, err := h.QuarantinedEntries(context.Background(), Place{}, 100)
		if err != nil || len(all) != 1 || all[0].Index != 7 || all[0].Why != unreadable {
			t.Errorf("in quarantine: %+v, %v", all, err)
		}
		var counted uint64
		for _, c := range status(t, h).Counts {
			counted += c.Entries
		}
		if counted != 7 {
			t.Errorf("%d entries are counted, want 7", counted)
		}
	}
	bodies, err := h.Entries(context.Background(), l.Key.ID(), 0, 8)
	if err != nil || !slices.EqualFunc(bodies, l.Entries(0, 8), bytes.Equal) {
		t.Errorf("the bodies changed: %v", err)
	}
	if all, err := h.QuarantinedEntries(context.Background(), Place{l.Key.ID(), 8}, 100); err != nil || len(all) != 0 {
		t.Errorf("after the last: %v %v", all, err)
	}
}

// A device was revoked by mistake and lost since: what it sent meanwhile was
// kept, and is taken once it is reinstated.
func TestReplayBundles(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	l.Add(30)
	give(t, h, l, l.Packed(0, 10), 10)
	if _, err := h.Revoke(context.Background(), l.Key.ID()); err != nil {
		t.Fatal(err)
	}
	refused(t, h, l.Packed(10, 20), wire.RevokedDevice)
	refused(t, h, l.Packed(20, 30), wire.RevokedDevice)
	if r, err := h.Replay(context.Background()); err != nil || r != (Replay{}) {
		t.Errorf("while revoked: %+v, %v", r, err)
	}
	whole(t, h, l, 10)
	if err := h.Reinstate(context.Background(), l.Key.ID()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r, err := h.Replay(context.Background()); err != nil || r != (Replay{Bundles: 2, Taken: 2}) {
			t.Errorf("reinstated: %+v, %v", r, err)
		}
		whole(t, h, l, 30)
	}
}

func database(h *Hub) *sql.DB {
	if p, ok := h.store.(*postgres); ok {
		return p.db
	}
	return h.store.(*sqlite).write
}
