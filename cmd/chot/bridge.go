package main

import (
	"image"
	"strings"
	"time"

	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/scanner/qr"
	"chot/scanner/roster"
	"chot/ui"
)

// previewEvery bounds the preview at about 15 pictures a second: drawing more
// costs a core and shows a guard nothing.
const previewEvery = 66 * time.Millisecond

// A bridge turns a station's events into the model's. event is called by one
// goroutine at a time.
type bridge struct {
	*kiosk
	barrier bool // there is one that tells whether it turned
	shown   time.Time
	light   ui.Hint // of the last picture looked at
	looked  time.Time
}

func (b *bridge) event(e station.Event) {
	switch e := e.(type) {
	case station.Seen:
		b.seen(e)
	case station.Scanned:
		if e.Result.Kept {
			b.remember(e.Result.Entry.Seq, e.Payload)
		}
		b.model.Scanned(time.Now(), b.view(e))
	case station.Settled:
		turned := ui.TurnAnnulled
		if e.Turned {
			turned = ui.TurnCompleted
		}
		b.model.Turned(e.Seq, turned)
	case station.Again:
		b.model.Repeated(time.Now())
	case station.Changed:
		b.state(e.State)
	}
	b.window.Invalidate()
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
	if e.Repeated {
		b.model.Repeated(now)
	}
	if read(e.Symbols) {
		b.light = ui.NoHint
	} else if now.Sub(b.looked) >= lookEvery {
		b.looked, b.light = now, lightOf(e.Frame.Image, e.Symbols)
	}
	if b.light != ui.NoHint {
		hint = b.light
	}
	b.model.Seen(now, corners, hint)
}

// near is the side of a code, in pixels, below which coming closer helps more
// than holding still: a version 10 symbol (57 modules) then has two pixels a
// module.
const near = 115

// outlines returns the codes' corners, and a hint when none could be read.
func outlines(symbols []qr.Symbol) (corners [][4]qr.Point, hint ui.Hint) {
	for _, s := range symbols {
		corners = append(corners, s.Corners)
		if s.Err == nil {
			continue
		}
		dx, dy := s.Corners[1].X-s.Corners[0].X, s.Corners[1].Y-s.Corners[0].Y
		if dx*dx+dy*dy < near*near {
			hint = ui.Closer
		} else {
			hint = ui.Still
		}
	}
	if read(symbols) {
		hint = ui.NoHint
	}
	return corners, hint
}

func read(symbols []qr.Symbol) bool {
	for _, s := range symbols {
		if s.Err == nil {
			return true
		}
	}
	return false
}

const (
	lookEvery = 250 * time.Millisecond // between looks at the light
	dark      = 28                     // mean luminance below which no camera shows a code
	washed    = 250                    // luminance at which a sensor is saturated
	shining   = 0.75                   // of a code's pixels saturated: half of a code is ink, so ink shines too
)

// lightOf says whether the light is to blame: the whole picture is dark, or a
// code that could not be read is washed out. Every eighth pixel is enough.
func lightOf(img *image.Gray, symbols []qr.Symbol) ui.Hint {
	if mean, _ := light(img, img.Rect); mean < dark {
		return ui.Dark
	}
	for _, s := range symbols {
		box := image.Rectangle{}
		for i, c := range s.Corners {
			p := image.Rect(int(c.X), int(c.Y), int(c.X)+1, int(c.Y)+1)
			if i == 0 {
				box = p
			} else {
				box = box.Union(p)
			}
		}
		if _, bright := light(img, box.Intersect(img.Rect)); bright > shining {
			return ui.Glare
		}
	}
	return ui.NoHint
}

// light returns the mean luminance in a part of a picture and the share of it
// that is saturated.
func light(img *image.Gray, part image.Rectangle) (mean int, bright float64) {
	n, sum, over := 0, 0, 0
	step := 8
	if part.Dx() < 256 {
		step = 2
	}
	for y := part.Min.Y; y < part.Max.Y; y += step {
		row := img.Pix[(y-img.Rect.Min.Y)*img.Stride:]
		for x := part.Min.X; x < part.Max.X; x += step {
			v := int(row[x-img.Rect.Min.X])
			n, sum = n+1, sum+v
			if v >= washed {
				over++
			}
		}
	}
	if n == 0 {
		return 255, 0
	}
	return sum / n, float64(over) / float64(n)
}

