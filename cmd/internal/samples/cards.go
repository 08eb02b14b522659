package main

import (
	"image/color"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// The cards resemble what people hold up, not any real document: layout, colours
// and wording are invented, and each says that it is a sample.

var (
	black = rgb(0x1A1A1E)
	white = rgb(0xFFFFFF)
	grey  = rgb(0x5A5F66)
	red   = rgb(0xB3202C)
)

const (
	cardWidth, cardHeight = 85.6, 54.0 // ISO/IEC 7810 ID-1
)

type field struct{ label, value string }

func (c *canvas) fields(x, y, step, size float64, list ...field) {
	for _, f := range list {
		c.text(x, y, size*0.72, false, grey, f.label)
		c.text(x, y+size*1.15, size, true, black, f.value)
		y += step
	}
}

// chipCard is the front of the chip card of 2021: the symbol stands top right.
func chipCard(f *fonts, p person, message string) (*canvas, error) {
	c := newCanvas(f, cardWidth, cardHeight, white)
	c.shade(rgb(0xCFE6E4), rgb(0xF0E3C4), rgb(0x8FC1B8))
	c.text(20, 6, 2.6, true, red, "THẺ CĂN CƯỚC MẪU")
	c.text(20, 9.4, 1.9, false, grey, "Sample identity card · not a document")
	c.ellipse(9, 9, 5.5, 5.5, rgb(0xC9A227), 0.9)
	c.ellipse(9, 9, 4.4, 4.4, rgb(0xB3202C), 0.9)
	c.text(5.9, 10, 2.3, true, white, "MẪU")
	c.portrait(4, 18, 19, 26, p)
	c.text(26, 19.5, 1.8, false, grey, "Số / No.")
	c.text(26, 24.2, 4, true, red, p.number)
	c.fields(26, 28, 6, 2.4,
		field{"Họ và tên / Full name", p.name},
		field{"Ngày sinh / Date of birth", p.birth("dd/mm/yyyy") + "     " + p.sex()})
	c.text(26, 41, 1.75, false, grey, "Nơi thường trú / Residence")
	c.text(26, 43.6, 1.9, false, black, p.address)
	c.text(4, 50.5, 1.8, false, grey, "Dùng để thử máy quét. For testing scanners only.")
	c.stamp(61, 37.5, 3, -14)
	return c, c.symbol(58, 1.5, 25.5, decoder.ErrorCorrectionLevel_M, message, black, rgb(0xF4F4F0))
}

// cardBack is the back of the card of July 2024: symbol and chip.
func cardBack(f *fonts, p person, message string) (*canvas, error) {
	c := newCanvas(f, cardWidth, cardHeight, white)
	c.shade(rgb(0xF2E6CF), rgb(0xCDE3EA), rgb(0xC9B78E))
	c.text(4, 6, 2.2, true, red, "CĂN CƯỚC MẪU · SAMPLE BACK")
	c.fields(4, 11, 6.4, 2,
		field{"Nơi cư trú / Place of residence", clip(p.address, 38)},
		field{"Ngày cấp / Date of issue", p.issued[:2] + "/" + p.issued[2:4] + "/" + p.issued[4:]})
	c.fill(8, 25, 12, 10, rgb(0xC9A94F))
	c.frame(8, 25, 12, 10, 0.3, rgb(0x7A6426))
	for _, x := range []float64{11.8, 15.8} {
		c.fill(x, 25, 0.3, 10, rgb(0x7A6426))
	}
	c.fill(8, 29.8, 12, 0.3, rgb(0x7A6426))
	for i, line := range []string{"SAMPLE<<" + p.number[6:] + "<<<<<<<<<<<<<<<<", "MAU<<THU<MAY<QUET<<<<<<<<<<<<<", "NOT<A<DOCUMENT<<<<<<<<<<<<<<<<"} {
		c.text(4, 41.5+4.2*float64(i), 3.1, false, black, line)
	}
	c.stamp(37, 30, 3.1, -12)
	return c, c.symbol(55.5, 3, 27, decoder.ErrorCorrectionLevel_M, message, black, rgb(0xF6F4EE))
}

// insuranceCard is laminated paper with a dense symbol.
func insuranceCard(f *fonts, p person, number, message string) (*canvas, error) {
	c := newCanvas(f, cardWidth, cardHeight, white)
	c.shade(rgb(0xEAF4FB), rgb(0xDDEBF6), rgb(0xBAD4E8))
	c.fill(0, 0, cardWidth, 9.5, rgb(0x2C6FA6))
	c.text(4, 6.4, 3.4, true, white, "THẺ BẢO HIỂM MẪU")
	c.text(49, 6.2, 2.2, false, white, "sample card, not valid")
	c.text(4, 15.5, 1.8, false, grey, "Mã số / No.")
	c.text(4, 20, 3.2, true, red, number)
	c.fields(4, 24, 6.2, 2.2,
		field{"Họ và tên", p.name},
		field{"Ngày sinh", p.birth("dd/mm/yyyy") + "    " + p.sex()},
		field{"Nơi đăng ký KCB ban đầu", "Trạm y tế Phường Thử"})
	c.text(4, 44, 1.8, false, grey, "Giá trị: từ 01/02/2021")
	c.text(4, 51, 1.7, false, grey, "Thẻ mẫu để thử máy quét, không có giá trị sử dụng.")
	c.stamp(33, 16.5, 2.1, -8)
	return c, c.symbol(46.5, 11.5, 37.5, decoder.ErrorCorrectionLevel_L, message, black, white)
}

// paperPass is a pass printed on office paper, A6.
func paperPass(f *fonts, title, code string, lines []field, message string) (*canvas, error) {
	c := newCanvas(f, 105, 132, rgb(0xF6F5F0))
	c.frame(3, 3, 99, 126, 0.5, grey)
	c.text(8, 14, 6, true, black, title)
	c.text(8, 20.5, 3.3, false, grey, code)
	c.fields(8, 26, 9, 3.6, lines...)
	c.stamp(80, 36, 4, -18)
	return c, c.symbol(16, 52, 73, decoder.ErrorCorrectionLevel_M, message, black, rgb(0xF6F5F0))
}

// plasticPass is a staff badge.
func plasticPass(f *fonts, title string, lines []field, message string) (*canvas, error) {
	c := newCanvas(f, cardWidth, cardHeight, rgb(0xFBFBF8))
	c.fill(0, 0, cardWidth, 8, rgb(0x1F7A4D))
	c.text(3, 5.7, 3.3, true, white, title)
	c.fields(3, 13, 8.4, 2.9, lines...)
	c.text(3, 51.5, 1.8, false, grey, "Thẻ mẫu / sample pass")
	c.stamp(19, 42, 2.6, -10)
	return c, c.symbol(39, 8.5, 45, decoder.ErrorCorrectionLevel_L, message, black, white)
}

// phone shows a screen; what glows is whiter than any paper.
func phone(f *fonts, bar color.RGBA, title string, lines []field, level decoder.ErrorCorrectionLevel, message string) (*canvas, error) {
	c := newCanvas(f, 72, 118, rgb(0x15161A))
	c.fill(3, 5, 66, 113, rgb(0xFDFEFF))
	c.fill(3, 5, 66, 5, bar)
	c.text(6, 8.8, 2.6, false, white, "09:41")
	c.text(50, 8.8, 2.4, false, white, "4G  86%")
	c.fill(3, 10, 66, 11, bar)
	c.text(7, 17.5, 4.2, true, white, title)
	if err := c.symbol(6, 23, 60, level, message, rgb(0x050507), rgb(0xFDFEFF)); err != nil {
		return nil, err
	}
	c.fields(8, 88, 9, 3.2, lines...)
	c.stamp(53, 103, 2.5, -12)
	return c, nil
}

// poster is a sheet with a large symbol: a menu, a place, a vehicle.
func poster(f *fonts, w, h float64, band color.RGBA, title, below string, message string) (*canvas, error) {
	c := newCanvas(f, w, h, rgb(0xFAF8F2))
	c.fill(0, 0, w, 15, band)
	c.text(5, 10.5, 6.4, true, white, title)
	c.text(5, h-6, 4, false, black, below)
	c.stamp(w-24, h-17, 3.2, -10)
	side := min(w-8, h-40)
	return c, c.symbol((w-side)/2, 18, side, decoder.ErrorCorrectionLevel_M, message, black, rgb(0xFAF8F2))
}

// sheet is paper without any symbol.
func sheet(f *fonts, w, h float64, title string) *canvas {
	c := newCanvas(f, w, h, rgb(0xF3F2EC))
	c.text(6, 12, 5, true, black, title)
	for y := 20.0; y < h-8; y += 6 {
		c.text(6, y, 2.9, false, grey, "Ca sáng: kiểm tra giấy tờ, ghi sổ, bàn giao. MẪU / SAMPLE")
	}
	for _, x := range []float64{4, w * 0.62, w * 0.8, w - 4} {
		c.fill(x, 15, 0.3, h-22, grey)
	}
	return c
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
