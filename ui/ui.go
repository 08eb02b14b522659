package ui

import (
	"fmt"
	"image"
	"strconv"

	"gioui.org/font"
	"gioui.org/font/opentype"
	"gioui.org/layout"
	"gioui.org/op"
	"gioui.org/op/paint"
	"gioui.org/text"

	"chot/assets"
)

// A UI draws snapshots. It holds the state of controls, the text shaper and
// the picture drawn last; it belongs to the window's goroutine.
type UI struct {
	shaper    *text.Shaper
	languages map[string]*assets.Strings

	sink    sink
	in, out tap
	typed   tap
	ground  tap // the whole verdict
	next    tap
	why     tap
	back    tap
	digits  [10]tap
	erase   tap
	clear   tap
	submit  tap
	speak   map[string]*tap // one for each language

	supervisor hold
	taps       map[string]*tap // of the screens that are grids and lists, by key

	told announced

	// drawn, when set, is told of every text: tests ask whether it fits.
	drawn func(b block, r image.Rectangle, baseline int)

	picture struct {
		seq uint64
		op  paint.ImageOp
	}
}

// New reads the embedded fonts and texts.
func New() (*UI, error) {
	regular, bold, err := assets.Fonts()
	if err != nil {
		return nil, err
	}
	var faces []font.FontFace
	for _, f := range []struct {
		name   string
		ttf    []byte
		weight font.Weight
	}{{"regular", regular, font.Normal}, {"bold", bold, font.Bold}} {
		face, err := opentype.Parse(f.ttf)
		if err != nil {
			return nil, fmt.Errorf("read the embedded %s font: %w", f.name, err)
		}
		faces = append(faces, font.FontFace{Font: font.Font{Typeface: "Noto Sans", Weight: f.weight}, Face: face})
	}
	u := &UI{
		shaper:    text.NewShaper(text.NoSystemFonts(), text.WithCollection(faces)),
		languages: map[string]*assets.Strings{},
		speak:     map[string]*tap{},
		taps:      map[string]*tap{},
	}
	for _, l := range assets.Languages() {
		s, err := assets.Load(l)
		if err != nil {
			return nil, err
		}
		u.languages[l], u.speak[l] = s, new(tap)
	}
	return u, nil
}

// Layout draws a snapshot over all of gtx's space and returns what the
// operator wants, in order. Intents change what there is to see, so after any
// it asks for another frame.
func (u *UI) Layout(gtx layout.Context, snap Snapshot) []Intent {
	size := gtx.Constraints.Max
	if size.X <= 0 || size.Y <= 0 {
		return nil
	}
	if snap.Verdict == nil && (snap.Screen == VerdictScreen || snap.Screen == WhyScreen) {
		snap.Screen = ScanScreen
	}
	p := &page{
		ui: u, gtx: gtx, snap: snap, w: u.words(snap), c: snap.Preset.colours(),
		size: size,
	}
	defer p.shrink(snap.Insets).Pop()
	p.unit = float32(min(p.size.X, p.size.Y)) / 720
	p.listen()
	p.screen()
	p.finish()
	if len(p.todo) > 0 {
		gtx.Execute(op.InvalidateCmd{})
	}
	return p.todo
}

// words are the texts of a snapshot's language, and what they are filled with.
func (u *UI) words(snap Snapshot) words {
	s, ok := u.languages[snap.Language]
	if !ok {
		s = u.languages[assets.Languages()[0]]
	}
	return words{Strings: s, zone: snap.zone(), held: snap.Handheld, queued: snap.Unsent, listed: snap.List}
}

// screen draws the screen of the snapshot.
func (p *page) screen() {
	switch p.snap.Screen {
	case VerdictScreen:
		p.verdict()
	case WhyScreen:
		p.explain()
	case TypedScreen:
		p.typing()
	case FirstScreen:
		p.first()
	case MoreScreen:
		p.more()
	case PurposeScreen:
		p.purposes()
	case VehicleScreen:
		p.vehicle()
	case RecentScreen:
		p.recent()
	case ShiftScreen:
		p.duty()
	case HandoverScreen:
		p.handover()
	case FaultsScreen:
		p.faultList()
	case DisplayScreen:
		p.display()
	case PINScreen:
		p.pinpad()
	case MenuScreen:
		p.menu()
	case SourcesScreen:
		p.sources()
	case EnrolScreen:
		p.enrol()
	case ListsScreen:
		p.lists()
	case SoundScreen:
		p.sound()
	case ExportScreen:
		p.export()
	case JournalScreen:
		p.journal()
	case FetchScreen:
		p.fetch()
	case StoppedScreen:
		p.stopped()
	case LeaveScreen:
		p.leaving()
	default:
		p.scan()
	}
}

// tap is the control of a key. Keys are names in the program and places in a
// list, never texts from outside, so there are not many.
func (u *UI) tap(key string) *tap {
	t, ok := u.taps[key]
	if !ok {
		t = new(tap)
		u.taps[key] = t
	}
	return t
}

// nth is the key of the i-th of a list.
func nth(list string, i int) string { return list + "-" + strconv.Itoa(i) }
