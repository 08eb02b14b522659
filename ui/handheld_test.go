package ui

import (
	"image"
	"maps"
	"slices"
	"strings"
	"testing"

	"gioui.org/io/input"
	"gioui.org/io/semantic"

	"chot/assets"
	"chot/scanner"
)

// hand is the smallest window there is, 360×640 dp, with two pixels a dp.
var hand = image.Pt(720, 1280)

// The lamp is switched as far as there is one; the camera's word is the last.
func TestTorch(t *testing.T) {
	m := NewModel(Settings{})
	do(m, noon, SetTorch{On: true})
	if s := m.Snapshot(noon); s.Torch != NoTorch || len(ordered[Torch](m)) != 0 {
		t.Error("a lamp that is not there is switched on")
	}
	m.Preview().Put(image.NewGray(image.Rect(0, 0, 64, 48)), nil)
	m.SetTorch(TorchOff)
	if m.Snapshot(noon).Torch != TorchOff {
		t.Error("a camera's lamp is not offered")
	}
	do(m, noon, SetTorch{On: true})
	if all := ordered[Torch](m); len(all) != 1 || !all[0].On || m.Snapshot(noon).Torch != TorchOn {
		t.Errorf("ordered %+v", all)
	}
	m.SetTorch(TorchOff) // too hot
	if m.Snapshot(noon).Torch != TorchOff {
		t.Error("the lamp is shown as on")
	}
	if m.Snapshot(noon.Add(frozen)).Torch != NoTorch {
		t.Error("the lamp of a camera that is closed is offered")
	}
}

// What the operator can do about a fault becomes an order.
func TestRemedies(t *testing.T) {
	m := NewModel(Settings{Handheld: true})
	do(m, noon, AllowCamera{}, ShowSettings{ClockSettings})
	if ask, open := m.Orders(), 0; len(ask) != 2 || ask[0] != (AskCamera{}) || ask[1] != (OpenSettings{ClockSettings}) {
		t.Errorf("ordered %+v %d", ask, open)
	}
	m.Scanned(noon, *refused())
	do(m, noon, AllowCamera{}, SetTorch{})
	if orders := ordered[AskCamera](m); len(orders) != 0 {
		t.Error("under a verdict the camera is asked for")
	}
}

// Texts in the hand speak of no cables, and of how much waits.
func TestHandheldTexts(t *testing.T) {
	s := snapshot(FaultsScreen)
	s.Handheld, s.Unsent = true, 1412
	s.List = ListAge{State: ListExpired, Age: 20 * 24 * 3600e9}
	s.Faults = []scanner.Fault{scanner.FaultCamera, scanner.FaultOffline}
	d := newDesk(t, hand, s)
	d.dp = 2
	d.show(s)
	d.says("Chú ý: Mất camera. Đóng ứng dụng khác đang dùng camera, hoặc khởi động lại máy.",
		"Chú ý: Đã lâu không có mạng. 1.412 chưa gửi. Danh sách quá hạn: 20 ngày. Tắt chế độ máy bay, bật mạng.")
	s.Handheld = false
	d.show(s)
	d.says("Chú ý: Mất camera. Cắm lại dây camera.", "Chú ý: Đã lâu không có mạng. 1.412 chưa gửi. Danh sách quá hạn: 20 ngày. Nối mạng hoặc chép ra USB.")
}