func (b *bridge) view(e station.Scanned) ui.VerdictView {
	r := e.Result
	v := ui.VerdictView{
		Verdict: r.Verdict, Scheme: r.Credential.Scheme(), MaskedID: r.Credential.Subject().Masked(),
		Name: r.Credential.Name(), Birth: r.Credential.Birth().String(),
		Direction: e.Passage.Direction, At: r.Entry.At.Wall, ID: r.Entry.Seq, Kept: r.Kept,
	}
	if b.barrier && r.Kept && r.Verdict.Outcome == scanner.Admit {
		v.Turned = ui.TurnAwaited
	}
	return v
}

// state brings the model to the station's state.
func (b *bridge) state(s station.State) {
	m := b.model
	list := ui.ListAge{Name: s.List, Version: s.ListVersion, Age: s.Now.Wall.Sub(s.ListConfirmed), State: listState(s.ListAge)}
	if s.List == "" {
		list.State = ui.ListMissing
	}
	m.SetPlace(s.Checkpoint, s.Lane)
	m.SetState(int(s.Size-s.Acknowledged), list, s.Faults)
	m.SetFaultDetails(details(s))
	m.SetSources(sourceViews(s.Sources))
	m.SetShift(ui.Shift{Operator: s.Shift.Operator, Since: s.Shift.Since, Taken: int(s.Shift.Taken), Receipted: int(s.Shift.Receipted)})
	m.SetTally(tally(s.Shift))
	m.SetSync(ui.SyncView{
		Hub: host(s.Sync.Hub), Unsent: int(s.Size - s.Acknowledged), LastContact: later(s.Sync.Heard, s.Stats.ReceiptAt), LastFault: s.Sync.Fault, Busy: s.Sync.Busy,
	})
	full, _ := s.Stats.Full()
	m.SetJournal(ui.JournalView{Entries: s.Stats.Size, Acknowledged: s.Stats.Acknowledged, Bytes: s.Stats.Bytes, MaxBytes: s.Stats.MaxSize, FullIn: full})
	silent := false
	for _, f := range s.Faults {
		silent = silent || f == scanner.FaultSound
	}
	m.SetSilent(silent)
}

func listState(a roster.Age) ui.ListState {
	switch a {
	case roster.Fresh:
		return ui.ListFresh
	case roster.Stale:
		return ui.ListStale
	}
	return ui.ListExpired
}

// lists brings the model to the signed lists that a station holds.
func (b *bridge) lists(s *station.Station) {
	installed, err := s.Installed()
	if err != nil {
		b.log.Error("lists not readable", "err", err)
		return
	}
	var all []ui.ListView
	now := time.Now()
	for _, l := range installed {
		_, name, ok := strings.Cut(l.Name, "/")
		if !ok {
			name = l.Name
		}
		all = append(all, ui.ListView{Name: name, Version: l.Version, State: listState(l.Age), Age: now.Sub(l.Confirmed), Authority: l.Authority, Rows: int(l.Rows)})
	}
	b.model.SetLists(all)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// details say which device a fault is about.
func details(s station.State) map[scanner.Fault]string {
	all := map[scanner.Fault]string{}
	for _, source := range s.Sources {
		if source.Fault != "" {
			all[source.Fault] = strings.TrimSpace(all[source.Fault] + " " + source.Name)
		}
	}
	return all
}

func sourceViews(states []station.SourceState) (all []ui.SourceView) {
	kinds := map[string]ui.SourceKind{"camera": ui.CameraSource, "frames": ui.CameraSource, "serial": ui.ReaderSource, "wedge": ui.WedgeSource, "typed": ui.WedgeSource, station.Window: ui.WedgeSource}
	for _, s := range states {
		v := ui.SourceView{Name: s.Name, Kind: kinds[s.Kind], LastRead: s.LastRead}
		switch {
		case s.Up && !s.LastRead.IsZero():
			v.State = ui.SourceWorking
		case s.Up, s.Fault == "":
			v.State = ui.SourceWaiting
		case strings.HasPrefix(string(s.Fault), string(scanner.FaultPermission)):
			v.State = ui.SourceForbidden
		}
		all = append(all, v)
	}
	return all
}

func tally(s station.Shift) (t ui.Tally) {
	for o := range s.In {
		t.In[o], t.Out[o] = int(s.In[o]), int(s.Out[o])
	}
	for h := range s.Hours {
		t.Hours[h] = int(s.Hours[h])
	}
	return t
}
