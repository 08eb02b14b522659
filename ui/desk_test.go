package ui

import (
	"image"
	"slices"
	"testing"
	"time"

	"gioui.org/f32"
	"gioui.org/io/input"
	"gioui.org/io/key"
	"gioui.org/io/pointer"
	"gioui.org/io/semantic"
	"gioui.org/layout"
	"gioui.org/op"
	"gioui.org/unit"
)

// A desk is a window without a screen: real layout, real routing of taps and
// keys, no GPU.
type desk struct {
	t       testing.TB
	router  input.Router
	screens *UI
	size    image.Point
	dp      float32 // pixels in a dp
	insets  Insets
	now     time.Time
	snap    Snapshot
	model   *Model // folds intents when there is one
	got     []Intent
	sent    []string // payloads the model asked to have judged
}

func newDesk(t testing.TB, px image.Point, snap Snapshot) *desk {
	t.Helper()
	return deskIn(t, size{w: px.X, h: px.Y}, snap)
}

// deskIn is a desk in a window of any density, parts of which the system covers.
func deskIn(t testing.TB, s size, snap Snapshot) *desk {
	t.Helper()
	screens, err := New()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, screens: screens, size: image.Pt(s.w, s.h), dp: s.density(), insets: s.insets, now: noon, snap: snap}
	d.frame()
	d.frame() // the focus asked for in the first is there
	return d
}

func modelDesk(t testing.TB, s Settings) *desk {
	t.Helper()
	m := NewModel(s)
	d := newDesk(t, image.Pt(1280, 720), m.Snapshot(noon))
	d.model = m
	return d
}

// frame draws one frame, collects its intents and folds them in.
func (d *desk) frame() {
	if d.model != nil {
		d.snap = d.model.Snapshot(d.now)
	}
	d.snap.Insets = d.insets
	var ops op.Ops
	intents := d.screens.Layout(layout.Context{
		Ops: &ops, Now: d.now, Source: d.router.Source(), Metric: unit.Metric{PxPerDp: d.dp, PxPerSp: d.dp},
		Constraints: layout.Exact(d.size),
	}, d.snap)
	d.router.Frame(&ops)
	d.got = append(d.got, intents...)
	for _, in := range intents {
		if d.model == nil {
			break
		}
		if p, ok := d.model.Apply(in, d.now); ok {
			d.sent = append(d.sent, p.Input+":"+string(p.Bytes))
		}
	}
}

// show changes the scene. The second frame is as the first should be: no
// control of the scene before is under a finger.
func (d *desk) show(s Snapshot) {
	d.snap = s
	d.frame()
	d.frame()
	d.take()
}

// take returns the intents since the last take.
func (d *desk) take() []Intent {
	got := d.got
	d.got = nil
	return got
}

// nodes lists all semantic nodes with a label.
func (d *desk) nodes() []input.SemanticNode {
	var all []input.SemanticNode
	var walk func([]input.SemanticNode)
	walk = func(nodes []input.SemanticNode) {
		for _, n := range nodes {
			if n.Desc.Label != "" {
				all = append(all, n)
			}
			walk(n.Children)
		}
	}
	walk(d.router.AppendSemantics(nil)[:1])
	return all
}

func (d *desk) find(label string) (input.SemanticDesc, bool) {
	for _, n := range d.nodes() {
		if n.Desc.Label == label {
			return n.Desc, true
		}
	}
	return input.SemanticDesc{}, false
}

func (d *desk) node(label string) input.SemanticDesc {
	d.t.Helper()
	n, ok := d.find(label)
	if !ok {
		d.t.Fatalf("nothing on the screen says %q; there is %q", label, d.labels())
	}
	return n
}

func (d *desk) labels() []string {
	var all []string
	for _, n := range d.nodes() {
		all = append(all, n.Desc.Label)
	}
	return all
}

func (d *desk) says(labels ...string) {
	d.t.Helper()
	have := d.labels()
	for _, l := range labels {
		if !slices.Contains(have, l) {
			d.t.Errorf("nothing on the screen says %q; there is %q", l, have)
		}
	}
}

func (d *desk) controls() []input.SemanticDesc {
	var all []input.SemanticDesc
	for _, n := range d.nodes() {
		if slices.Contains([]semantic.ClassOp{semantic.Button, semantic.RadioButton, semantic.Switch}, n.Desc.Class) {
			all = append(all, n.Desc)
		}
	}
	return all
}

func (d *desk) tap(label string) {
	d.t.Helper()
	b := d.node(label).Bounds
	d.tapAt(b.Min.Add(b.Size().Div(2)))
}

func (d *desk) tapAt(pt image.Point) {
	at := f32.Pt(float32(pt.X), float32(pt.Y))
	d.router.Queue(
		pointer.Event{Kind: pointer.Press, Source: pointer.Touch, Position: at},
		pointer.Event{Kind: pointer.Release, Source: pointer.Touch, Position: at},
	)
	d.frame()
}

// types sends text as a keyboard does, one key after the other.
func (d *desk) types(text string) {
	for _, r := range text {
		switch r {
		case '\r':
			d.press(key.NameReturn)
		case '\t':
			d.press(key.NameTab)
		default:
			d.router.Queue(key.Event{Name: key.Name(string(r)), State: key.Press}, key.EditEvent{Text: string(r)})
		}
	}
}

func (d *desk) press(names ...key.Name) {
	for _, n := range names {
		d.router.Queue(key.Event{Name: n, State: key.Press}, key.Event{Name: n, State: key.Release})
	}
}

func (d *desk) wait(t time.Duration) { d.now = d.now.Add(t) }