// Every control does in one hand what its word says: as at a kiosk where it is
// there too, and as this table says where it is not.
func TestEveryTapInHand(t *testing.T) {
	foot := map[string]Intent{"VÀO": SetDirection{scanner.In}, "RA": SetDirection{scanner.Out}, "Nhập số": OpenTyped{}, "Thêm": Open{MoreScreen}}
	with := func(base map[string]Intent, label string, in Intent) map[string]Intent {
		m := maps.Clone(base)
		m[label] = in
		return m
	}
	dark := with(foot, "Đèn", SetTorch{On: true})
	worst := "Không ghi được lượt quét. Ghi ra giấy, kiểm tra từng người và gọi quản lý."
	reader := "Mất máy quét. Bật lại máy quét rồi nối lại."
	busy := with(with(with(with(dark, worst, Open{FaultsScreen}), reader, Open{FaultsScreen}), "Mục đích: Khám chữa bệnh", Open{PurposeScreen}),
		"Xe: 29A-123.45 · 3 người", Open{VehicleScreen})
	offline := "Đã lâu không có mạng. 1.412 chưa gửi. Danh sách quá hạn: 20 ngày. Tắt chế độ máy bay, bật mạng."
	full := "Bộ nhớ máy đã đầy. Xoá bớt ảnh, video trong máy; lúc này ghi ra giấy."
	clock := "Giờ máy bị sai. Mở cài đặt, vào Ngày và giờ, bật giờ tự động."
	letters := map[string]Intent{"Quay lại": Close{}, "Xong": SubmitTyped{}, "Bỏ xe này": ClearVehicle{}, "Phím số": TurnPage{-1}, "Xoá một số": EraseTyped{}}
	for _, c := range plateKeys[plateDigits:] {
		letters["Chữ "+string(c)] = TypeText{string(c)}
	}
	own := map[string]map[string]Intent{
		"hand-scan": dark, "hand-scan-torch": with(foot, "Đèn", SetTorch{}), "hand-scan-busy": busy,
		"hand-unasked": with(dark, "CHO PHÉP CAMERA", AllowCamera{}), "hand-refused": with(dark, "HỎI LẠI", AllowCamera{}),
		"hand-barred": with(dark, "MỞ CÀI ĐẶT", ShowSettings{AppSettings}), "hand-no-camera": dark,
		"hand-offline": with(with(dark, offline, Open{FaultsScreen}), full, Open{FaultsScreen}),
		"hand-faults": {"Quay lại": Close{}, "Trang trước": nil, "Trang sau": TurnPage{1}, "Dừng: " + full: ShowSettings{StorageSettings},
			"Chú ý: " + offline: ShowSettings{NetworkSettings}, "Chú ý: " + clock: ShowSettings{ClockSettings}},
		"hand-letters": letters,
		"hand-menu": {"Đóng": Close{}, "Nguồn quét": Open{SourcesScreen}, "Danh sách, gửi": Open{ListsScreen}, "Chép ra USB": Open{ExportScreen}, "Sổ quét": Open{JournalScreen},
			"Lỗi": Open{FaultsScreen}, "Màn hình": Open{DisplayScreen}, "Âm thanh": Open{SoundScreen}, "Đăng ký": Open{EnrolScreen}, "Rời ứng dụng": Open{LeaveScreen}},
		"hand-stopped": {"English": SetLanguage{"en"}, "MỞ CÀI ĐẶT": ShowSettings{StorageSettings}},
		"hand-leave":   {"Quay lại": Close{}, "RỜI ỨNG DỤNG": LeaveNow{}},
		"hand-enrol":   {"Quay lại": Close{}, "CHO PHÉP CAMERA": AllowCamera{}},
		"hand-first":   {"Quét mã của trung tâm": Open{EnrolScreen}, "English": SetLanguage{"en"}},
	}
	d := deskIn(t, phone, snapshot(ScanScreen))
	taps, boards := taps(t), 0
	for _, st := range slices.Concat(screenStages(t), stateStages(t), handStages(t)) {
		d.show(st.snap)
		table, ours := own[st.name]
		got := map[string]Intent{}
		for _, c := range d.controls() {
			d.take()
			d.tapAt(middleOf(c, d.size))
			intents := d.take()
			if len(intents) > 1 || c.Disabled && len(intents) > 0 {
				t.Errorf("%s: a tap on %q wants %#v", st.name, c.Label, intents)
				continue
			}
			got[c.Label] = nil
			if len(intents) == 1 {
				got[c.Label] = intents[0]
			}
			if want, known := taps[st.name][c.Label]; known && got[c.Label] != want && !c.Disabled {
				t.Errorf("%s: %q wants %#v, at a kiosk %#v", st.name, c.Label, got[c.Label], want)
			}
			if in := got[c.Label]; in == (TurnPage{1}) && c.Label == "Phím chữ" {
				boards++
			}
		}
		if ours && !maps.Equal(got, table) {
			t.Errorf("%s: the taps want %#v, not %#v", st.name, got, table)
		}
		if len(got) == 0 {
			t.Errorf("%s has no control", st.name)
		}
		delete(own, st.name)
	}
	if len(own) > 0 || boards == 0 {
		t.Errorf("not tapped: %v; %d boards turned to letters", own, boards)
	}
}

// A plate turns its boards by itself, and by hand.
func TestPlateBoards(t *testing.T) {
	m := NewModel(Settings{Vehicles: true})
	do(m, noon, Open{VehicleScreen})
	for _, c := range []struct {
		key   Intent
		board int
	}{
		{TypeText{"2"}, 0}, {TypeText{"9"}, 1}, {TypeText{"M"}, 0}, {TurnPage{1}, 1}, {TypeText{"D"}, 0}, {TypeText{"1"}, 0},
		{EraseTyped{}, 0}, {EraseTyped{}, 0}, {EraseTyped{}, 1}, {ClearTyped{}, 0},
	} {
		do(m, noon, c.key)
		if s := m.Snapshot(noon); s.Page != c.board {
			t.Errorf("after %#v (%q) board %d is in front, not %d", c.key, s.Plate, s.Page, c.board)
		}
	}
}

