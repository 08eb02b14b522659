package ui

import (
	"image"
	"reflect"
	"strings"
	"testing"

	"gioui.org/f32"
	"gioui.org/io/input"
	"gioui.org/io/pointer"
	"gioui.org/io/semantic"

	"chot/assets"
	"chot/scanner"
)

// digitKeys are the keypad's taps.
func digitKeys(more map[string]Intent) map[string]Intent {
	for _, d := range "0123456789" {
		more["Số "+string(d)] = TypeText{Text: string(d)}
	}
	more["Xoá hết"], more["Xoá một số"] = ClearTyped{}, EraseTyped{}
	return more
}

// taps are all controls of every screen and what a tap on each wants; nil is
// nothing.
func taps(t testing.TB) map[string]map[string]Intent {
	foot := func(more map[string]Intent) map[string]Intent {
		for label, in := range map[string]Intent{"VÀO": SetDirection{scanner.In}, "RA": SetDirection{scanner.Out}, "Nhập số": OpenTyped{}, "Thêm": Open{MoreScreen}} {
			more[label] = in
		}
		return more
	}
	verdict := func(label string) map[string]Intent {
		return map[string]Intent{label: Dismiss{}, "Vì sao?": Why{}, "Quét tiếp": Dismiss{}}
	}
	why := map[string]Intent{"Quay lại": CloseWhy{}, "English": SetLanguage{"en"}}
	typed := func(submit Intent) map[string]Intent {
		return digitKeys(map[string]Intent{
			"Số giấy tờ: 001 190 123 456": ChooseField{NumberField}, "Ngày sinh": ChooseField{BirthField}, "Quay lại": CloseTyped{}, "TRA CỨU": submit,
		})
	}
	dated := func(birth string, submit Intent) map[string]Intent {
		m := typed(submit)
		delete(m, "Ngày sinh")
		m["Ngày sinh: "+birth] = ChooseField{BirthField}
		return m
	}
	vehicle := map[string]Intent{
		"Xoá một số": EraseTyped{}, "Quay lại": Close{}, "Xong": SubmitTyped{}, "Bỏ xe này": ClearVehicle{},
		"Thêm một người": SetHeadCount{4}, "Bớt một người": SetHeadCount{2},
	}
	vehicleEmpty := map[string]Intent{"Xoá một số": EraseTyped{}, "Quay lại": Close{}, "Xong": SubmitTyped{}, "Thêm một người": SetHeadCount{1}, "Bớt một người": nil}
	for _, c := range plateKeys {
		said := "Chữ "
		if c <= '9' {
			said = "Số "
		}
		vehicle[said+string(c)], vehicleEmpty[said+string(c)] = TypeText{string(c)}, TypeText{string(c)}
	}
	back := map[string]Intent{"Quay lại": Close{}}
	pin := func(open Intent) map[string]Intent {
		return digitKeys(map[string]Intent{"Quay lại": Close{}, "MỞ": open})
	}
	leafed := func(more map[string]Intent) map[string]Intent {
		more["Quay lại"], more["Trang trước"], more["Trang sau"] = Close{}, nil, TurnPage{1}
		return more
	}
	journal := func(check Intent) map[string]Intent {
		return map[string]Intent{"Quay lại": Close{}, "Kiểm tra sổ": check}
	}
	sticks := map[string]Intent{"Quay lại": Close{}, "KINGSTON": StartExport{"/media/chot/A"}, "USB không tên": nil}
	lists := func(label string, refresh Intent) map[string]Intent {
		return map[string]Intent{"Quay lại": Close{}, "Lấy từ USB": Open{FetchScreen}, label: refresh}
	}
	offers := func(more map[string]Intent) map[string]Intent {
		more["Quay lại"], more["KINGSTON"], more["USB không tên"] = Close{}, StartFetch{Offer: "/media/chot/A/repository"}, StartFetch{"/media/chot/B", true}
		return more
	}
	stopped := map[string]Intent{"English": SetLanguage{"en"}}
	sound := func(hear bool) map[string]Intent {
		m := map[string]Intent{"Quay lại": Close{}, "Tắt": SetSpoken{}, "Bật": SetSpoken{true},
			"To hơn": SetVolume{8}, "Nhỏ hơn": SetVolume{6}, "ĐƯỢC QUA": HearSound{scanner.Admit}, "KIỂM TRA": HearSound{scanner.Refer}, "DỪNG LẠI": HearSound{scanner.Refuse}}
		if !hear {
			m["To hơn"], m["Nhỏ hơn"], m["ĐƯỢC QUA"], m["KIỂM TRA"], m["DỪNG LẠI"] = SetVolume{1}, nil, nil, nil, nil
		}
		return m
	}
	worst := "Không ghi được lượt quét. Ghi ra giấy, kiểm tra từng người và gọi quản lý."
	admit := "ĐƯỢC QUA. Trong danh sách đến 31/12/2026"
	barrier := map[string]Intent{admit: Dismiss{}, "Vì sao?": Why{}, "Quét tiếp": Dismiss{}, "Mục đích": Open{PurposeScreen}}
	enrolling := map[string]Intent{"Quay lại": Close{}, "Quét mã khác": RetryEnrolment{}, "GIỐNG, ĐĂNG KÝ": ConfirmEnrolment{}}
	return map[string]map[string]Intent{
		"scan": foot(map[string]Intent{}), "scan-idle": foot(map[string]Intent{}), "scan-hint": foot(map[string]Intent{}),
		"scan-dark": foot(map[string]Intent{}), "scan-again": foot(map[string]Intent{}), "scan-reader": foot(map[string]Intent{}),
		"scan-lost":   foot(map[string]Intent{"Mất camera. Cắm lại dây camera.": Open{FaultsScreen}}),
		"scan-faults": foot(map[string]Intent{worst: Open{FaultsScreen}, "Mất máy quét. Cắm lại dây máy quét.": Open{FaultsScreen}}),
		"scan-asking": foot(map[string]Intent{"Mục đích: Không hỏi": Open{PurposeScreen}, "Xe: chưa nhập": Open{VehicleScreen}}),
		"scan-asked": foot(map[string]Intent{"Mục đích: Khám chữa bệnh": Open{PurposeScreen}, "Xe: 29A-123.45 · 3 người": Open{VehicleScreen},
			worst: Open{FaultsScreen}}),
		"admit": verdict(admit), "admit-watch": verdict(admit), "admit-awaited": barrier, "admit-turned": barrier, "admit-annulled": barrier,
		"refuse": verdict("DỪNG LẠI. Hết hạn 12/08/2026"), "refuse-message": verdict("DỪNG LẠI. Danh sách ghi: không cho qua"),
		"refer": verdict("KIỂM TRA. Tên, ngày sinh không khớp"), "refer-stranger": verdict("KIỂM TRA. Mã lạ, máy không nhận ra"),
		"why": why, "why-refer": why, "why-admit": why,
		"why-lists":         {"Quay lại": CloseWhy{}, "English": SetLanguage{"en"}, "Trang trước": nil, "Trang sau": TurnPage{1}},
		"why-lists-unheard": {"Quay lại": CloseWhy{}, "English": SetLanguage{"en"}, "Trang trước": nil, "Trang sau": TurnPage{1}},
		"why-lists-facts":   {"Quay lại": CloseWhy{}, "English": SetLanguage{"en"}, "Trang trước": TurnPage{-1}, "Trang sau": nil},
		"typed":             typed(SubmitTyped{}),
		"typed-empty": digitKeys(map[string]Intent{
			"Số giấy tờ": ChooseField{NumberField}, "Ngày sinh": ChooseField{BirthField}, "Quay lại": CloseTyped{}, "TRA CỨU": nil,
		}),
		"typed-doubted": digitKeys(map[string]Intent{
			"Số giấy tờ: 099 190 123 456": ChooseField{NumberField}, "Ngày sinh": ChooseField{BirthField}, "Quay lại": CloseTyped{}, "TRA CỨU": SubmitTyped{},
		}),
		"typed-birth": dated("15/01/1990", SubmitTyped{}), "typed-differs": dated("15/01/1985", SubmitTyped{}), "typed-impossible": dated("31/02/1990", nil),
		"first": {"Quét mã của trung tâm": Open{EnrolScreen}, "English": SetLanguage{"en"}},
		"more": {"Quay lại": Close{}, "Thêm": nil, "Các lượt vừa quét": Open{RecentScreen}, "Ca trực": Open{ShiftScreen}, "Lỗi": Open{FaultsScreen},
			"Màn hình": Open{DisplayScreen}},
		"purposes": {"Quay lại": Close{}, "Công vụ": SetPurpose{"public-duty"}, "Chở hàng": SetPurpose{"goods-transport"}, "Đi chợ": SetPurpose{"market-trip"},
			"Giao hàng": SetPurpose{"delivery"}, "Mua đồ thiết yếu": SetPurpose{"essential-shopping"}, "Khám chữa bệnh": SetPurpose{"medical-care"},
			"Tiêm chủng": SetPurpose{"vaccination"}, "Không hỏi": SetPurpose{}},
		"vehicle": vehicle, "vehicle-empty": vehicleEmpty,
		"recent": leafed(map[string]Intent{}), "recent-empty": back,
		"shift": {"Quay lại": Close{}, "Giao ca": Open{HandoverScreen}}, "shift-new": {"Quay lại": Close{}, "Giao ca": Open{HandoverScreen}},
		"handover": leafed(map[string]Intent{"GIAO CA": ConfirmHandover{}, "Phạm Thị Ước": ChooseOperator{"Phạm Thị Ước"}, "Đỗ Ẩn": ChooseOperator{"Đỗ Ẩn"},
			"Hoàng Văn Mẫu": ChooseOperator{"Hoàng Văn Mẫu"}, "Vũ Thị Ví Dụ": ChooseOperator{"Vũ Thị Ví Dụ"}}),
		"handover-done": {"Quay lại": Close{}, "GIAO CA": ConfirmHandover{}},
		"faults":        leafed(map[string]Intent{}), "faults-none": back,
		"display": {"Quay lại": Close{}, "Tiếng Việt": SetLanguage{"vi"}, "English": SetLanguage{"en"}, "Ban ngày": SetPreset{Day}, "Ban đêm": SetPreset{Night},
			"Nắng gắt": SetPreset{Sun}, "Thường": SetLarge{}, "To": SetLarge{true}},
		"pin": pin(SubmitTyped{}), "pin-wrong": pin(nil), "pin-locked": pin(nil), "pin-unset": pin(nil), "pin-operator": pin(nil),
		"menu": {"Đóng": Close{}, "Nguồn quét": Open{SourcesScreen}, "Danh sách, gửi": Open{ListsScreen}, "Chép ra USB": Open{ExportScreen}, "Sổ quét": Open{JournalScreen},
			"Lỗi": Open{FaultsScreen}, "Màn hình": Open{DisplayScreen}, "Âm thanh": Open{SoundScreen}, "Đăng ký": Open{EnrolScreen}},
		"sources": {"Quay lại": Close{}, "Thôi thử": ToggleTest{"Máy quét Honeywell"}}, "sources-none": back,
		"enrol": enrolling, "enrol-reading": back, "enrol-reader": back, "enrol-running": back, "enrol-done": {"BẮT ĐẦU QUÉT": Close{}},
		"enrol-failed": {"Quay lại": Close{}, "Quét mã khác": RetryEnrolment{}},
		"lists":        leafed(lists("Gửi và tải ngay", RefreshNow{})), "lists-missing": lists("Gửi và tải ngay", RefreshNow{}),
		"lists-none": lists("Đang liên lạc…", nil), "lists-plug": leafed(lists("Gửi và tải ngay", RefreshNow{})),
		"fetch": offers(map[string]Intent{"NHẠC ẢNH": nil}), "fetch-forged": leafed(offers(map[string]Intent{})), "fetch-others": leafed(offers(map[string]Intent{})), "fetch-receipts": back, "fetch-known": back,
		"fetch-none": back, "fetch-running": back, "fetch-done": leafed(map[string]Intent{}), "fetch-same": leafed(map[string]Intent{}), "fetch-gone": back,
		"stopped": stopped, "stopped-in-use": stopped, "stopped-damaged": stopped, "stopped-ended": stopped,
		"stopped-destroyed": {"English": SetLanguage{"en"}, "Chép ra USB": Open{ExportScreen}, "Đăng ký": Open{EnrolScreen}},
		"sound":             sound(true), "sound-silent": sound(false),
		"export": sticks, "export-full": sticks, "export-none": back, "export-running": back, "export-done": back,
		"journal": journal(StartCheck{}), "journal-done": journal(StartCheck{}), "journal-damaged": journal(StartCheck{}), "journal-running": journal(nil),
	}
}

