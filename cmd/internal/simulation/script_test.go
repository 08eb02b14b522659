package simulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing/synctest"
	"time"

	"chot/sync/hub"
	"chot/sync/uplink"
	"chot/sync/wire"
)

// run plays a script of so many events, then lets everything be well until the
// device has nothing left to send, and returns what was wrong.
func (w *world) run(events int) []string {
	defer w.close()
	for range events {
		w.event()
		synctest.Wait()
		w.check()
		w.note("  journal %d, cursor %d, hub %d", w.device.model.Size(), w.device.store.Stats().Acknowledged, w.atHub())
		if len(w.violations()) > 0 {
			return w.violations()
		}
	}
	w.settle()
	w.check()
	w.checkEnd()
	return w.violations()
}

// send lets the device's next request meet its fate. While nothing else
// happens, time leaps to when it comes.
func (w *world) send(f fate) {
	if w.device.model.Size() == 0 { // a device that never scanned has nothing to say
		w.device.scan(1, func(int) bool { return false })
		synctest.Wait()
	}
	select {
	case w.network.next <- f:
	case <-time.After(90 * 24 * time.Hour):
		w.wrong("the device has not tried for 90 days")
		return
	}
	w.note("  %s", <-w.network.done)
	synctest.Wait()
}

func (w *world) event() {
	d := w.device
	w.tick(time.Duration(w.rng.Int64N(int64(3 * time.Hour))))
	switch w.rng.IntN(16) {
	case 0, 1:
		n := 1 + w.rng.IntN(120)
		w.note("%d scans", n)
		d.scan(n, func(int) bool { return w.rng.IntN(25) == 0 })
	case 2:
		n := 2 + w.rng.IntN(40)
		w.note("%d scans at once", n)
		d.burst(n)
	case 3:
		killed := w.rng.IntN(2) == 0
		w.note("the device restarts, killed %v", killed)
		d.restart(killed)
	case 4:
		killed := w.rng.IntN(2) == 0 && w.db == ""
		w.note("the hub restarts, killed %v", killed)
		w.restartHub(killed)
	case 5:
		w.clocks()
	case 6:
		w.stick()
	case 7:
		w.pocket()
	case 8:
		w.redeliver()
	case 9:
		if w.rng.IntN(3) == 0 {
			w.weeks()
			return
		}
		days := w.rng.IntN(30)
		n, err := d.store.Purge(w.epoch.Add(w.passed).AddDate(0, 0, -days))
		if err != nil {
			w.wrong("purge: %v", err)
		}
		w.note("%d entries purged", n)
	case 10:
		w.backup()
	case 11:
		w.restore()
	default:
		n := 1 + w.rng.IntN(4)
		w.note("%d requests", n)
		if w.rng.IntN(3) > 0 { // something to send
			d.scan(1+w.rng.IntN(60), func(int) bool { return w.rng.IntN(30) == 0 })
			synctest.Wait()
		}
		for range n {
			w.send(fates[w.rng.IntN(len(fates))])
		}
	}
}

// clocks sets a clock: back to 1970, years ahead, right again, a little off.
func (w *world) clocks() {
	skew := []time.Duration{
		-w.epoch.Sub(time.Unix(0, 0)) - w.passed, 5 * 365 * 24 * time.Hour, -3 * 24 * time.Hour, 40 * time.Second, 0, 0,
	}[w.rng.IntN(6)]
	if w.rng.IntN(2) == 0 {
		w.note("the device's clock is off by %v", skew)
		w.device.skew = skew
		return
	}
	w.note("the hub's clock is off by %v", skew)
	w.hubSkew = skew
	w.tick(0)
}

// weeks without a hub: every attempt fails, and scanning goes on.
func (w *world) weeks() {
	attempts := 20 + w.rng.IntN(60)
	w.note("weeks offline, %d attempts", attempts)
	for range attempts {
		if w.rng.IntN(8) == 0 {
			w.device.scan(1+w.rng.IntN(10), func(int) bool { return w.rng.IntN(40) == 0 })
			synctest.Wait()
		}
		w.tick(5 * time.Hour)
		w.send(noRoute)
	}
}

// stick carries everything unsent to the hub by hand; the network may be
// about to deliver the same, or deliver it afterwards. Receipts go into a
// pocket.
func (w *world) stick() {
	d := w.device
	journal := kept{d.store, d.model}
	count := 0
	for packed, err := range uplink.Export(journal, d.key.Verifier()) {
		if err != nil {
			w.wrong("export: %v", err)
			return
		}
		for range 1 + w.rng.IntN(2) {
			receipt, err := w.collector.Take(context.Background(), packed)
			var p *wire.Problem
			switch {
			case errors.As(err, &p) && p.Code == wire.SlowDown:
			case errors.As(err, &p) && p.Code == wire.Gap && w.restored.times > 0 && w.behind():
			case err != nil:
				w.wrong("the stick's bundle: %v", err)
			default:
				w.receipts = append(w.receipts, receipt)
			}
		}
		count++
	}
	w.note("a stick with %d bundles", count)
	if w.rng.IntN(2) == 0 {
		w.pocket()
	}
}

// pocket brings receipts that were carried: in any order, some again.
func (w *world) pocket() {
	d := w.device
	n := min(len(w.receipts), 1+w.rng.IntN(4))
	w.note("%d of %d receipts by hand", n, len(w.receipts))
	for range n {
		i := w.rng.IntN(len(w.receipts))
		if _, err := uplink.Import(kept{d.store, d.model}, d.key.Verifier(), w.hubKey, w.receipts[i]); err != nil {
			w.wrong("the stick's receipt: %v", err)
		}
		if w.rng.IntN(3) == 0 {
			continue // and again another time
		}
		w.receipts = append(w.receipts[:i], w.receipts[i+1:]...)
		if len(w.receipts) == 0 {
			return
		}
	}
	if forged := bytes.Clone(w.network.old); len(forged) > 0 {
		forged[len(forged)/2] ^= 1
		if _, err := uplink.Import(kept{d.store, d.model}, d.key.Verifier(), w.hubKey, forged); err == nil {
			w.wrong("a changed receipt was believed")
		}
	}
}

