package ui

import (
	"image"
	"testing"

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
	m.SetTorch(TorchOff)
	do(m, noon, SetTorch{On: true})
	if all := ordered[Torch](m); len(all) != 1 || !all[0].On || m.Snapshot(noon).Torch != TorchOn {
		t.Errorf("ordered %+v", all)
	}
	m.SetTorch(TorchOff) // too hot
	if m.Snapshot(noon).Torch != TorchOff {
		t.Error("the lamp is shown as on")
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