// Every control of every screen wants what its word says, and no control is
// without a line in the table; a screen in another language has as many.
func TestEveryTap(t *testing.T) {
	all, seen := taps(t), 0
	d := newDesk(t, landscape, snapshot(ScanScreen)) // one for all: its letters are set already
	for _, st := range append(screenStages(t), stateStages(t)...) {
		if st.name == "sources-quiet" || st.name == "sources-absent" {
			continue // their controls have one name; see below
		}
		want, ok := all[st.name]
		if !ok {
			t.Errorf("the table has no taps for %s", st.name)
			continue
		}
		seen++
		d.show(st.snap)
		controls := d.controls()
		got := map[string]Intent{}
		for _, c := range controls {
			d.take()
			d.tapAt(middleOf(c, landscape))
			intents := d.take()
			switch {
			case len(intents) > 1:
				t.Errorf("%s: a tap on %q wants %#v", st.name, c.Label, intents)
			case len(intents) == 1:
				got[c.Label] = intents[0]
			default:
				got[c.Label] = nil
			}
			if c.Disabled && len(intents) > 0 {
				t.Errorf("%s: %q is out of reach and wants %#v", st.name, c.Label, intents)
			}
		}
		if !reflect.DeepEqual(got, want) {
			for label, in := range want {
				if have, ok := got[label]; !ok || !reflect.DeepEqual(have, in) {
					t.Errorf("%s: %q wants %#v, not %#v (there: %v)", st.name, label, have, in, ok)
				}
			}
			for label, in := range got {
				if _, ok := want[label]; !ok {
					t.Errorf("%s: the table lacks %q: %#v", st.name, label, in)
				}
			}
		}
		s := st.snap
		s.Language = "en"
		d.show(s)
		if n := len(d.controls()); n != len(controls) {
			t.Errorf("%s: %d controls in English, %d in Vietnamese", st.name, n, len(controls))
		}
	}
	if seen != len(all) {
		t.Errorf("%d of the table's %d screens were tapped", seen, len(all))
	}
}

