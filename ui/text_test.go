package ui

import (
	"image"
	"slices"
	"strings"
	"testing"

	"gioui.org/io/input"
	"gioui.org/layout"
	"gioui.org/op"
	"gioui.org/unit"

	"chot/scanner"
)

func newPage(t testing.TB, size image.Point, l string) *page {
	t.Helper()
	screens, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return &page{
		ui: screens, w: language(t, l), c: Day.colours(), size: size, whole: image.Rectangle{Max: size}, unit: float32(min(size.X, size.Y)) / 720,
		gtx: layout.Context{Ops: new(op.Ops), Now: noon, Metric: unit.Metric{PxPerDp: 1, PxPerSp: 1}, Constraints: layout.Exact(size)},
	}
}

// The word is at least an eighth of the window high: its type everywhere, and
// also what is painted of it, unless the window is too narrow for more.
func TestWordIsAnEighthHigh(t *testing.T) {
	for _, window := range append(slices.Clone(windows), size{w: 1920, h: 1080}) {
		size := image.Pt(window.w, window.h)
		for _, l := range []string{"vi", "en"} {
			for _, v := range []*VerdictView{admitted(), refused(), referred()} {
				s := withVerdict(VerdictScreen, v)
				s.Language = l
				d := deskIn(t, window, s)
				p := newPage(t, size, l)
				lines := []string{p.w.outcome(v.Verdict.Outcome)}
				if p.upright() {
					lines = strings.Fields(lines[0])
				}
				high, wide, most := 0, 0, 0
				for _, word := range lines {
					box := d.node(word).Bounds
					high, most = high+box.Dy(), box.Dx()
					// The type that gives this much ink.
					b := p.setAt(word, 10*size.X, style{px: 100, bold: true})
					px := 100 * box.Dy() / b.ink.Dy()
					wide = max(wide, b.width*px/100)
					if (px+1)*8 < size.Y { // px is rounded down
						t.Errorf("%v %s %v: the type is %d of %d high", size, l, v.Verdict.Outcome, px, size.Y)
					}
				}
				if high*8 < size.Y && wide*100 < most*92 {
					t.Errorf("%v %s %v: the word is %d of %d high and %d of %d wide", size, l, v.Verdict.Outcome, high, size.Y, wide, most)
				}
			}
		}
	}
}

