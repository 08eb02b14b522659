package station

import (
	"time"

	"chot/scanner/roster"
)

// Conditions are what a background round decides by.
type Conditions struct {
	Metered    bool   // somebody pays for what is sent
	BatteryLow bool   // and it is not charging
	Unsent     uint64 // entries no hub has
	Alarm      bool   // a watch-list hit is among them
	Lists      Need
}

// A Need is how much the lists need to be looked after.
type Need uint8

// The needs; of several lists the greatest counts.
const (
	NoNeed    Need = iota // confirmed a moment ago
	Renewable             // as old as a running station would let them become
	Ageing                // stale, or soon
	Useless               // missing, damaged or expired: verdicts wait for them
)

// Work is what a background round does. The zero value is nothing.
type Work struct {
	Send  bool  // alarms, then scans
	Fetch bool  // lists and issuers' keys
	Bytes int64 // both ways together at most; 0 is without a limit
}

// What a round may cost where somebody pays: some thousand scans, or a day's
// changes to a list of a million (5 bytes a changed row).
const (
	meteredBytes = 1 << 20
	lowBytes     = 256 << 10
)

// Plan is what to do. A watch-list hit always goes. An empty battery is kept for
// scanning, but for lists without which nobody could be admitted. Paid bytes are
// for scans, and for lists only when they are about to be missed.
func (c Conditions) Plan() Work {
	w := Work{
		Send:  c.Alarm || c.Unsent > 0 && !c.BatteryLow,
		Fetch: c.Lists >= Renewable,
	}
	if c.Metered {
		w.Fetch, w.Bytes = c.Lists >= Ageing, meteredBytes
	}
	if c.BatteryLow {
		w.Fetch, w.Bytes = c.Lists == Useless, lowBytes
		if !c.Metered && w.Fetch {
			w.Bytes = 0 // it could not be had in parts for ever
		}
	}
	return w
}

// need is how much the lists need at a time.
func (l *lists) need(now time.Time) Need {
	need := NoNeed
	for _, name := range l.names() {
		l.mu.Lock()
		h, ok := l.current[name]
		l.mu.Unlock()
		if !ok || l.damaged(name) {
			return Useless
		}
		m := h.roster.Manifest()
		switch {
		case m.Age(h.confirmed, now) == roster.Expired:
			return Useless
		case m.Age(h.confirmed, now.Add(m.StaleAfter/8)) != roster.Fresh:
			need = max(need, Ageing)
		case now.Sub(h.confirmed) >= time.Duration(l.config.Link.RefreshMinutes)*time.Minute:
			need = max(need, Renewable)
		}
	}
	return need
}