// middleOf is where a finger lands; on a verdict's ground beside its buttons.
func middleOf(c input.SemanticDesc, size image.Point) image.Point {
	if c.Bounds.Size() == size {
		return image.Pt(size.X/4, size.Y/2)
	}
	return c.Bounds.Min.Add(c.Bounds.Size().Div(2))
}

func TestSourcesAreTriedOneByOne(t *testing.T) {
	s := full(SourcesScreen)
	for i := range s.Sources {
		s.Sources[i].Testing = false
	}
	s.Readings = nil
	d := newDesk(t, landscape, s)
	i := 0
	for _, c := range d.controls() {
		if c.Label != "Thử" {
			continue
		}
		if c.Description != "Thử. "+s.Sources[i].Name {
			t.Errorf("a screen reader is told to test %q, not %q", c.Description, s.Sources[i].Name)
		}
		d.tapAt(middleOf(c, landscape))
		want(t, d, ToggleTest{Source: s.Sources[i].Name})
		i++
	}
	if i != len(s.Sources) {
		t.Errorf("%d of %d sources can be tested", i, len(s.Sources))
	}
}

// Only a long press on the title leads to the supervisor; a tap, a finger that
// leaves and a short press do not.
func TestSupervisorGesture(t *testing.T) {
	d := newDesk(t, landscape, full(MoreScreen))
	at := d.node("Thêm").Bounds
	mid := at.Min.Add(at.Size().Div(2))
	pt := f32.Pt(float32(mid.X), float32(mid.Y))
	press := func(k pointer.Kind) {
		d.router.Queue(pointer.Event{Kind: k, Source: pointer.Touch, Position: pt})
		d.frame()
	}
	press(pointer.Press)
	if wake, ok := d.router.WakeupTime(); !ok || wake.After(d.now.Add(holdFor)) {
		t.Errorf("nobody looks when the finger has stayed: %v %v", wake, ok)
	}
	d.wait(holdFor - 1)
	d.frame()
	press(pointer.Release)
	d.wait(holdFor)
	d.frame()
	want(t, d)
	press(pointer.Press)
	d.wait(holdFor)
	d.frame()
	want(t, d, AskSupervisor{})
	d.wait(holdFor)
	d.frame()
	press(pointer.Release)
	want(t, d)
	if got := d.node("Thêm").Description; got != "Thêm. Quản lý: giữ 2 giây" {
		t.Errorf("a screen reader is told %q", got)
	}
}

