package qr

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

const (
	levelL = decoder.ErrorCorrectionLevel_L
	levelM = decoder.ErrorCorrectionLevel_M
	levelQ = decoder.ErrorCorrectionLevel_Q
	levelH = decoder.ErrorCorrectionLevel_H
)

// one decodes a still that holds one symbol.
func one(t *testing.T, frame *image.Gray) Symbol {
	t.Helper()
	symbols := NewDecoder().Decode(frame, 0)
	if len(symbols) != 1 {
		t.Fatalf("%d symbols, want 1", len(symbols))
	}
	if symbols[0].Err != nil {
		t.Fatal(symbols[0].Err)
	}
	return symbols[0]
}

func wantCorners(t *testing.T, have [4]Point, within float64, want ...[2]float64) {
	t.Helper()
	for i, w := range want {
		if d := math.Hypot(float64(have[i].X)-w[0], float64(have[i].Y)-w[1]); d > within {
			t.Errorf("corner %d at (%.2f, %.2f), want (%.2f, %.2f)", i, have[i].X, have[i].Y, w[0], w[1])
		}
	}
}

func TestVersions(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	levels := []decoder.ErrorCorrectionLevel{levelL, levelM, levelQ, levelH}
	for version := 1; version <= 40; version++ {
		level := levels[version%4]
		mask := version % 8
		v, err := decoder.Version_GetVersionForNumber(version)
		if err != nil {
			t.Fatal(err)
		}
		blocks := v.GetECBlocksForLevel(level)
		room := v.GetTotalCodewords() - blocks.GetTotalECCodewords() - 3
		message := make([]byte, room)
		for i := range message {
			message[i] = byte(' ' + rng.IntN(95))
		}
		message[0] = 'a' // byte mode
		p := encode(t, string(message), level, map[gozxing.EncodeHintType]any{
			gozxing.EncodeHintType_QR_VERSION: version, gozxing.EncodeHintType_QR_MASK_PATTERN: mask,
		})
		s := one(t, framed(p, 4))
		if string(s.Bytes) != string(message) || s.Text() != string(message) {
			t.Errorf("version %d: another message", version)
		}
		if s.Version != version || s.ECC != level.String() || s.Mirrored || s.Inverted || s.Append != nil {
			t.Errorf("version %d: %d-%s, mirrored %v, inverted %v", version, s.Version, s.ECC, s.Mirrored, s.Inverted)
		}
		a, b := 16.0, 16.0+4*float64(len(p))
		wantCorners(t, s.Corners, 1.5, [2]float64{a, a}, [2]float64{b, a}, [2]float64{b, b}, [2]float64{a, b})
	}
}

func TestLevelsAndMasks(t *testing.T) {
	for _, level := range []decoder.ErrorCorrectionLevel{levelL, levelM, levelQ, levelH} {
		for mask := range 8 {
			p := encode(t, "CHOT 12345", level, map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_QR_MASK_PATTERN: mask})
			s := one(t, framed(p, 3))
			if string(s.Bytes) != "CHOT 12345" || s.ECC != level.String() {
				t.Errorf("level %v mask %d: %q, %s", level, mask, s.Bytes, s.ECC)
			}
		}
	}
}

func TestTurned(t *testing.T) {
	p := encode(t, "turned", levelM, nil)
	frame := paper(200, 160)
	p.onto(frame, 20, 30, 4)
	n := 4 * float64(len(p))
	// Corners of the symbol follow it around.
	want := [][2]float64{{20, 30}, {20 + n, 30}, {20 + n, 30 + n}, {20, 30 + n}}
	w, h := 200.0, 160.0
	for q := range 4 {
		s := one(t, turn(frame, q))
		if s.Text() != "turned" {
			t.Errorf("%d quarters: %q", q, s.Text())
		}
		wantCorners(t, s.Corners, 1, want...)
		for i, c := range want {
			want[i] = [2]float64{h - c[1], c[0]}
		}
		w, h = h, w
	}
}

func TestInvertedAndMirrored(t *testing.T) {
	p := encode(t, "the other way round", levelM, nil)
	frame := framed(p, 4)
	mirror := framed(p.mirrored(), 4)
	n := 4 * float64(len(p))
	for _, g := range []*image.Gray{frame, mirror} {
		dark := image.NewGray(g.Rect)
		for i, v := range g.Pix {
			dark.Pix[i] = 255 - v
		}
		for _, f := range []*image.Gray{g, dark} {
			s := one(t, f)
			if s.Text() != "the other way round" || s.Inverted != (f == dark) || s.Mirrored != (g == mirror) {
				t.Errorf("%q, mirrored %v, inverted %v", s.Text(), s.Mirrored, s.Inverted)
			}
			corners := [][2]float64{{16, 16}, {16 + n, 16}, {16 + n, 16 + n}, {16, 16 + n}}
			if g == mirror {
				corners = [][2]float64{{16 + n, 16}, {16, 16}, {16, 16 + n}, {16 + n, 16 + n}}
			}
			wantCorners(t, s.Corners, 1, corners...)
		}
	}
}