// What is tapped often lies in the lower half of a device in one hand, under
// the thumb, and bars of the system cover neither word nor control.
func TestOneHandReaches(t *testing.T) {
	often := map[Screen][]string{
		ScanScreen: {"VÀO", "RA", "Nhập số", "Thêm", "Đèn", "CHO PHÉP CAMERA"}, VerdictScreen: {"Vì sao?", "Quét tiếp"}, WhyScreen: {"Quay lại"},
		TypedScreen: {"TRA CỨU", "Quay lại", "Số 8", "Số 0"}, MoreScreen: {"Các lượt vừa quét", "Ca trực", "Lỗi", "Màn hình"},
		HandoverScreen: {"GIAO CA", "Quay lại"}, PINScreen: {"MỞ", "Số 8", "Số 0"}, LeaveScreen: {"RỜI ỨNG DỤNG"},
	}
	for _, window := range []size{phone, longPhone, tablet, bigTablet} {
		d := deskIn(t, window, snapshot(ScanScreen))
		seen := map[string]bool{}
		for _, st := range slices.Concat(screenStages(t), handStages(t)) {
			if st.name == "hand-unasked" && window == phone {
				continue // its button is above the foot, in reach all the same
			}
			st.snap.Handheld = true
			d.show(st.snap)
			for _, label := range often[st.snap.Screen] {
				n, ok := d.find(label)
				if !ok {
					continue
				}
				seen[label] = true
				if mid := (n.Bounds.Min.Y + n.Bounds.Max.Y) / 2; mid*100 < window.h*45 {
					t.Errorf("%v %s: %q is at %v, above the middle", window, st.name, label, n.Bounds)
				}
			}
			for _, n := range d.nodes() {
				if r := n.Desc.Bounds; r.Size() != d.size && !d.behind(n) &&
					!r.In(image.Rect(window.insets.Left, window.insets.Top, window.w-window.insets.Right, window.h-window.insets.Bottom)) {
					t.Errorf("%v %s: %q is at %v, under the system's bars", window, st.name, n.Desc.Label, r)
				}
			}
		}
		if len(seen) < 15 {
			t.Errorf("%v: only %d controls were looked for: %v", window, len(seen), seen)
		}
	}
}

// A screen reader goes down a device held upright: what it tells next never
// stands wholly above what it told before.
func TestReadingOrder(t *testing.T) {
	for _, window := range []size{phone, longPhone} {
		d := deskIn(t, window, snapshot(ScanScreen))
		for _, l := range assets.Languages() {
			for _, st := range slices.Concat(screenStages(t), stateStages(t), handStages(t)) {
				st.snap.Language, st.snap.Handheld = l, true
				d.show(st.snap)
				var before input.SemanticDesc
				for _, n := range d.nodes() {
					if n.Desc.Bounds.Size() == d.size || d.behind(n) {
						continue
					}
					if n.Desc.Bounds.Max.Y <= before.Bounds.Min.Y {
						t.Errorf("%v %s %s: %q (%v) is told after %q (%v)", window, l, st.name, n.Desc.Label, n.Desc.Bounds, before.Label, before.Bounds)
					}
					before = n.Desc
				}
			}
		}
	}
}

// Every control of a device in the hand has words, says what it is, and tells
// its state; what is told of it has all of its words (TalkBack reads a
// description in place of the label); shapes tell nothing.
func TestEveryScreenIsToldInHand(t *testing.T) {
	d := deskIn(t, phone, snapshot(ScanScreen))
	for _, l := range assets.Languages() {
		for _, st := range slices.Concat(screenStages(t), stateStages(t), handStages(t)) {
			st.snap.Language, st.snap.Handheld = l, true
			d.show(st.snap)
			told, switches := 0, 0
			var walk func([]input.SemanticNode)
			walk = func(nodes []input.SemanticNode) {
				for _, n := range nodes {
					desc := n.Desc
					told++
					if desc.Gestures&input.ClickGesture != 0 && (desc.Class == semantic.Unknown || desc.Label == "") {
						t.Errorf("%s %s: what is tapped at %v is a %v with the words %q", l, st.name, desc.Bounds, desc.Class, desc.Label)
					}
					if desc.Description != "" && !strings.Contains(desc.Description, desc.Label) {
						t.Errorf("%s %s: %q is read as %q", l, st.name, desc.Label, desc.Description)
					}
					if desc.Label == "" && n.ParentID != 0 {
						t.Errorf("%s %s: a node at %v has no words", l, st.name, desc.Bounds)
					}
					if desc.Class == semantic.Switch {
						switches++
						if desc.Selected != (st.snap.Torch == TorchOn) {
							t.Errorf("%s %s: the lamp is told as on: %v", l, st.name, desc.Selected)
						}
					}
					walk(n.Children)
				}
			}
			walk(d.router.AppendSemantics(nil)[:1])
			if told < 3 || st.name == "hand-scan" && switches != 1 {
				t.Errorf("%s %s: %d nodes are told, %d switches", l, st.name, told, switches)
			}
		}
	}
}
