package ui

import (
	"image"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gioui.org/io/key"

	"chot/scanner"
)

func want(t *testing.T, d *desk, intents ...Intent) {
	t.Helper()
	if got := d.take(); !reflect.DeepEqual(got, intents) {
		t.Errorf("the screen wants %#v, not %#v", got, intents)
	}
}

var landscape = image.Pt(1280, 720)

func TestScanScreen(t *testing.T) {
	s := withCamera(t, snapshot(ScanScreen), true)
	s.Hint = Still
	d := newDesk(t, landscape, s)
	d.says("VÀO", "RA", "Nhập số", "Cổng A · Làn 2", "3 chưa gửi", "Danh sách: 2 giờ", "09:41", "Hình từ camera", "Đã thấy mã", "Giữ yên")
	if !d.node("VÀO").Selected || d.node("RA").Selected {
		t.Error("the direction in use is not told")
	}
	d.tap("RA")
	want(t, d, SetDirection{Direction: scanner.Out})
	d.tap("VÀO")
	want(t, d, SetDirection{Direction: scanner.In})
	d.tap("Nhập số")
	want(t, d, OpenTyped{})
	d.press(key.NameF3, key.NameF2, key.NameF4, key.NameEscape, key.NameBack)
	d.frame()
	want(t, d, SetDirection{Direction: scanner.Out}, SetDirection{Direction: scanner.In}, OpenTyped{}, GoBack{}, GoBack{})
	if _, ok := d.router.WakeupTime(); !ok {
		t.Error("after an intent no other frame is asked for")
	}
	d.tapAt(image.Pt(640, 200)) // the picture is no control
	want(t, d)
	if at, ok := d.router.WakeupTime(); ok {
		t.Errorf("without an intent another frame is asked for at %v", at)
	}
}

func TestScanScreenWithoutCamera(t *testing.T) {
	s := snapshot(ScanScreen)
	s.List = ListAge{}
	s.Unsent = 0
	d := newDesk(t, landscape, s)
	d.says("Sẵn sàng quét", "Chưa có danh sách", "Đã gửi hết")
}

// The screen says that it is ready where something can scan, and nowhere else.
func TestReady(t *testing.T) {
	lost, absent, ready := SourceView{Name: "camera auto"}, SourceView{Name: "wedge auto", State: SourceAbsent}, SourceView{Name: "serial", State: SourceWaiting}
	for name, c := range map[string]struct {
		sources []SourceView
		faults  []scanner.Fault
		ready   bool
	}{
		"nothing told yet":             {nil, nil, true},
		"a reader waits":               {[]SourceView{absent, ready}, nil, true},
		"a camera is gone":             {[]SourceView{lost, ready}, []scanner.Fault{scanner.FaultCamera}, true},
		"the only camera is gone":      {[]SourceView{lost, absent}, []scanner.Fault{scanner.FaultCamera}, false},
		"nothing was plugged in":       {[]SourceView{absent}, []scanner.Fault{scanner.FaultNoSource}, false},
		"nothing to scan with is said": {nil, []scanner.Fault{scanner.FaultNoSource}, false},
		"nothing can be written down":  {[]SourceView{ready}, []scanner.Fault{scanner.FaultJournal}, false},
	} {
		s := snapshot(ScanScreen)
		s.Sources, s.Faults = c.sources, c.faults
		if _, said := newDesk(t, landscape, s).find("Sẵn sàng quét"); said != c.ready {
			t.Errorf("%s: it says that it is ready: %v", name, said)
		}
	}
}

func TestOutlineFollowsTheCode(t *testing.T) {
	for _, mirror := range []bool{false, true} {
		s := withCamera(t, snapshot(ScanScreen), true)
		s.Preview.Mirror = mirror
		d := newDesk(t, landscape, s)
		// The frame is as wide as the window, so only its height is cut.
		want, have := float32(0), d.node("Đã thấy mã").Bounds
		for _, c := range s.Preview.Corners[0] {
			want += c.X / 4
		}
		if mirror {
			want = 1280 - want
		}
		if middle := float32(have.Min.X+have.Max.X) / 2; middle < want-12 || middle > want+12 {
			t.Errorf("mirror %v: the outline's middle is at %v, the code's at %v", mirror, middle, want)
		}
	}
}

