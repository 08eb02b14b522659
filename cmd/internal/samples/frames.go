package main

import (
	"strings"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

func masked(number string) string {
	r := []rune(number)
	keep := min(len(r)-6, len(r))
	if keep < 3 {
		keep = 3
	}
	return strings.Repeat("•", len(r)-keep) + string(r[len(r)-keep:])
}

func expect(outcome, reason, scheme, number string) []expectation {
	return []expectation{{outcome, reason, scheme, masked(number)}}
}

func of(outcome, reason, scheme, who string) []expectation {
	return expect(outcome, reason, scheme, people[who].number)
}

// scenes lists the sample frames in the order in which they are shown.
func scenes() []scene {
	dim := webcam.but(func(l *lens) { l.noise, l.blur, l.cast = 3.2, 1.05, [3]float64{1.08, 1, 0.86} })
	cold := webcam.but(func(l *lens) { l.cast = [3]float64{0.94, 1, 1.06} })
	mono := webcam.but(func(l *lens) { l.grey = true })
	soft := webcam.but(func(l *lens) { l.blur, l.sharpen = 1.25, 0.6 })
	list := []scene{
		{name: "cccd-admit", behind: booth, lens: webcam, expect: of("admit", "listed", "cccd", "viDu"),
			cards: []held{{front("viDu"), pose{x: 630, y: 365, scale: 11, turn: -3, tiltX: 6, tiltY: -8}, indoors, fromLeft}}},
		{name: "cccd-turned", behind: booth, lens: cold, expect: of("admit", "listed", "cccd", "mau"),
			cards: []held{{front("mau"), pose{x: 610, y: 380, scale: 10.8, turn: 21, tiltX: -8, tiltY: 6}, indoors.glare(-20, 12, 16, 120), fromLeft}}},
		{name: "cccd-refuse", behind: street, lens: webcam, expect: of("refuse", "listed-refuse", "cccd", "thu"),
			cards: []held{{front("thu"), pose{x: 640, y: 370, scale: 11.5, turn: 6, tiltX: 10, tiltY: 10}, indoors, fromLeft}}},
		{name: "cccd-watch", behind: booth, lens: mono, expect: of("admit", "listed", "cccd", "giaDinh"),
			cards: []held{{front("giaDinh"), pose{x: 600, y: 350, scale: 11.2, turn: -9, tiltX: -6, tiltY: -12}, indoors, fromLeft}}},
		{name: "cccd-refer", behind: night, lens: dim, expect: of("refer", "listed-refer", "cccd", "minhHoa"),
			cards: []held{{front("minhHoa"), pose{x: 640, y: 375, scale: 12, turn: 4, tiltX: 5, tiltY: 9}, light{level: 0.72, slope: -0.2, corner: 3.2}, fromLeft}}},
		{name: "cccd-absent", behind: desk, lens: webcam, expect: of("refer", "absent", "cccd", "vangMat"),
			cards: []held{{front("vangMat"), pose{x: 650, y: 350, scale: 11, turn: 12, tiltX: 14, tiltY: -3}, indoors.glare(-25, -12, 12, 150), noHand}}},
		{name: "cccd-details-differ", behind: booth, lens: soft, expect: of("refer", "details-differ", "cccd", "khacTen"),
			cards: []held{{front("khacTen"), pose{x: 640, y: 370, scale: 12.4, turn: -5, tiltX: 3, tiltY: 7}, indoors, fromLeft}}},
		{name: "cccd-listing-over", behind: street, lens: cold, expect: of("refuse", "listing-over", "cccd", "hetHan"),
			cards: []held{{front("hetHan"), pose{x: 590, y: 360, scale: 11.6, turn: 2, tiltX: -12, tiltY: -9}, indoors, fromLeft}}},
		{name: "cancuoc-admit", behind: booth, lens: webcam, expect: of("admit", "listed", "cccd", "thiNghiem"),
			cards: []held{{back("thiNghiem", emptyTail...), pose{x: 630, y: 360, scale: 11, turn: 3, tiltX: 8, tiltY: 8}, indoors.glare(-18, 15, 14, 140), fromLeft}}},
		{name: "cancuoc-sideways", behind: desk, lens: webcam, expect: of("admit", "listed", "cccd", "kiemThu"),
			cards: []held{{back("kiemThu", emptyTail...), pose{x: 640, y: 285, scale: 10.2, turn: 94, tiltX: 6, tiltY: 5}, indoors, noHand}}},
		{name: "cancuoc-child", behind: booth, lens: mono, expect: of("admit", "listed", "cccd", "be"),
			cards: []held{{back("be", "", "001099000001", "Nguyễn Văn Cha", "Trần Thị Mẹ"), pose{x: 600, y: 365, scale: 11.8, turn: -7, tiltX: -5, tiltY: -6}, indoors, fromLeft}}},
		{name: "bhyt-new", behind: booth, lens: webcam, expect: expect("admit", "listed", "bhyt", people["viDu"].insurance),
			cards: []held{{insurance("viDu", func(p person) string { return p.insurance }, person.bhytNew), pose{x: 630, y: 365, scale: 11.4, turn: -2, tiltX: 5, tiltY: -6}, indoors, fromLeft}}},
		{name: "bhyt-old-lapsed", behind: desk, lens: cold, expect: expect("refer", "card-lapsed", "bhyt", people["mau"].insurance),
			cards: []held{{insurance("mau", func(p person) string { return "DN448" + p.insurance }, person.bhytOld), pose{x: 640, y: 350, scale: 11.8, turn: 5, tiltX: 7, tiltY: 4}, indoors, noHand}}},
		{name: "bhyt-cut-short", behind: booth, lens: webcam, expect: []expectation{{"refer", "malformed", "bhyt", ""}},
			cards: []held{{insurance("viDu", func(p person) string { return p.insurance }, func(p person) string { return strings.TrimSuffix(p.bhytNew(), "|$") }), pose{x: 620, y: 365, scale: 11.5, turn: 7, tiltX: -6, tiltY: 7}, indoors, fromLeft}}},
		{name: "qrqg-paper", behind: street, lens: webcam, expect: of("admit", "listed", "qrqg", "banSao"),
			cards: []held{{qrqgPaper("banSao"), pose{x: 640, y: 330, scale: 5.6, turn: -8, tiltX: 18, tiltY: 12}, paperLight, fromLeft}}},
		{name: "qrqg-phone", behind: night, lens: dim, expect: of("admit", "listed", "qrqg", "thuMay"),
			cards: []held{{qrqgPhone("thuMay"), pose{x: 650, y: 395, scale: 6.3, turn: 5, tiltX: -9, tiltY: -8}, screenLight, fromBelow}}},
		{name: "pass-valid", behind: booth, lens: webcam, expect: of("admit", "listed", "claim169", "hopLe"),
			cards: []held{{signed(passValid, "hopLe", "01/01/2036", onPaper), pose{x: 640, y: 300, scale: 6, turn: 4, tiltX: 10, tiltY: -8}, paperLight, fromBelow}}},
		{name: "pass-valid-phone", behind: booth, lens: soft, expect: of("admit", "listed", "claim169", "thongHanh"),
			cards: []held{{signed(passValid, "thongHanh", "01/01/2036", onPhone), pose{x: 640, y: 400, scale: 7, turn: -6, tiltX: 6, tiltY: 9}, screenLight.glare(24, -40, 14, 90), fromBelow}}},
		{name: "pass-valid-unlisted", behind: desk, lens: webcam, expect: of("admit", "valid-pass", "claim169", "quaCua"),
			cards: []held{{signed(passValid, "quaCua", "01/01/2036", onBadge), pose{x: 640, y: 350, scale: 11.2, turn: 14, tiltX: 9, tiltY: 6}, indoors.glare(-30, 10, 14, 130), noHand}}},
		{name: "pass-expired", behind: street, lens: webcam, expect: of("refuse", "expired", "claim169", "quaHan"),
			cards: []held{{signed(passExpired, "quaHan", "01/01/2026", onPaper), pose{x: 620, y: 310, scale: 5.8, turn: -12, tiltX: -14, tiltY: 6}, paperLight, fromBelow}}},
		{name: "pass-forged", behind: booth, lens: cold, expect: of("refuse", "forged", "claim169", "nghiVan"),
			cards: []held{{signed(passForged, "nghiVan", "01/01/2036", onBadge), pose{x: 620, y: 365, scale: 11, turn: -4, tiltX: 6, tiltY: -9}, indoors, fromLeft}}},
		{name: "pass-revoked", behind: booth, lens: webcam, expect: of("refuse", "revoked", "claim169", "thuHoi"),
			cards: []held{{signed(passRevoked, "thuHoi", "01/01/2036", onBadge), pose{x: 630, y: 360, scale: 11.4, turn: 8, tiltX: -7, tiltY: 10}, indoors.glare(-28, -14, 15, 120), fromLeft}}},
		{name: "pass-not-yet-valid", behind: desk, lens: mono, expect: of("refuse", "not-yet-valid", "claim169", "chuaDen"),
			cards: []held{{signed(passNotYet, "chuaDen", "01/01/2036", onPaper), pose{x: 640, y: 320, scale: 6, turn: 17, tiltX: 12, tiltY: 5}, paperLight, noHand}}},
		{name: "pass-unknown-issuer", behind: night, lens: dim, expect: of("refer", "unknown-issuer", "claim169", "noiKhac"),
			cards: []held{{signed(passForeign, "noiKhac", "01/01/2036", onPhone), pose{x: 630, y: 400, scale: 7.2, turn: 3, tiltX: -5, tiltY: 6}, screenLight, fromBelow}}},
		{name: "vehicle-green-lane", behind: street, lens: webcam, expect: []expectation{{"refer", "absent", "greenlane", masked(greenLaneToken)}},
			cards: []held{{vehiclePaper("LUỒNG XANH (MẪU)", "https://vantai.drvn.gov.vn/tokhaiyteQR?token="+greenLaneToken), pose{x: 640, y: 370, scale: 4.6, turn: -3, tiltX: 22, tiltY: -10}, paperLight.glare(60, -40, 50, 130), noHand}}},
		{name: "vehicle-tkvt", behind: street, lens: cold, expect: []expectation{{"admit", "listed", "tkvt", masked(transportNumber)}},
			cards: []held{{vehiclePaper("TỜ KHAI VẬN TẢI (MẪU)", "TKVT_"+transportNumber), pose{x: 620, y: 360, scale: 4.2, turn: 9, tiltX: -16, tiltY: 14}, paperLight, fromRight}}},
		{name: "menu", behind: desk, lens: webcam, expect: []expectation{{"refer", "not-recognised", "unrecognised", ""}},
			cards: []held{{sign(100, 130, 0x8C2F1B, "Quán Phở Mẫu", "Bàn 12 · quét để gọi món", "https://menu.example.vn/quan-pho-mau/ban/12"), pose{x: 640, y: 350, scale: 5.4, turn: -7, tiltX: 25, tiltY: 4}, paperLight, noHand}}},
		{name: "place", behind: booth, lens: webcam, expect: []expectation{{"refer", "not-personal", "place", ""}},
			cards: []held{{sign(120, 140, 0x1D4E89, "ĐIỂM ĐẾN (MẪU)", "Chợ Ví Dụ, cổng số 2", "https://qr.tokhaiyte.vn/MAU-0002"), pose{x: 660, y: 345, scale: 5, turn: 2, tiltX: -6, tiltY: 24}, paperLight, noHand}}},
		{name: "two-codes", behind: desk, lens: webcam,
			expect: append(of("admit", "listed", "cccd", "haiMa"), of("admit", "listed", "claim169", "haiMa")...),
			cards: []held{
				{signed(passValid, "haiMa", "01/01/2036", onPaper), pose{x: 235, y: 300, scale: 5, turn: -4, tiltX: 6, tiltY: 3}, paperLight, noHand},
				{front("haiMa"), pose{x: 880, y: 400, scale: 9, turn: 5, tiltX: 5, tiltY: -4}, indoors, fromRight},
			}},
		{name: "nothing", behind: booth, lens: webcam},
		{name: "papers-without-code", behind: desk, lens: cold,
			cards: []held{{func(s *studio) (*canvas, error) { return sheet(s.fonts, 148, 105, "SỔ TRỰC CHỐT (MẪU)"), nil }, pose{x: 600, y: 360, scale: 6, turn: -10, tiltX: 20, tiltY: -6}, paperLight, fromRight}}},
		{name: "blurred", behind: booth, expect: of("admit", "listed", "cccd", "mau"),
			lens:  webcam.but(func(l *lens) { l.blur, l.smear, l.heading, l.sharpen = 2.6, 7, 20, 0.2 }),
			cards: []held{{front("mau"), pose{x: 660, y: 350, scale: 10, turn: -11, tiltX: 9, tiltY: 12}, indoors, fromLeft}}},
		{name: "cccd-again", behind: booth, lens: cold, expect: of("admit", "listed", "cccd", "viDu"),
			cards: []held{{front("viDu"), pose{x: 600, y: 370, scale: 11.4, turn: 5, tiltX: -5, tiltY: 9}, indoors, fromLeft}}},
	}
	for i := range list {
		list[i].seed = uint64(i + 1)
	}
	return list
}

func qrqgPaper(who string) func(*studio) (*canvas, error) {
	return func(s *studio) (*canvas, error) {
		p := people[who]
		return paperPass(s.fonts, "MÃ QR CÁ NHÂN MẪU", "Sample personal code", about(p, "—"), p.qrqg("162979388586100002"))
	}
}

func qrqgPhone(who string) func(*studio) (*canvas, error) {
	return func(s *studio) (*canvas, error) {
		p := people[who]
		return phone(s.fonts, rgb(0x1565C0), "Mã QR cá nhân (mẫu)", about(p, "—"), decoder.ErrorCorrectionLevel_M, p.qrqg("162979388586100003"))
	}
}

func vehiclePaper(title, message string) func(*studio) (*canvas, error) {
	return sign(148, 135, 0x1B7F3B, title, "Xe 29C-000.00 · Hà Nội – Hải Phòng", message)
}

func sign(w, h float64, band uint32, title, below, message string) func(*studio) (*canvas, error) {
	return func(s *studio) (*canvas, error) { return poster(s.fonts, w, h, rgb(band), title, below, message) }
}