func TestSeveralInReadingOrder(t *testing.T) {
	frame := paper(900, 500)
	for i, at := range [][2]int{{20, 40}, {300, 30}, {610, 50}, {30, 280}, {400, 270}} {
		encode(t, fmt.Sprintf("symbol %d", i), levelM, nil).onto(frame, at[0], at[1], 5)
	}
	encode(t, "symbol 4", levelM, nil).onto(frame, 700, 280, 5) // the same message elsewhere is another symbol
	for _, budget := range []time.Duration{0, time.Minute} {
		symbols := NewDecoder().Decode(frame, budget)
		have := ""
		for _, s := range symbols {
			have += s.Text() + ";"
		}
		if want := "symbol 0;symbol 1;symbol 2;symbol 3;symbol 4;symbol 4;"; have != want {
			t.Errorf("budget %v: %s, want %s", budget, have, want)
		}
	}
}

func TestLocatedNotDecoded(t *testing.T) {
	p := encode(t, strings.Repeat("not to be read ", 6), levelL, nil)
	n := len(p)
	rng := rand.New(rand.NewPCG(3, 4))
	for y := 9; y < n; y++ {
		for x := 9; x < n; x++ {
			if y < n-9 || x > 9 {
				p[y][x] = rng.IntN(2) == 0
			}
		}
	}
	frame := paper(400, 300)
	p.onto(frame, 40, 40, 5)
	symbols := NewDecoder().Decode(frame, 0)
	if len(symbols) != 1 || symbols[0].Err == nil || symbols[0].Bytes != nil || symbols[0].Text() != "" {
		t.Fatalf("want one symbol without a message, have %d", len(symbols))
	}
	end := 40 + 5*float64(n)
	wantCorners(t, symbols[0].Corners, 12, [2]float64{40, 40}, [2]float64{end, 40}, [2]float64{end, end}, [2]float64{40, end})
}

// TestMisdecodingReserve damages as many codewords of a 1-L symbol as its seven
// check codewords could restore, one more than ISO/IEC 18004 table 9 allows.
func TestMisdecodingReserve(t *testing.T) {
	for _, c := range []struct {
		damaged int
		want    bool
	}{{2, true}, {3, false}} {
		p := encode(t, "reserve", levelL, nil)
		n := len(p)
		if n != 21 {
			t.Fatalf("%d modules, want version 1", n)
		}
		// The first codewords stand in the two rightmost columns, four rows each.
		for i := range c.damaged {
			p[n-1-4*i][n-1] = !p[n-1-4*i][n-1]
		}
		symbols := NewDecoder().Decode(framed(p, 4), 0)
		read := len(symbols) == 1 && symbols[0].Err == nil
		if read != c.want {
			t.Errorf("%d codewords damaged: read %v, want %v", c.damaged, read, c.want)
		}
	}
}

func TestSubImageAndStride(t *testing.T) {
	big := paper(400, 300)
	encode(t, "in a corner", levelM, nil).onto(big, 150, 100, 4)
	encode(t, "outside", levelM, nil).onto(big, 10, 10, 4)
	part := big.SubImage(image.Rect(130, 85, 390, 290)).(*image.Gray)
	s := one(t, part)
	if s.Text() != "in a corner" {
		t.Errorf("%q", s.Text())
	}
	wantCorners(t, s.Corners, 1, [2]float64{20, 15})

	// A last row that ends with its last pixel, as drivers deliver it.
	padded := &image.Gray{Stride: 300, Rect: image.Rect(0, 0, 260, 205), Pix: make([]byte, 300*204+260)}
	for y := range 205 {
		copy(padded.Pix[y*300:], part.Pix[y*part.Stride:][:260])
	}
	if s := one(t, padded); s.Text() != "in a corner" {
		t.Errorf("%q", s.Text())
	}
}