// redeliver lets the network bring what it held back: out of order, days
// late, perhaps again, and nobody hears the answer.
func (w *world) redeliver() {
	n := w.network
	w.note("%d held back", len(n.late))
	w.rng.Shuffle(len(n.late), func(i, j int) { n.late[i], n.late[j] = n.late[j], n.late[i] })
	late := n.late
	n.late = nil
	for _, d := range late {
		for range 1 + w.rng.IntN(2) {
			a := n.deliver(d)
			w.note("  %s again: %d", d.path, a.Code)
		}
	}
}

// settle lets everything be well.
func (w *world) settle() {
	w.note("all is well")
	w.hubSkew = 0
	w.redeliver()
	d := w.device
	for i := 0; d.store.Stats().Unsent() > 0 || w.behind(); i++ {
		if i == 200 {
			w.wrong("200 requests after all is well %d entries are still unsent, and the hub's log ends at %d of %d", d.store.Stats().Unsent(), w.reach(), d.model.Size())
			return
		}
		w.tick(20 * time.Second)
		w.send(through)
	}
	w.redeliver()
	w.stick()
}

func (w *world) atHub() int {
	got, err := w.collector.Entries(context.Background(), w.device.key.ID(), 0, wire.MaxSize)
	if err != nil {
		w.wrong("read the hub: %v", err)
	}
	return len(got)
}

// check holds the hub against everything the device was told is safe.
func (w *world) check() {
	d := w.device
	got, err := w.collector.Entries(context.Background(), d.key.ID(), 0, wire.MaxSize)
	if err != nil {
		w.wrong("read the hub: %v", err)
		return
	}
	size := d.model.Size()
	if uint64(len(got)) > size {
		w.wrong("the hub has %d entries, the device wrote %d", len(got), size)
	}
	for i, e := range w.beside(min(size, w.reach())) {
		if i < len(got) && !bytes.Equal(got[i], e) {
			w.wrong("the hub's entry %d is not the device's", i)
			break
		}
	}
	st := d.store.Stats()
	if st.Size != size {
		w.wrong("the journal has %d entries, it acknowledged %d", st.Size, size)
	}
	if st.Acknowledged > d.model.Cursor() {
		w.wrong("the cursor is at %d, the longest receipt is for %d", st.Acknowledged, d.model.Cursor())
	}
	w.checkGaps(got, st)
	for _, v := range d.model.Violations() {
		w.wrong("%s", v)
	}
	w.checkAlarms()
	s, err := w.hub.Status(context.Background())
	if err != nil {
		w.wrong("hub status: %v", err)
		return
	}
	if s.Evidence > 0 || s.Quarantined > 0 {
		w.wrong("the hub holds %d bundles as evidence and %d entries in quarantine", s.Evidence, s.Quarantined)
	}
	var counted uint64
	for _, c := range s.Counts {
		counted += c.Entries
	}
	if counted != s.Entries {
		w.wrong("the hub counts %d entries and has %d", counted, s.Entries)
	}
}

// checkAlarms: whatever the hub said it had is there, and nothing twice.
func (w *world) checkAlarms() {
	there := w.hitsAtHub()
	for i, n := range there {
		if n > 1 {
			w.wrong("hit %d is at the hub %d times", i, n)
		}
	}
	w.network.mu.Lock()
	defer w.network.mu.Unlock()
	for i := range w.alarmed {
		if there[i] == 0 {
			w.wrong("the hub said it had hit %d, and has not", i)
		}
	}
}

func (w *world) hitsAtHub() map[uint64]int {
	rows, err := w.collector.WatchHits(context.Background(), time.Time{})
	if err != nil {
		w.wrong("read alarms: %v", err)
	}
	there := map[uint64]int{}
	for _, r := range rows {
		there[r.Seq]++
	}
	return there
}

// checkEnd: nothing is missing.
func (w *world) checkEnd() {
	d := w.device
	if got := w.atHub(); got != len(w.beside(d.model.Size())) || w.behind() {
		w.wrong("at the end the hub has %d of %d entries", got, d.model.Size())
	}
	if n := len(w.restored.gaps); n > 0 && !w.restored.gaps[n-1].Proven {
		w.wrong("at the end what follows the gap is not proven")
	}
	there := w.hitsAtHub()
	in := 0 // hits in gaps: there if they came as alarms
	for _, i := range d.hits {
		if w.inGap(i) && there[i] == 0 {
			in++
		} else if there[i] != 1 {
			w.wrong("hit %d is at the hub %d times", i, there[i])
		}
	}
	if len(there) != len(d.hits)-in {
		w.wrong("the hub has %d hits, the device %d", len(there), len(d.hits))
	}
	if d.model.Size() > 0 {
		if _, err := w.hub.Audit(context.Background(), d.key.ID()); err != nil {
			w.wrong("%v", err)
		}
	}
	if err := d.store.Verify(); err != nil {
		w.wrong("the journal: %v", err)
	}
}

var _ collector = (*hub.Hub)(nil)

func (w *world) summary() string {
	return fmt.Sprintf("%d entries, %d hits, %d gaps, %v, %d events, trace %x", w.device.model.Size(), len(w.device.hits), len(w.restored.gaps), w.passed.Round(time.Hour), len(w.told), w.trace.Sum(nil)[:8])
}