func TestFaultsOnTheScanScreen(t *testing.T) {
	s := snapshot(ScanScreen)
	s.Faults = []scanner.Fault{scanner.FaultHubAway, scanner.FaultCamera, scanner.FaultReader, scanner.FaultJournal}
	d := newDesk(t, landscape, s)
	d.says(
		"Không ghi được lượt quét. Ghi ra giấy, kiểm tra từng người và gọi quản lý.", // the worst, though it came last
		"Mất camera. Cắm lại dây camera.",
		"và 1 lỗi khác",
		"Chưa nối được trung tâm. Cứ quét tiếp; máy tự gửi khi có mạng.")
	first, second := d.node("Mất camera. Cắm lại dây camera.").Bounds, d.node("Không ghi được lượt quét. Ghi ra giấy, kiểm tra từng người và gọi quản lý.").Bounds
	if second.Min.Y >= first.Min.Y {
		t.Error("a fault that stops stands below one that warns")
	}
	s.Faults = []scanner.Fault{scanner.FaultListStale}
	s.List.State = ListStale
	d = newDesk(t, landscape, s)
	for _, l := range d.labels() {
		if strings.Contains(l, "Danh sách hơi cũ") {
			t.Error("a stale list is told twice")
		}
	}
	s.Faults = []scanner.Fault{"a-fault-of-next-year"}
	newDesk(t, landscape, s).says("Không ghi được lượt quét. Ghi ra giấy, kiểm tra từng người và gọi quản lý.")
}

func TestVerdictScreen(t *testing.T) {
	for _, c := range []struct {
		view  *VerdictView
		words []string
	}{
		{admitted(), []string{"ĐƯỢC QUA", "MAY PASS", "Trong danh sách đến 31/12/2026", "NGUYỄN THỊ VÍ DỤ", "••• ••• 123 456   Sinh 15/01/1990"}},
		{refused(), []string{"DỪNG LẠI", "STOP", "Hết hạn 12/08/2026", "TRẦN VĂN MẪU", "••• ••• 654 321   Sinh 1985"}},
		{referred(), []string{"KIỂM TRA", "CHECK", "Tên, ngày sinh không khớp"}},
	} {
		d := newDesk(t, landscape, withVerdict(VerdictScreen, c.view))
		d.says(c.words...)
		d.says(c.words[0]+". "+c.words[2], "09:41")
		d.tap("Vì sao?")
		want(t, d, Why{})
		d.tap("Quét tiếp")
		want(t, d, Dismiss{})
		d.tapAt(image.Pt(300, 300))
		want(t, d, Dismiss{})
		d.press(key.NameF1, key.NameEscape)
		d.frame()
		want(t, d, Why{}, Dismiss{})
	}
}

// What the person in front can read from two metres is the same whether they
// are watched for or not.
func TestWatchedLooksAdmitted(t *testing.T) {
	plain, watched := admitted(), admitted()
	watched.Verdict.Watch = true
	a := newDesk(t, landscape, withVerdict(VerdictScreen, plain)).labels()
	b := newDesk(t, landscape, withVerdict(VerdictScreen, watched)).labels()
	var more []string
	for _, l := range b {
		if len(a) > 0 && a[0] == l {
			a = a[1:]
			continue
		}
		more = append(more, l)
	}
	if !reflect.DeepEqual(more, []string{"Có ghi chú"}) || len(a) > 0 {
		t.Errorf("a watched person's verdict differs by %q", more)
	}
	if b := newDesk(t, landscape, withVerdict(VerdictScreen, watched)).node("Có ghi chú").Bounds; b.Dx() > 50 || b.Dy() > 50 {
		t.Errorf("the mark is %v large", b.Size())
	}
}

func TestWhyScreen(t *testing.T) {
	d := newDesk(t, landscape, withVerdict(WhyScreen, refused()))
	d.says("DỪNG LẠI", "Hết hạn 12/08/2026",
		"Hạn ghi trong phần có chữ ký của giấy đã qua.", "Người này phải xin nơi cấp giấy mới.", "Muốn đổi kết quả",
		"Mã quy tắc: expired", "Danh sách: Khu công nghiệp Ví Dụ", "Bản số: 214", "Người ký: Sở Y tế Ví Dụ",
		"Loại giấy tờ: giấy đi đường có chữ ký", "Lúc quét: 09:41:27 14/08/2026", "Lượt số: 41208")
	d.tap("Quay lại")
	want(t, d, CloseWhy{})
	d.press(key.NameEscape)
	d.frame()
	want(t, d, CloseWhy{})
	d.tap("English")
	want(t, d, SetLanguage{Language: "en"})

	lost := refused()
	lost.Kept, lost.Verdict.List, lost.Verdict.Issuer = false, "", ""
	newDesk(t, landscape, withVerdict(WhyScreen, lost)).says("Lượt số: chưa ghi được", "Danh sách: chưa hỏi danh sách nào", "Người ký: không có chữ ký")
	newDesk(t, landscape, withVerdict(WhyScreen, admitted())).says("Kết quả sẽ đổi khi")
}

