package ui

import "time"

// announced is the verdict a screen reader was told last.
type announced struct {
	id uint64
	at time.Time
}

// Announce returns what a screen reader is to say at once, whatever it was
// reading: a verdict that has come since the last call, its outcome and its
// reason, as they stand on the screen. It is "" when there is nothing new, and
// never holds a name or a number: others listen.
//
// Gio's semantics know no live region, so the command hands this to the
// platform (on Android View.announceForAccessibility).
func (u *UI) Announce(snap Snapshot) string {
	if snap.Verdict == nil {
		u.told = announced{}
		return ""
	}
	if now := (announced{snap.Verdict.ID, snap.Verdict.At}); now != u.told {
		u.told = now
		w := u.words(snap)
		v := snap.Verdict.plain()
		return w.outcome(v.Verdict.Outcome) + ". " + w.line(v)
	}
	return ""
}
