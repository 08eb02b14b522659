package simulation

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"chot/store"
	"chot/sync/hub"
)

// What the world remembers of a hub that was restored from its backups.
type restored struct {
	backups []string
	times   int
	behind  bool            // since the last one, the hub has not caught up with the cursor
	loose   bool            // receipts from before are about: they may move the cursor ahead again
	firsts  map[uint64]bool // every first entry that the journal has kept
	gaps    []hub.Missing   // as they were named at the last check
	size    uint64          // of the log at the hub, then
}

// backup copies the hub's files. PostgreSQL's are another program's.
func (w *world) backup() {
	if w.db != "" {
		return
	}
	dir := filepath.Join(w.dir, fmt.Sprintf("backup-%d", len(w.restored.backups)))
	if err := os.CopyFS(dir, os.DirFS(w.hubDir)); err != nil {
		w.t.Fatal(err)
	}
	w.restored.backups = append(w.restored.backups, dir)
	w.note("a backup of the hub")
}

// restore loses the hub and goes on from any of its backups; the device may
// have purged what it had been given receipts for since.
func (w *world) restore() {
	r := &w.restored
	if len(r.backups) == 0 {
		w.backup()
		return
	}
	n := 0
	if w.rng.IntN(3) > 0 {
		var err error
		if n, err = w.device.store.Purge(w.epoch.AddDate(20, 0, 0)); err != nil {
			w.wrong("purge: %v", err)
		}
	}
	w.reopenHub(r.backups[w.rng.IntN(len(r.backups))])
	r.times++
	r.behind, r.size, r.gaps = true, 0, nil
	if w.rng.IntN(3) > 0 {
		w.receipts, w.network.old = nil, nil
	} else {
		r.loose = true
	}
	there := w.hitsAtHub()
	w.network.mu.Lock()
	clear(w.alarmed)
	for i := range there {
		w.alarmed[i] = true
	}
	w.network.mu.Unlock()
	w.note("the hub is restored from a backup, %d entries purged before", n)
}

// reach is how long the device's log is at the hub, gaps included.
func (w *world) reach() uint64 {
	s, err := w.hub.Status(context.Background())
	if err != nil || len(s.Devices) != 1 {
		w.wrong("hub status: %v", err)
		return 0
	}
	return s.Devices[0].Size
}

func (w *world) behind() bool { return w.reach() < w.device.model.Size() }

// missing are the gaps the hub names, for ever.
func (w *world) missing() []hub.Missing {
	s, err := w.hub.Status(context.Background())
	if err != nil {
		w.wrong("hub status: %v", err)
	}
	return slices.DeleteFunc(s.Missing, func(m hub.Missing) bool { return !m.Final })
}

// beside are the model's first entries but for the gaps the hub names.
func (w *world) beside(size uint64) (entries [][]byte) {
	from := uint64(0)
	for _, m := range w.missing() {
		entries = append(entries, w.device.model.Entries(from, min(max(from, m.From), size))...)
		from = min(m.To, size)
	}
	return append(entries, w.device.model.Entries(from, size)...)
}

func (w *world) inGap(index uint64) bool {
	return slices.ContainsFunc(w.missing(), func(m hub.Missing) bool { return m.From <= index && index < m.To })
}

// checkGaps: a hub that was never restored has everything under the cursor,
// and names no gap. One that was lacks exactly what it names, and names nothing
// that it had or that the device still held; what it named it goes on naming.
func (w *world) checkGaps(got [][]byte, st store.Stats) {
	r, gaps, size := &w.restored, w.missing(), w.reach()
	if r.firsts == nil {
		r.firsts = map[uint64]bool{}
	}
	r.firsts[st.Pruned] = true
	covered := uint64(len(got))
	for i, m := range gaps {
		covered += m.To - m.From
		switch {
		case i < len(r.gaps):
			if m.From != r.gaps[i].From || m.To != r.gaps[i].To {
				w.wrong("the gap from %d to %d is now from %d to %d", r.gaps[i].From, r.gaps[i].To, m.From, m.To)
			}
		case r.times == 0:
			w.wrong("a hub that was never restored names a gap from %d to %d", m.From, m.To)
		case r.size > 0 && m.From < r.size, m.From >= m.To, m.To > st.Pruned, !r.firsts[m.To]:
			w.wrong("the gap from %d to %d is not what was lost: the hub had %d, the device keeps %d and on", m.From, m.To, r.size, st.Pruned)
		}
	}
	if len(gaps) < len(r.gaps) {
		w.wrong("%d gaps are named no more", len(r.gaps)-len(gaps))
	}
	if covered != size {
		w.wrong("the hub has %d entries, and with its gaps %d of the %d in its log", len(got), covered, size)
	}
	if size < r.size {
		w.wrong("the log at the hub went from %d back to %d", r.size, size)
	}
	r.gaps, r.size = gaps, size
	switch {
	case st.Acknowledged <= covered:
		r.behind = false
	case !r.behind && !r.loose:
		w.wrong("the cursor is at %d, the hub has %d entries", st.Acknowledged, len(got))
	}
}