// Lists turn over: the pages show different things and end where the list does.
func TestPagesTurn(t *testing.T) {
	s := full(FaultsScreen)
	d := newDesk(t, landscape, s)
	d.says("Dừng: Không ghi được lượt quét. Ghi ra giấy, kiểm tra từng người và gọi quản lý.", "Chú ý: Mất máy quét. Cắm lại dây máy quét. /dev/ttyUSB0", "Trang 1/2")
	d.snap.Page = 1
	d.frame()
	d.says("Ghi chú: Chưa nối được trung tâm. Cứ quét tiếp; máy tự gửi khi có mạng.", "Trang 2/2")
	if !d.node("Trang sau").Disabled || d.node("Trang trước").Disabled {
		t.Error("the last page leads on")
	}
	d.snap.Page = 99 // the list has become shorter
	d.frame()
	d.says("Trang 2/2")
}

// Every screen can be used by ear: each control and each text has words, every
// control says what it is, and one of several says whether it is chosen.
func TestEveryScreenIsTold(t *testing.T) {
	d := newDesk(t, landscape, snapshot(ScanScreen))
	stages := append(screenStages(t), stateStages(t)...)
	for _, l := range assets.Languages() {
		for _, st := range stages {
			s := st.snap
			s.Language = l
			d.show(s)
			controls, texts, chosen, radios := 0, 0, 0, 0
			var walk func([]input.SemanticNode)
			walk = func(nodes []input.SemanticNode) {
				for _, n := range nodes {
					if strings.ContainsAny(n.Desc.Label+n.Desc.Description, "{}") {
						t.Errorf("%s %s: an argument is left over in %q", l, st.name, n.Desc.Label)
					}
					switch n.Desc.Class {
					case semantic.Button, semantic.RadioButton:
						controls++
						if n.Desc.Label == "" {
							t.Errorf("%s %s: a control at %v has no words", l, st.name, n.Desc.Bounds)
						}
						if n.Desc.Class == semantic.RadioButton {
							radios++
						}
						if n.Desc.Selected {
							chosen++
						}
					default:
						if n.Desc.Label != "" {
							texts++
						}
					}
					walk(n.Children)
				}
			}
			walk(d.router.AppendSemantics(nil)[:1])
			if controls == 0 || texts == 0 && st.name != "more" {
				t.Errorf("%s %s: %d controls and %d texts are told", l, st.name, controls, texts)
			}
			if radios > 0 && chosen == 0 && st.name != "handover" {
				t.Errorf("%s %s: none of %d choices is told as chosen", l, st.name, radios)
			}
		}
	}
}

// A verdict's words reach a screen reader in one piece: outcome and reason.
func TestVerdictIsToldFirst(t *testing.T) {
	for _, v := range []*VerdictView{admitted(), refused(), referred()} {
		d := newDesk(t, landscape, withVerdict(VerdictScreen, v))
		w := words{Strings: d.screens.languages["vi"], zone: scanner.ICT}
		said := w.outcome(v.Verdict.Outcome) + ". " + w.line(*v)
		if labels := d.labels(); len(labels) == 0 || labels[0] != said {
			t.Errorf("first told is %q, not %q", labels, said)
		}
	}
}
