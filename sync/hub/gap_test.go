package hub

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"chot/scanner"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// restored returns a hub gone back to when it had old entries of each log,
// after it had given receipts for acknowledged ones; every log goes on to size.
func restored(t *testing.T, old, acknowledged, size int, logs ...func(*Hub) *wiretest.Log) (*Hub, []*wiretest.Log) {
	t.Helper()
	dir := t.TempDir()
	h, err := Open(dir, storeFor(t, dir, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	var all []*wiretest.Log
	for _, enrol := range logs {
		l := enrol(h)
		l.Add(old)
		if old > 0 {
			give(t, h, l, l.Packed(0, uint64(old)), uint64(old))
		}
		all = append(all, l)
	}
	backup := dir + "-backup"
	dump := saved(t, h, backup)
	for _, l := range all {
		l.Add(acknowledged - old)
		text := give(t, h, l, l.Packed(uint64(old), uint64(acknowledged)), uint64(acknowledged)).Text()
		if _, err := uplink.Import(l, l.Key.Verifier(), h.Key(), text); err != nil {
			t.Fatal(err)
		}
		l.Add(size - acknowledged)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return openHub(t, backup, dump()), all
}

func aDevice(t *testing.T) func(*Hub) *wiretest.Log {
	return func(h *Hub) *wiretest.Log { return enrolled(t, h) }
}

// based is a bundle that shows the log before it.
func based(l *wiretest.Log, from, to uint64) wire.Bundle {
	b := l.Bundle(from, to)
	_, _, receipt, _ := l.Base()
	b.Frontier, b.Receipt = l.Frontier(from), receipt
	return b
}

// holds checks that the hub has exactly these of the log's entries, that they
// prove, and that it names exactly what is missing.
func holds(t *testing.T, h *Hub, l *wiretest.Log, size uint64, gaps ...Missing) {
	t.Helper()
	id := l.Key.ID()
	var want [][]byte
	from := uint64(0)
	for _, g := range append(gaps, Missing{From: size, To: size}) {
		want = append(want, l.Entries(from, g.From)...)
		from = g.To
	}
	got, err := h.Entries(context.Background(), id, 0, wire.MaxSize)
	if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]byte]) {
		t.Fatalf("%d entries, want %d: %v", len(got), len(want), err)
	}
	if r, err := h.Audit(context.Background(), id); err != nil || r.Size() != size || r.Root() != l.Root(size) {
		t.Errorf("audit: %d entries, %v", r.Size(), err)
	}
	s := status(t, h)
	r, err := h.Report(context.Background(), Query{By: ByDay})
	if err != nil {
		t.Fatal(err)
	}
	for _, all := range [][]Missing{s.Missing, r.Missing} {
		named := slices.DeleteFunc(slices.Clone(all), func(m Missing) bool { return m.Device != id })
		if !slices.EqualFunc(named, gaps, func(a, b Missing) bool {
			return a.From == b.From && a.To == b.To && a.Final == b.Final && a.Proven == b.Proven && !a.Since.IsZero()
		}) {
			t.Errorf("missing: %+v, want %+v", named, gaps)
		}
	}
	for _, d := range s.Devices {
		if d.ID == id && (d.Entries != uint64(len(want)) || d.Size != size) {
			t.Errorf("status: %d of %d entries, want %d of %d", d.Entries, d.Size, len(want), size)
		}
	}
}

func final(from, to uint64, proven bool) Missing {
	return Missing{From: from, To: to, Final: true, Proven: proven}
}

