package main

import (
	"time"

	"chot/cmd/internal/station"
	"chot/scanner/qr"
	"chot/scanner/roster"
	"chot/ui"
)

// previewEvery bounds the preview at about 15 pictures a second: drawing more
// costs a core and shows a guard nothing.
const previewEvery = 66 * time.Millisecond

// A bridge turns a station's events into the model's. It is called by one
// goroutine at a time.
type bridge struct {
	model      *ui.Model
	invalidate func()
	shown      time.Time
}

func (b *bridge) event(e station.Event) {
	switch e := e.(type) {
	case station.Seen:
		b.seen(e)
	case station.Scanned:
		b.model.Scanned(time.Now(), view(e))
	case station.Changed:
		b.state(e.State)
	}
	b.invalidate()
}

func (b *bridge) seen(e station.Seen) {
	if e.Frame.Image == nil {
		return
	}
	now := time.Now()
	corners, hint := outlines(e.Symbols)
	if now.Sub(b.shown) >= previewEvery && b.model.Preview().Put(e.Frame.Image, corners) {
		b.shown = now
	}
	b.model.Seen(now, corners, hint)
}

// near is the side of a code, in pixels, below which coming closer helps more
// than holding still: a version 10 symbol (57 modules) then has two pixels a
// module.
const near = 115

// outlines returns the codes' corners, and a hint when none could be read.
func outlines(symbols []qr.Symbol) (corners [][4]qr.Point, hint ui.Hint) {
	read := false
	for _, s := range symbols {
		corners = append(corners, s.Corners)
		if s.Err == nil {
			read = true
			continue
		}
		dx, dy := s.Corners[1].X-s.Corners[0].X, s.Corners[1].Y-s.Corners[0].Y
		if dx*dx+dy*dy < near*near {
			hint = ui.Closer
		} else {
			hint = ui.Still
		}
	}
	if read {
		hint = ui.NoHint
	}
	return corners, hint
}

func view(e station.Scanned) ui.VerdictView {
	r := e.Result
	return ui.VerdictView{
		Verdict: r.Verdict, Scheme: r.Credential.Scheme(), MaskedID: r.Credential.Subject().Masked(),
		Name: r.Credential.Name(), Birth: r.Credential.Birth().String(),
		Direction: e.Passage.Direction, At: r.Entry.At.Wall, ID: r.Entry.Seq, Kept: r.Kept,
	}
}

func (b *bridge) state(s station.State) {
	list := ui.ListAge{Name: s.List, Version: s.ListVersion, Age: s.Now.Wall.Sub(s.ListConfirmed)}
	switch {
	case s.List == "":
		list.State = ui.ListMissing
	case s.ListAge == roster.Fresh:
		list.State = ui.ListFresh
	case s.ListAge == roster.Stale:
		list.State = ui.ListStale
	default:
		list.State = ui.ListExpired
	}
	b.model.SetPlace(s.Checkpoint, s.Lane)
	b.model.SetState(int(s.Size-s.Acknowledged), list, s.Faults)
}