func TestOddFrames(t *testing.T) {
	frames := map[string]*image.Gray{
		"nil":               nil,
		"zero":              {},
		"0x0":               image.NewGray(image.Rect(0, 0, 0, 0)),
		"1x1":               paper(1, 1),
		"1x5000":            paper(1, 5000),
		"5000x1":            paper(5000, 1),
		"39x39":             paper(39, 39),
		"41x7":              paper(41, 7),
		"too few pixels":    {Pix: make([]byte, 99), Stride: 10, Rect: image.Rect(0, 0, 10, 10)},
		"stride too small":  {Pix: make([]byte, 100), Stride: 5, Rect: image.Rect(0, 0, 10, 10)},
		"negative stride":   {Pix: make([]byte, 100), Stride: -10, Rect: image.Rect(0, 0, 10, 10)},
		"negative size":     {Pix: make([]byte, 100), Stride: 10, Rect: image.Rectangle{Max: image.Pt(-10, -10)}},
		"far too wide":      {Pix: make([]byte, 100), Stride: 1 << 30, Rect: image.Rect(0, 0, 1<<30, 1)},
		"overflowing":       {Pix: make([]byte, 100), Stride: math.MaxInt32, Rect: image.Rect(0, 0, 10, 1<<15)},
		"black":             image.NewGray(image.Rect(0, 0, 640, 480)),
		"shifted rectangle": {Pix: make([]byte, 10000), Stride: 100, Rect: image.Rect(-50, -50, 50, 50)},
	}
	d := NewDecoder()
	for name, f := range frames {
		for _, budget := range []time.Duration{0, time.Minute} {
			if symbols := d.Decode(f, budget); len(symbols) != 0 {
				t.Errorf("%s: %d symbols", name, len(symbols))
			}
		}
	}
	var zero Decoder
	if len(zero.Decode(framed(encode(t, "zero value", levelM, nil), 4), 0)) != 1 {
		t.Error("the zero Decoder does not decode")
	}
}

func TestHundredMegapixels(t *testing.T) {
	frame := paper(12000, 8400)
	p := encode(t, "large", levelM, nil)
	p.onto(frame, 3000, 2000, 60)
	for _, budget := range []time.Duration{0, time.Minute} {
		symbols := NewDecoder().Decode(frame, budget)
		if len(symbols) != 1 || symbols[0].Text() != "large" {
			t.Fatalf("budget %v: %d symbols, want 1", budget, len(symbols))
		}
		end := 60 * float64(len(p))
		wantCorners(t, symbols[0].Corners, 20, [2]float64{3000, 2000}, [2]float64{3000 + end, 2000}, [2]float64{3000 + end, 2000 + end}, [2]float64{3000, 2000 + end})
	}
}

// TestCrowd shows hundreds of finder patterns: the triples they form grow with
// the third power, and the decoder must not.
func TestCrowd(t *testing.T) {
	frame := paper(1280, 720)
	p := encode(t, "x", levelL, nil)
	finder := make(printed, 7)
	for y := range finder {
		finder[y] = p[y][:7]
	}
	for y := 2; y+30 < 720; y += 30 {
		for x := 2; x+30 < 1280; x += 30 {
			finder.onto(frame, x, y, 3)
		}
	}
	for _, s := range NewDecoder().Decode(frame, 0) {
		if s.Err == nil {
			t.Errorf("read %q where there is nothing", s.Text())
		}
	}
}

// TestRepeatable decodes the same frames with a fresh and a used decoder.
func TestRepeatable(t *testing.T) {
	used := NewDecoder()
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 12 {
		frame := paper(300+10*i, 260)
		p := encode(t, strings.Repeat("again ", 1+i), levelM, nil)
		p.onto(frame, 30, 30, 3)
		for k := range frame.Pix {
			frame.Pix[k] = byte(max(0, int(frame.Pix[k])-rng.IntN(40)))
		}
		if i%3 == 2 {
			used.Decode(frame, time.Nanosecond)
		}
		a, b := NewDecoder().Decode(frame, 0), used.Decode(frame, 0)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("frame %d: a used decoder gives something else", i)
		}
		if len(a) != 1 {
			t.Errorf("frame %d: %d symbols", i, len(a))
		}
	}
}

// TestFrameIsOnlyRead also covers that a live frame gets its first rung however
// short the budget.
func TestFrameIsOnlyRead(t *testing.T) {
	frame := framed(encode(t, "hands off", levelM, nil), 4)
	before := append([]byte(nil), frame.Pix...)
	d := NewDecoder()
	if s := d.Decode(frame, 1); len(s) != 1 || s[0].Text() != "hands off" {
		t.Errorf("%d symbols in a live frame", len(s))
	}
	d.Decode(frame, 0)
	if !reflect.DeepEqual(before, frame.Pix) {
		t.Error("the frame was written to")
	}
}

// TestSheetOfCodes reads every symbol of a sheet of 84, as a still and as a live
// frame: patterns of neighbours stand as square to each other as a symbol's own.
func TestSheetOfCodes(t *testing.T) {
	frame := paper(1920, 1080)
	want := map[string]bool{}
	for y := range 7 {
		for x := range 12 {
			message := fmt.Sprintf("PIECE %d OF 84", 12*y+x)
			want[message] = true
			encode(t, message, levelM, nil).onto(frame, 20+157*x, 20+152*y, 5)
		}
	}
	for _, budget := range []time.Duration{0, time.Minute} {
		have := map[string]bool{}
		for _, s := range NewDecoder().Decode(frame, budget) {
			if s.Err != nil || !want[s.Text()] {
				t.Errorf("budget %v: %q, %v", budget, s.Text(), s.Err)
			}
			have[s.Text()] = true
		}
		if len(have) != len(want) {
			t.Errorf("budget %v: %d of %d read", budget, len(have), len(want))
		}
	}
}