// What a device still holds after a gap arrives, once, in order, and proven by
// the hub's own receipt; the gap is named for ever, exactly.
func TestGoesOnAfterPurge(t *testing.T) {
	back, l := restored(t, 100, 250, 280, aDevice(t), aDevice(t), aDevice(t))
	some, all, idle := l[0], l[1], l[2].Cut(250)
	_, _, last, _ := l[2].Base()
	if _, err := uplink.Import(idle, idle.Key.Verifier(), back.Key(), last); err != nil {
		t.Fatal(err)
	}
	some.Purge(150)
	all.Purge(250)
	idle.Purge(250) // and has nothing to send
	for _, l := range []*wiretest.Log{some, all, idle} {
		if s := upTo(t, back, l, l); s.Phase != uplink.Idle || l.Cursor() != l.Size() {
			t.Fatalf("%v %v, cursor %d", s.Phase, s.Err, l.Cursor())
		}
		if v := l.Violations(); len(v) > 0 {
			t.Error(v)
		}
	}
	check := func() {
		t.Helper()
		holds(t, back, some, 280, final(100, 150, true))
		holds(t, back, all, 280, final(100, 250, true))
		holds(t, back, idle, 250, final(100, 250, true))
	}
	check()
	// Sent again, cut differently, late: nothing changes.
	for _, cut := range [][2]uint64{{150, 160}, {150, 280}, {160, 170}, {200, 200}, {150, 150}} {
		text, err := back.Take(context.Background(), some.Packed(cut[0], cut[1]))
		if err != nil {
			t.Fatalf("%d to %d: %v", cut[0], cut[1], err)
		}
		if r, err := wire.OpenReceipt(text, back.Key(), some.Key.Verifier()); err != nil || r.Size() < cut[1] || r.Root() != some.Root(r.Size()) {
			t.Errorf("%d to %d: a receipt for %d, %v", cut[0], cut[1], r.Size(), err)
		}
		if _, err := back.Take(context.Background(), pack(t, based(some, 150, 280))); err != nil {
			t.Error(err)
		}
	}
	if _, err := back.Take(context.Background(), some.Packed(20, 60)); err != nil {
		t.Errorf("before the gap: %v", err)
	}
	for _, cut := range [][2]uint64{{100, 110}, {90, 160}, {120, 130}, {0, 280}, {120, 120}, {149, 151}} {
		if p := refused(t, back, some.Packed(cut[0], cut[1]), wire.Gap); p.Size != 150 {
			t.Errorf("%d to %d: send from %d", cut[0], cut[1], p.Size)
		}
	}
	check()
	if s := status(t, back); s.Evidence != 0 || s.Quarantined != 0 {
		t.Errorf("held against devices that did nothing wrong: %d bundles, %d entries", s.Evidence, s.Quarantined)
	}
	// The log goes on, and is held against what is here as ever.
	some.Add(2000)
	give(t, back, some, some.Packed(280, 2280), 2280)
	holds(t, back, some, 2280, final(100, 150, true))
	fork := some.Cut(95)
	fork.Add(4)
	fork.Append(wiretest.Entry(99, "another"))
	fork.Add(60)
	refused(t, back, fork.Packed(90, 160), wire.Inconsistent)
	if s := status(t, back); s.Evidence != 1 {
		t.Errorf("%d refused bundles kept, want 1", s.Evidence)
	}
	var traced uint64
	_, runs, err := back.Trace(context.Background(), Trace{Who: "somebody", Kind: "subject", Asked: []byte("sealed")})
	if err != nil {
		t.Fatal(err)
	}
	for run, err := range runs {
		if err != nil {
			t.Fatal(err)
		}
		for i, body := range run.Entries {
			if e, err := scanner.ParseEntry(body); err != nil || e.Seq != run.From+uint64(i) {
				t.Fatalf("entry %d of the run from %d is %d", i, run.From, e.Seq)
			}
			traced++
		}
	}
	if traced != 2280-50+280-150+250-150 {
		t.Errorf("tracing goes through %d entries", traced)
	}
}