// Of several lists each one's word is there, with how old it is, and which one
// decided; the facts are a page away, and so are the lists that do not fit.
func TestWhyScreenOfSeveralLists(t *testing.T) {
	d := newDesk(t, landscape, withVerdict(WhyScreen, consulted()))
	d.says("Các danh sách; theo bên nghiêm nhất",
		"so-y-te/han-che, bản 31 · 31 giờ, DỪNG LẠI · Danh sách ghi: không cho qua, quyết định",
		"kcn-vi-du/lao-dong, bản 214 · 2 giờ, ĐƯỢC QUA · Có trong danh sách",
		"so-giao-thong/luong-xanh, bản 7 · 12 ngày, KIỂM TRA · Danh sách đã quá hạn",
		"phuong-vi-du/cu-tru, chưa có, Máy chưa có danh sách · bỏ qua", "Trang 1/2")
	d.tap("Trang sau")
	want(t, d, TurnPage{1})
	s := withVerdict(WhyScreen, consulted())
	s.Page = 1
	newDesk(t, landscape, s).says("Mã quy tắc: listed-refuse", "Danh sách: so-y-te/han-che · Sở Y tế Ví Dụ", "Trang 2/2")

	// The most there can be, in the least window: none is left out.
	many := consulted()
	many.Verdict.Precedence = scanner.First
	for i := range scanner.MaxLists - len(many.Verdict.Opinions) {
		o := many.Verdict.Opinions[1]
		o.List = "kcn-vi-du/danh-sach-" + string(rune('a'+i))
		many.Verdict.Opinions = append(many.Verdict.Opinions, o) // whose age is unknown
	}
	seen := map[string]bool{}
	for page := range scanner.MaxLists {
		s := withVerdict(WhyScreen, many)
		s.Page, s.Language = page, "en"
		for _, l := range newDesk(t, image.Pt(800, 480), s).labels() {
			seen[strings.SplitN(l, ",", 2)[0]] = true
			if strings.HasPrefix(l, "kcn-vi-du/danh-sach-a") && l != "kcn-vi-du/danh-sach-a, version 214, MAY PASS · On the list" {
				t.Errorf("a list of unknown age is told as %q", l)
			}
		}
	}
	for _, o := range many.Verdict.Opinions {
		if !seen[o.List] {
			t.Errorf("%s is on no page", o.List)
		}
	}
	if !seen["Lists asked; the first with the name decides"] || !seen["Rule: listed-refuse"] {
		t.Errorf("the pages tell %v", seen)
	}
	// Who was stopped before any list was heard was stopped by none.
	unheard := consulted()
	unheard.Verdict.Reason = scanner.Forged
	for i := range unheard.Verdict.Opinions {
		unheard.Verdict.Opinions[i].Reason = scanner.Undecided
	}
	newDesk(t, landscape, withVerdict(WhyScreen, unheard)).says("so-y-te/han-che, bản 31 · 31 giờ, Chưa hỏi: đã quyết định trước đó")
}

// The outgoing guard reads what the shift's scans have come to, in numbers that
// add up, and that what waits is safe.
func TestHandoverScreen(t *testing.T) {
	s := full(HandoverScreen)
	newDesk(t, landscape, s).says("Đã quét: 412", "Đã gửi: 409", "Còn chờ: 3", "Lượt còn chờ vẫn nằm an toàn trong máy và tự gửi khi có mạng.")
	s.Language = "en"
	newDesk(t, landscape, s).says("Taken: 412", "Receipted: 409", "Waiting: 3", "What waits is safe in this device and goes by itself.")
	s.Shift.Receipted = s.Shift.Taken
	newDesk(t, landscape, s).says("Waiting: 0", "The hub has every scan of this shift.")
	s.Shift.Receipted = s.Shift.Taken + 7 // receipts for the shift before
	newDesk(t, landscape, s).says("Receipted: 412", "Waiting: 0")
}

