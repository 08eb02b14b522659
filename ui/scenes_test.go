package ui

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/qr"
)

// The moment all scenes are set in, and people nobody is.
var noon = time.Date(2026, 8, 14, 9, 41, 27, 0, scanner.ICT)

func admitted() *VerdictView {
	return &VerdictView{
		Verdict: scanner.Verdict{Outcome: scanner.Admit, Reason: scanner.Listed, List: "Khu công nghiệp Ví Dụ", Version: 214, Issuer: "",
			Limit: time.Date(2026, 12, 31, 0, 0, 0, 0, scanner.ICT)},
		Scheme: credential.CCCD, MaskedID: "••••••123456", Name: "NGUYỄN THỊ VÍ DỤ", Birth: "1990-01-15",
		At: noon, ID: 41207, Kept: true,
	}
}

func refused() *VerdictView {
	return &VerdictView{
		Verdict: scanner.Verdict{Outcome: scanner.Refuse, Reason: scanner.Expired, List: "Khu công nghiệp Ví Dụ", Version: 214,
			Issuer: "Sở Y tế Ví Dụ", Limit: time.Date(2026, 8, 12, 0, 0, 0, 0, scanner.ICT)},
		Scheme: credential.Claim169, MaskedID: "••••••654321", Name: "TRẦN VĂN MẪU", Birth: "1985",
		At: noon, ID: 41208, Kept: true,
	}
}

func referred() *VerdictView {
	return &VerdictView{
		Verdict: scanner.Verdict{Outcome: scanner.Refer, Reason: scanner.DetailsDiffer, List: "Khu công nghiệp Ví Dụ", Version: 214},
		Scheme:  credential.CCCD, MaskedID: "••••••777001", Name: "LÊ ẨN ỄNH ƯỚC", Birth: "2001-11-30",
		Direction: scanner.Out, At: noon, ID: 41209, Kept: true,
	}
}

// consulted is a verdict of four lists: one stops, one admits, one is too old
// and one is done without.
func consulted() *VerdictView {
	v := refused()
	v.Scheme, v.Verdict.Issuer = credential.CCCD, ""
	v.Verdict.Reason, v.Verdict.Limit = scanner.ListedRefuse, time.Time{}
	v.Verdict.Message = "Mời về phòng bảo vệ, gọi số nội bộ 123"
	v.Verdict.List, v.Verdict.Authority, v.Verdict.Version = "so-y-te/han-che", "Sở Y tế Ví Dụ", 31
	v.Verdict.Opinions = []scanner.Opinion{
		{List: "so-y-te/han-che", Version: 31, State: scanner.Asked, Named: true, Outcome: scanner.Refuse, Reason: scanner.ListedRefuse},
		{List: "kcn-vi-du/lao-dong", Version: 214, State: scanner.Asked, Named: true, Outcome: scanner.Admit, Reason: scanner.Listed},
		{List: "so-giao-thong/luong-xanh", Version: 7, State: scanner.TooOld, Outcome: scanner.Refer, Reason: scanner.ListExpired},
		{List: "phuong-vi-du/cu-tru", State: scanner.NoList, Optional: true, Outcome: scanner.Refer, Reason: scanner.ListMissing},
	}
	v.Confirmed = []time.Time{noon.Add(-31 * time.Hour), noon.Add(-2 * time.Hour), noon.Add(-12 * 24 * time.Hour), {}}
	return v
}

// snapshot is a quiet morning at gate A.
func snapshot(screen Screen) Snapshot {
	return Snapshot{
		Language: "vi", Screen: screen, Checkpoint: "Cổng A", Lane: "2", Unsent: 3, Now: noon,
		List:  ListAge{State: ListFresh, Age: 2*time.Hour + 10*time.Minute, Name: "Khu công nghiệp Ví Dụ", Version: 214},
		Setup: "chotctl enrol cong-a.chot",
	}
}