// Every Vietnamese letter is in the fonts, in both weights.
func TestFontsHaveVietnamese(t *testing.T) {
	p := newPage(t, landscape, "vi")
	letters := "AĂÂEÊIOÔƠUƯY"
	marks := []string{"", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
	const box = 0 // the glyph of a face that stands for what it lacks (OpenType §5, "glyph 0")
	if g := p.setAt("\u4e00", 1000, style{px: 40}).glyphs; len(g) != 1 || uint32(g[0].ID) != box {
		t.Fatal("a letter no font has looks as if one had it")
	}
	checked := 0
	for _, bold := range []bool{false, true} {
		for _, s := range []string{letters, strings.ToLower(letters), "Đđ•·…“”0123456789"} {
			for _, r := range s {
				for _, m := range marks {
					if strings.ContainsRune("Đđ•·…“”0123456789", r) && m != "" {
						continue
					}
					b := p.setAt(string(r)+m, 1000, style{px: 40, bold: bold})
					for _, g := range b.glyphs {
						if uint32(g.ID) == box {
							t.Errorf("no glyph for %q", string(r)+m)
						}
					}
					checked++
				}
			}
		}
	}
	if checked < 280 {
		t.Errorf("only %d letters were checked", checked)
	}
}

// Marks below one line and above the next do not touch, and a block's room
// holds all of its ink.
func TestStackedMarksHaveRoom(t *testing.T) {
	p := newPage(t, landscape, "vi")
	for _, bold := range []bool{false, true} {
		for _, px := range []int{18, 26, 36, 55, 140} {
			b := p.setAt("ẬỆỘỰẬỆỘ ẪỄỖỮẨỂỔ", px*8, style{px: px, bold: bold, lines: 2})
			if b.lines != 2 {
				t.Fatalf("%d px: set on %d lines", px, b.lines)
			}
			lowest, highest := 0, 0
			for _, g := range b.glyphs {
				if g.Y == 0 {
					lowest = max(lowest, g.Bounds.Max.Y.Ceil())
				} else {
					highest = min(highest, g.Bounds.Min.Y.Floor())
				}
			}
			if space := int(b.glyphsY()) + highest - lowest; space < 0 {
				t.Errorf("bold %v, %d px: the lines' marks overlap by %d", bold, px, -space)
			}
			if b.ink.Min.Y < b.top || b.ink.Max.Y > b.bottom {
				t.Errorf("bold %v, %d px: ink %v outside the room %d…%d", bold, px, b.ink, b.top, b.bottom)
			}
		}
	}
}

// Every reason's line fits every window without losing a word, with the
// longest limit it can have.
func TestReasonLinesFit(t *testing.T) {
	for _, size := range []image.Point{{X: 1280, Y: 720}, {X: 800, Y: 480}, {X: 720, Y: 1280}} {
		for _, l := range []string{"vi", "en"} {
			p := newPage(t, size, l)
			width := size.X - 2*p.u(40)
			if !p.upright() {
				width = width*65/100 - p.u(36)
			}
			for _, r := range scanner.Reasons() {
				v := VerdictView{Verdict: scanner.Verdict{Reason: r, Limit: noon.Add(3000e9)}, At: noon}
				v.Verdict.Outcome = scanner.Refuse
				col := p.verdictColumn(width, size.Y, v, p.c.refuse, left)
				for _, it := range col.word.items {
					if it.cut {
						t.Errorf("%v %s %v: %q does not fit", size, l, r, it.text)
					}
				}
			}
		}
	}
}

// fitting tells of every text that a desk draws and that does not fit: it
// loses words, or its ink, marks included, leaves the room it was given.
func fitting(t *testing.T, d *desk) (texts *int) {
	type finding struct{ text, what string }
	seen := map[finding]bool{}
	texts = new(int)
	d.screens.drawn = func(b block, r image.Rectangle, baseline int) {
		*texts++
		f := finding{text: b.text}
		ink := b.ink.Add(image.Pt(r.Min.X, baseline))
		switch {
		case b.cut:
			f.what = "loses words"
		case ink.Min.Y < r.Min.Y-1 || ink.Max.Y > r.Max.Y+1:
			f.what = "is higher than its room"
		case !ink.In(image.Rectangle{Max: d.size}) && b.align == left:
			f.what = "leaves the window"
		default:
			return
		}
		if !seen[f] {
			seen[f] = true
			t.Errorf("%v %s screen %d large %v: %q (%d px, %v) in %v %s", d.size, d.snap.Language, d.snap.Screen, d.snap.Large, b.text, b.px, ink, r, f.what)
		}
	}
	return texts
}

// windows are all sizes of window there are.
var windows = append(slices.Clone(sizes), inHand...)

// On every screen, in every size, language and size of type, each text keeps
// all its words in its room.
func TestTextsFit(t *testing.T) {
	for _, size := range windows {
		d := deskIn(t, size, snapshot(ScanScreen))
		texts := fitting(t, d)
		for _, s := range everyStage(t) {
			for _, l := range []string{"vi", "en"} {
				for _, large := range []bool{false, true} {
					s.Language, s.Large = l, large
					d.snap = s
					d.frame()
				}
			}
		}
		if *texts < 1000 {
			t.Errorf("only %d texts were looked at", *texts)
		}
	}
}

// So does every fault, failure and reason of the catalogue where it is shown.
func TestCatalogueFits(t *testing.T) {
	for _, size := range windows {
		d := deskIn(t, size, snapshot(ScanScreen))
		texts := fitting(t, d)
		for _, l := range []string{"vi", "en"} {
			show := func(s Snapshot) {
				s.Language = l
				d.snap = s
				d.frame()
			}
			for _, f := range scanner.Faults() {
				for _, screen := range []Screen{ScanScreen, FaultsScreen} {
					s := snapshot(screen)
					s.Faults = []scanner.Fault{f}
					s.FaultDetails = map[scanner.Fault]string{f: "/etc/chot/chot.toml: colour"}
					show(s)
				}
				s := full(ListsScreen)
				s.Sync.LastFault = f
				show(s)
			}
			said := map[string]bool{"": true}
			for hint := Closer; hint <= Hidden; hint++ {
				s := withCamera(t, snapshot(ScanScreen), true)
				s.Hint = hint
				show(s)
				d.says(language(t, l).hint(hint))
				if text := language(t, l).hint(hint); said[text] {
					t.Errorf("%s: hint %d says %q, as another does", l, hint, text)
				} else {
					said[text] = true
				}
				s.Screen, s.Enrolment = EnrolScreen, EnrolView{}
				show(s)
			}
			for _, f := range Failures() {
				s := full(ExportScreen)
				s.ExportTask, s.CheckTask = Task{State: TaskFailed, Failure: f}, Task{State: TaskFailed, Failure: f}
				show(s)
				s.Screen = JournalScreen
				show(s)
				s = full(FetchScreen)
				s.FetchTask = Task{State: TaskFailed, Failure: f}
				show(s)
				s.Screen, s.Enrolment = EnrolScreen, EnrolView{State: EnrolFailed, Failure: f}
				show(s)
			}
			for _, r := range scanner.Reasons() {
				v := *refused()
				v.Verdict.Reason, v.Verdict.Limit = r, noon.Add(3000e9)
				show(withVerdict(WhyScreen, &v))
				s := snapshot(RecentScreen)
				s.Recent = []VerdictView{v}
				show(s)
			}
		}
		if *texts < 3000 {
			t.Errorf("only %d texts were looked at", *texts)
		}
	}
}

// No text of any screen falls outside the window, on another text, or on a
// control it does not belong to.
func TestTextsKeepApart(t *testing.T) {
	long := referred()
	long.Name = "CÔNG TẰNG TÔN NỮ NGUYỄN THỊ HOÀNG PHƯƠNG VÍ DỤ"
	long.Verdict.Message = "Mời sang phòng bảo vệ số 3 để đối chiếu hợp đồng lao động và thẻ"
	long.Verdict.List = "Danh sách lao động thường xuyên của Khu công nghiệp Ví Dụ mở rộng"
	all := append(everyStage(t), withTyped("12345678901"), withTyped("003190123456"))
	for _, r := range scanner.Reasons() {
		v := *long
		v.Verdict.Reason, v.Verdict.Limit = r, noon.Add(3000e9)
		all = append(all, withVerdict(VerdictScreen, &v), withVerdict(WhyScreen, &v))
	}
	for _, window := range windows {
		d, size := deskIn(t, window, all[0]), image.Pt(window.w, window.h)
		for _, l := range []string{"vi", "en"} {
			for _, s := range all {
				s.Language = l
				d.snap = s
				d.frame()
				nodes := d.nodes()
				for i, n := range nodes {
					where := n.Desc.Bounds
					if !where.In(image.Rectangle{Max: size}) {
						t.Errorf("%v %s screen %d: %q is at %v", size, l, s.Screen, n.Desc.Label, where)
					}
					for _, other := range nodes[i+1:] {
						if whole := where.Size() == size; !whole && !d.behind(n) && !d.behind(other) && where.Overlaps(other.Desc.Bounds) {
							t.Errorf("%v %s screen %d, %v: %q (%v) lies on %q (%v)", size, l, s.Screen, reasonOf(s), n.Desc.Label, where, other.Desc.Label, other.Desc.Bounds)
						}
					}
				}
			}
		}
	}
}

// behind reports whether a node is the camera's picture or a code in it, over
// which texts stand.
func (d *desk) behind(n input.SemanticNode) bool {
	s := d.screens.languages[d.snap.Language]
	return n.Desc.Label == s.Label.Preview || n.Desc.Label == s.Label.Found
}

func reasonOf(s Snapshot) string {
	if s.Verdict == nil {
		return ""
	}
	return s.Verdict.Verdict.Reason.String()
}

// Windows nobody would use must not stop the program.
func TestOddWindows(t *testing.T) {
	for _, size := range []image.Point{{}, {X: 1, Y: 1}, {X: 3, Y: 900}, {X: 900, Y: 3}, {X: 200, Y: 120}, {X: 7680, Y: 4320}} {
		d := newDesk(t, size, snapshot(ScanScreen))
		d.dp = 2.5
		for i, s := range everyStage(t) {
			s.Faults = scanner.Faults()
			s.Large = i%2 == 0
			d.snap = s
			d.frame()
		}
	}
}

// What a card carries is text from a stranger.
func TestForeignTexts(t *testing.T) {
	v := admitted()
	v.Name = "AN\nĐƯỢC QUA\u202e\x00\xff\u2066  B\t" + strings.Repeat("Ê", 5000)
	v.MaskedID = "••••••\r\n123456"
	d := newDesk(t, landscape, withVerdict(VerdictScreen, v))
	for _, l := range d.labels() {
		if strings.ContainsAny(l, "\n\r\t\x00\u202e\u2066\ufffd") || len([]rune(l)) > longest+80 {
			t.Errorf("the screen shows %q", l)
		}
	}
	if got := printable("  Nguyễn\u00a0Thị \u200b Ví\nDụ "); got != "Nguyễn Thị Ví Dụ" {
		t.Errorf("%q", got)
	}
	if got := printable("Nguye\u0302\u0303n"); got != "Nguye\u0302\u0303n" {
		t.Errorf("combining marks are lost: %q", got)
	}
}

func BenchmarkLayout(b *testing.B) {
	for _, s := range []Snapshot{withCamera(b, snapshot(ScanScreen), true), withVerdict(VerdictScreen, refused()), withVerdict(WhyScreen, refused()), withTyped("001190")} {
		b.Run([]string{"scan", "verdict", "why", "typed"}[s.Screen], func(b *testing.B) {
			d := newDesk(b, landscape, s)
			b.ReportAllocs()
			for b.Loop() {
				d.frame()
			}
		})
	}
}