func TestTypedScreen(t *testing.T) {
	d := newDesk(t, landscape, withTyped(""))
	d.says("Nhập số trên giấy tờ", "CCCD 12 số · BHXH 10 số · CMND 9 số")
	for _, digit := range "0123456789" {
		d.tap("Số " + string(digit))
		want(t, d, TypeText{Text: string(digit)})
	}
	d.tap("Xoá một số")
	want(t, d, EraseTyped{})
	d.tap("Xoá hết")
	want(t, d, ClearTyped{})
	d.tap("Quay lại")
	want(t, d, CloseTyped{})
	if !d.node("TRA CỨU").Disabled {
		t.Error("an empty number can be looked up")
	}
	d.tap("TRA CỨU")
	want(t, d)
	d.types("00")
	d.press(key.NameDeleteBackward)
	d.types("7")
	d.press(key.NameEnter, key.NameEscape)
	d.frame()
	want(t, d, TypeText{Text: "0"}, TypeText{Text: "0"}, EraseTyped{}, TypeText{Text: "7"}, SubmitTyped{}, CloseTyped{})

	d = newDesk(t, landscape, withTyped("001190123456"))
	d.says("Số giấy tờ: 001 190 123 456", "Đủ 12 số: CCCD · nữ, sinh 1990")
	if d.node("TRA CỨU").Disabled {
		t.Error("a whole number cannot be looked up")
	}
	d.tap("TRA CỨU")
	want(t, d, SubmitTyped{})
	newDesk(t, landscape, withTyped("003190123456")).says("3 số đầu không phải mã tỉnh: xem lại thẻ")
	newDesk(t, landscape, withTyped("00119")).says("Số giấy tờ: 001 19", "Đã nhập 5 số; cần 9, 10 hoặc 12")
}

func TestFirstScreen(t *testing.T) {
	d := newDesk(t, landscape, snapshot(FirstScreen))
	d.says("Chào mừng đến với Chốt", "chotctl enrol cong-a.chot")
	d.tap("English")
	want(t, d, SetLanguage{Language: "en"})
	d.types("001190123456\r")
	d.frame()
	want(t, d, WedgeText{Text: "001190123456"}) // the model drops it
}

func TestEnglish(t *testing.T) {
	s := withVerdict(VerdictScreen, refused())
	s.Language = "en"
	newDesk(t, landscape, s).says("STOP", "DỪNG LẠI", "Expired 12/08/2026", "Why?", "Scan next", "••• ••• 654 321   Born 1985")
	s.Language = "xx"
	newDesk(t, landscape, s).says("DỪNG LẠI")
}

// A verdict screen without a verdict must not stop the window.
func TestVerdictScreenWithoutVerdict(t *testing.T) {
	newDesk(t, landscape, snapshot(VerdictScreen)).says("VÀO")
	newDesk(t, landscape, snapshot(WhyScreen)).says("VÀO")
}

// Every control is at least 12 mm (76 dp) wide and high, lies in the window
// and covers no other, on every screen, size and density.
func TestControlsFitGloves(t *testing.T) {
	allStages := everyStage(t)
	windows := append(slices.Clone(windows), size{w: 720, h: 1280, dp: 2}, size{w: 1280, h: 720, dp: 2}, size{w: 1920, h: 1080, dp: 1.5}, size{w: 1080, h: 2340, dp: 2.75})
	for _, win := range windows {
		whole := image.Pt(win.w, win.h)
		free := image.Rect(win.insets.Left, win.insets.Top, win.w-win.insets.Right, win.h-win.insets.Bottom)
		for _, language := range []string{"vi", "en"} {
			d := deskIn(t, win, snapshot(ScanScreen))
			for _, s := range allStages {
				s.Language = language
				d.snap = s
				d.frame()
				controls := d.controls()
				if len(controls) == 0 {
					t.Fatalf("screen %d has no control", s.Screen)
				}
				least := int(76 * win.density())
				if s.Screen == VehicleScreen && s.Page > 0 && min(win.w, win.h) < int(400*win.density()) {
					least = int(68 * win.density()) // the one exception: a plate's board of letters, 10.8 mm
				}
				for i, c := range controls {
					ground := c.Bounds.Size() == whole // a verdict's lies under its buttons
					if c.Bounds.Dx() < least || c.Bounds.Dy() < least {
						t.Errorf("%v %s screen %d: %q is %v, less than %d", win, language, s.Screen, c.Label, c.Bounds.Size(), least)
					}
					if !c.Bounds.In(free) && !ground {
						t.Errorf("%v %s screen %d: %q is at %v, outside", win, language, s.Screen, c.Label, c.Bounds)
					}
					for _, other := range controls[i+1:] {
						if !ground && c.Bounds.Overlaps(other.Bounds) {
							t.Errorf("%v %s screen %d: %q covers %q", win, language, s.Screen, c.Label, other.Label)
						}
					}
				}
			}
		}
	}
}