func withVerdict(screen Screen, v *VerdictView) Snapshot {
	s := snapshot(screen)
	s.Verdict = v
	return s
}

func withTyped(text string) Snapshot {
	s := snapshot(TypedScreen)
	s.Typing = Typing{Text: text, Number: CheckNumber(text)}
	return s
}

// photographs are the two frames there are, made once.
var photographs = map[bool]Picture{}

// camera is a frame as a cheap webcam would take it, with a card held up in
// front of a wall or nothing in front of it; corners are those of the card's code.
func camera(t testing.TB, card bool) Picture {
	t.Helper()
	if p, ok := photographs[card]; ok {
		return p
	}
	const w, h = 1280, 720
	frame := image.NewGray(image.Rect(0, 0, w, h))
	rnd := rand.New(rand.NewPCG(1, 2))
	at := func(x, y float64) float64 {
		return 96 + 40*math.Sin(x/210)*math.Cos(y/160) + 26*math.Sin((x+2*y)/73)
	}
	// The card, turned a little: u along its width, v along its height.
	const cx, cy, cw, ch, turn = 690.0, 300.0, 620.0, 390.0, -0.10
	sin, cos := math.Sincos(turn)
	const modules, qx, qy, qs = 37, 372.0, 70.0, 205.0
	cells := make([]bool, modules*modules)
	for i := range cells {
		cells[i] = rnd.IntN(2) == 0
	}
	finder := func(mx, my int) {
		for y := -1; y < 8; y++ {
			for x := -1; x < 8; x++ {
				if px, py := mx+x, my+y; px >= 0 && py >= 0 && px < modules && py < modules {
					ring := max(abs(x-3), abs(y-3))
					cells[py*modules+px] = ring != 2 && ring <= 3
				}
			}
		}
	}
	finder(0, 0)
	finder(modules-7, 0)
	finder(0, modules-7)
	for y := range h {
		for x := range w {
			fx, fy := float64(x), float64(y)
			v := at(fx, fy)
			u := (fx-cx)*cos + (fy-cy)*sin + cw/2
			w := -(fx-cx)*sin + (fy-cy)*cos + ch/2
			if card && u >= 0 && w >= 0 && u < cw && w < ch {
				v = 205 - 20*u/cw
				if u > 40 && u < 170 && w > 95 && w < 270 {
					v = 120 + 30*math.Sin(u/9)*math.Sin(w/13)
				}
				for line := range 5 {
					if y0 := 100 + 38*float64(line); w > y0 && w < y0+11 && u > 195 && u < 345-20*float64(line%3) {
						v = 70
					}
				}
				if w > 30 && w < 52 && u > 60 && u < 330 {
					v = 84
				}
				if mx, my := (u-qx)/qs*modules, (w-qy)/qs*modules; mx >= -2 && my >= -2 && mx < modules+2 && my < modules+2 {
					v = 222
					if ix, iy := int(math.Floor(mx)), int(math.Floor(my)); ix >= 0 && iy >= 0 && ix < modules && iy < modules && cells[iy*modules+ix] {
						v = 42
					}
				}
			}
			frame.Pix[y*frame.Stride+x] = uint8(max(0, min(255, v))) &^ 3 // few levels: the pictures stay small
		}
	}
	point := func(u, w float64) qr.Point {
		u, w = u-cw/2, w-ch/2
		return qr.Point{X: float32(cx + u*cos - w*sin), Y: float32(cy + u*sin + w*cos)}
	}
	var p Preview
	if !p.Put(frame, [][4]qr.Point{{point(qx, qy), point(qx+qs, qy), point(qx+qs, qy+qs), point(qx, qy+qs)}}) {
		t.Fatal("the frame was not taken")
	}
	photographs[card] = p.Take()
	return photographs[card]
}

func abs(n int) int { return max(n, -n) }

func withCamera(t testing.TB, s Snapshot, found bool) Snapshot {
	s.Preview = camera(t, found)
	if !found {
		s.Preview.Corners = nil
	}
	return s
}