// What a device shows of the log before its first entry is believed only under
// the hub's own receipt, and only while the root comes out.
func TestForgedBase(t *testing.T) {
	back, l := restored(t, 100, 250, 280, aDevice(t), aDevice(t))
	log, other := l[0], l[1]
	_, _, receipt, _ := log.Base()
	evidence := 0
	forged := func(what string, b wire.Bundle) {
		t.Helper()
		before := status(t, back)
		refused(t, back, pack(t, b), wire.Inconsistent)
		evidence++
		s := status(t, back)
		if s.Evidence != uint64(evidence) || s.Entries != before.Entries || fmt.Sprint(s.Missing) != fmt.Sprint(before.Missing) {
			t.Errorf("%s: %d bundles kept as evidence, want %d; %d entries, before %d", what, s.Evidence, evidence, s.Entries, before.Entries)
		}
	}
	change := func(from, to uint64, f func(*wire.Bundle)) wire.Bundle {
		b := based(log, from, to)
		f(&b)
		return b
	}
	key, err := wire.GenerateHubKey()
	if err != nil {
		t.Fatal(err)
	}
	head, err := wire.OpenHead(log.Head(250), log.Key.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := wire.Cosign(key, head, back.now())
	if err != nil {
		t.Fatal(err)
	}
	_, _, others, _ := other.Base()
	forged("another hub's receipt", change(150, 280, func(b *wire.Bundle) { b.Receipt = foreign }))
	forged("another device's receipt", change(150, 280, func(b *wire.Bundle) { b.Receipt = others }))
	forged("a head in the receipt's place", change(150, 280, func(b *wire.Bundle) { b.Receipt = log.Head(250) }))
	forged("a receipt for less", change(260, 280, func(*wire.Bundle) {}))
	forged("a frontier that leads to no head", change(150, 280, func(b *wire.Bundle) { b.Frontier[0] ^= 1 }))
	// A device that tells another story of what it purged, and signs it.
	another := func(at uint64) *wiretest.Log {
		fork := log.Cut(at)
		fork.Append(wiretest.Entry(at, "another"))
		fork.Add(int(280 - at - 1))
		return fork
	}
	tells := func(fork *wiretest.Log, from, to uint64) wire.Bundle {
		b := fork.Bundle(from, to)
		b.Frontier, b.Receipt = fork.Frontier(from), receipt
		return b
	}
	forged("not the log the hub has", tells(another(50), 108, 110))
	forged("a root that does not come out", tells(another(120), 150, 280))
	forged("a root that does not come out, at its very size", tells(another(120), 250, 280))
	if len(status(t, back).Missing) != 0 {
		t.Error("a forged gap is named")
	}
	// Where the receipt is still ahead, the lie shows when the log gets there.
	liar := another(120)
	if _, err := back.Take(context.Background(), pack(t, tells(liar, 150, 200))); err != nil {
		t.Fatal(err)
	}
	holds(t, back, liar, 200, final(100, 150, false))
	forged("shown later", liar.Bundle(200, 280))
	holds(t, back, liar, 200, final(100, 150, false))
	if _, err := back.Take(context.Background(), liar.Packed(200, 249)); err != nil {
		t.Fatal(err)
	}
	forged("shown exactly there", liar.Bundle(249, 250))

	// The control: the true one is taken, in cuts that end before, at and after.
	other.Purge(150)
	b := based(other, 150, 160)
	give(t, back, other, pack(t, b), 160)
	holds(t, back, other, 160, final(100, 150, false))
	give(t, back, other, other.Packed(160, 250), 250)
	holds(t, back, other, 250, final(100, 150, true))
	give(t, back, other, other.Packed(250, 280), 280)
	holds(t, back, other, 280, final(100, 150, true))
}

// A hub that has nothing of a device, and one restored once more.
func TestGapTwice(t *testing.T) {
	back, l := restored(t, 0, 50, 60, aDevice(t))
	log := l[0]
	log.Purge(20)
	if s := upTo(t, back, log, log); s.Phase != uplink.Idle {
		t.Fatal(s.Err)
	}
	holds(t, back, log, 60, final(0, 20, true))
	backup := t.TempDir() + "/again"
	dump := saved(t, back, backup)
	log.Add(100)
	if s := upTo(t, back, log, log); s.Phase != uplink.Idle {
		t.Fatal(s.Err)
	}
	again := openHub(t, backup, dump())
	log.Add(10)
	log.Purge(130)
	if s := upTo(t, again, log, log); s.Phase != uplink.Idle {
		t.Fatal(s.Err)
	}
	holds(t, again, log, 170, final(0, 20, true), final(60, 130, true))
	give(t, again, log, log.Packed(30, 40), 60)
	if p := refused(t, again, log.Packed(10, 140), wire.Gap); p.Size != 130 {
		t.Errorf("send from %d", p.Size)
	}
}
