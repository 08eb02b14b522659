package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	advice  map[string]*adviser  // by source
	granted []station.ListStatus // as the station last had them; guarded by mu

	lights sync.Mutex
	has    bool         // there is a camera with a lamp
	lit    bool         // chot.toml says that it shall be on
	left   atomic.Int64 // scans of devices that have destroyed their keys, for a stick
}

func (b *bridge) event(e station.Event) {
	switch e := e.(type) {
	case station.Seen:
		if !b.seen(e) {
			return // there is nothing new to see: a frame costs a handheld's battery
		}
	case station.Scanned:
		b.hand.used(time.Now())
		b.hand.verdict(e.Result.Verdict)
		b.model.Start() // whoever judges is at work
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
	case station.Fetching:
		b.model.FetchProgress(e.Done, e.Total)
	case station.Changed:
		b.state(e.State)
	}
	b.invalidate()
}

// seen shows what a source saw, and reports whether the screen changes by it.
func (b *bridge) seen(e station.Seen) (changed bool) {
	if e.Frame.Image == nil {
		return false
	}
	if e.Frame.Mount.Lamp {
		b.lamps(true)
	}
	now := time.Now()
	var corners [][4]qr.Point
	for _, symbol := range e.Symbols {
		corners = append(corners, symbol.Corners)
	}
	if mount := e.Frame.Mount; now.Sub(b.shown) >= previewEvery &&
		b.model.Preview().PutTurned(e.Frame.Image, corners, mount.Turns(int(b.rotation.Load())), mount.Mirrored()) {
		b.shown, changed = now, true
	}
	if e.Repeated {
		b.model.Repeated(now)
	}
	if b.advice[e.Source] == nil {
		if b.advice == nil {
			b.advice = map[string]*adviser{}
		}
		b.advice[e.Source] = new(adviser)
	}
	hint := b.advice[e.Source].hint(e)
	b.model.Seen(now, corners, hint)
	return changed || e.Repeated || len(corners) > 0 || hint != ui.NoHint
}

// torch notes whether the cameras of a station that begins have their lamps on.
func (b *bridge) torch(on bool) {
	b.lamps(false)
	b.lights.Lock()
	b.lit = on
	b.lights.Unlock()
}

// lamps tells the model when there is a lamp to switch, and when there is none any
// more.
func (b *bridge) lamps(has bool) {
	b.lights.Lock()
	defer b.lights.Unlock()
	if b.has == has {
		return
	}
	b.has = has
	switch {
	case !has:
		b.model.SetTorch(ui.NoTorch)
	case b.kiosk.lamp.Load().Lit(b.lit):
		b.model.SetTorch(ui.TorchOn)
	default:
		b.model.SetTorch(ui.TorchOff)
	}
}

func (b *bridge) view(e station.Scanned) ui.VerdictView {
	r := e.Result
	v := ui.VerdictView{
		Verdict: r.Verdict, Scheme: r.Credential.Scheme(), MaskedID: r.Credential.Subject().Masked(),
		Name: r.Credential.Name(), Birth: r.Credential.Birth().String(),
		Direction: e.Passage.Direction, At: r.Entry.At.Wall, ID: r.Entry.Seq, Kept: r.Kept,
		Seen: e.Input == "camera" || e.Input == "frames",
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range r.Verdict.Opinions {
		i := slices.IndexFunc(b.granted, func(l station.ListStatus) bool { return l.List == o.List })
		if i < 0 {
			v.Confirmed = append(v.Confirmed, time.Time{})
			continue
		}
		v.Confirmed = append(v.Confirmed, b.granted[i].Confirmed)
	}
	if b.barrier && r.Kept && r.Verdict.Outcome == scanner.Admit {
		v.Turned = ui.TurnAwaited
	}
	return v
}

// state brings the model to the station's state.
func (b *bridge) state(s station.State) {
	m := b.model
	b.mu.Lock()
	b.granted = s.Lists
	b.mu.Unlock()
	list := ui.ListAge{Name: s.List, Version: s.ListVersion, Age: s.Now.Wall.Sub(s.ListConfirmed), State: listState(s.ListAge)}
	if s.List == "" {
		list.State = ui.ListMissing
	}
	m.SetPlace(s.Checkpoint, s.Lane)
	m.SetState(int(s.Size-s.Acknowledged)+int(b.left.Load()), list, b.hand.explain(s.Faults))
	m.SetFaultDetails(details(s))
	m.SetSources(sourceViews(s.Sources))
	if !slices.ContainsFunc(s.Sources, func(s station.SourceState) bool { return s.Kind == "camera" && s.Up }) {
		b.lamps(false)
	}
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

// lists brings the model to the signed lists: each that is granted, installed or
// not.
func (b *bridge) lists(s *station.Station) {
	installed, err := s.Installed()
	if err != nil {
		b.log.Error("lists not readable", "err", err)
		return
	}
	b.model.SetLists(listViews(s.State(), installed))
}

func listViews(s station.State, installed []station.Installed) (all []ui.ListView) {
	for _, l := range s.Lists {
		_, name, ok := strings.Cut(l.Name, "/")
		if !ok {
			name = l.Name
		}
		v := ui.ListView{Name: name, Authority: l.Authority}
		if l.List != "" {
			v.Version, v.State, v.Age = l.Version, listState(l.Age), s.Now.Wall.Sub(l.Confirmed)
		}
		for _, i := range installed {
			if i.Name == l.Name {
				v.Rows = int(i.Rows)
			}
		}
		all = append(all, v)
	}
	return all
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
		if source.Refused > 0 {
			all[scanner.FaultForeignScan] = fmt.Sprintf("%s × %d", source.Name, source.Refused)
		}
	}
	return all
}

func sourceViews(states []station.SourceState) (all []ui.SourceView) {
	kinds := map[string]ui.SourceKind{"camera": ui.CameraSource, "frames": ui.CameraSource, "serial": ui.ReaderSource, "wedge": ui.WedgeSource, "intent": ui.ReaderSource, "typed": ui.WedgeSource, station.Window: ui.WedgeSource}
	for _, s := range states {
		v := ui.SourceView{Name: s.Name, Kind: kinds[s.Kind], LastRead: s.LastRead, Detail: s.Maker}
		switch {
		case s.Up && !s.LastRead.IsZero():
			v.State = ui.SourceWorking
		case s.Up:
			v.State = ui.SourceWaiting
		case s.Fault == "":
			v.State = ui.SourceAbsent
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
