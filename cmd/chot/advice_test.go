package main

import (
	"errors"
	"image"
	"math/rand/v2"
	"testing"
	"time"

	"chot/camera"
	"chot/cmd/internal/station"
	"chot/scanner/qr"
	"chot/ui"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

// A shot is how a code is photographed.
type shot struct {
	module   float64 // pixels
	contrast int     // of 255; 0 shows nothing but the ground
	smear    int     // pixels, out of focus
	glare    float64 // share of the code's side that a lamp whitens, both ways
	cover    float64 // the same, of a thumb
	ground   int     // how bright all else is
}

// shoot draws a code as a camera sees it.
func shoot(t *testing.T, s shot) *image.Gray {
	t.Helper()
	code, err := encoder.Encoder_encode("001190123456|123456789|NGUYEN THI VI DU|15011990|NU|HA NOI|01012022|AN EXAMPLE OF A CODE", decoder.ErrorCorrectionLevel_L, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := code.GetMatrix()
	rng := rand.New(rand.NewPCG(7, 11))
	const w, h, left, top = 1280, 720, 400.0, 150.0
	n := float64(m.GetWidth())
	light := func(x, y float64) int {
		x, y = (x-left)/s.module, (y-top)/s.module
		switch {
		case s.contrast == 0 || x < -4 || y < -4 || x >= n+4 || y >= n+4:
			return s.ground
		case x >= n*(1-s.glare)-3 && y >= n*(1-s.glare)-3 && s.glare > 0:
			return 255
		case x >= n*(0.5-s.cover/2) && x < n*(0.5+s.cover/2) && y >= n*(0.5-s.cover/2) && y < n*(0.5+s.cover/2):
			return 127
		case x >= 0 && y >= 0 && x < n && y < n && m.Get(int(x), int(y)) == 1:
			return 127 - s.contrast/2
		}
		return 127 + s.contrast/2
	}
	sharp := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sum := 0
			for k := range 9 { // a pixel sees an area
				sum += light(float64(x)+float64(k%3)/3+1./6, float64(y)+float64(k/3)/3+1./6)
			}
			sharp.Pix[y*sharp.Stride+x] = uint8(max(0, min(255, sum/9+rng.IntN(5)-2)))
		}
	}
	if s.smear == 0 {
		return sharp
	}
	img := image.NewGray(sharp.Rect)
	for y := range h {
		for x := range w {
			sum := 0
			for k := range s.smear * s.smear {
				sum += int(sharp.Pix[min(y+k/s.smear, h-1)*sharp.Stride+min(x+k%s.smear, w-1)])
			}
			img.Pix[y*img.Stride+x] = uint8(sum / (s.smear * s.smear))
		}
	}
	return img
}

// Frames of codes that cannot be read, and of light that shows none: what is said
// is what would help first, and not before the next frames had their chance. A
// thumb keeps the decoder from reading what is merely small, smeared or faint.
func TestAdvice(t *testing.T) {
	good := shot{module: 5, contrast: 190, ground: 120}
	with := func(change func(*shot)) shot {
		s := good
		change(&s)
		return s
	}
	for _, c := range []struct {
		name  string
		shot  shot
		first ui.Hint       // with the first frame
		after time.Duration // when want comes
		want  ui.Hint
	}{
		{"read", good, ui.NoHint, 0, ui.NoHint},
		{"nothing there", shot{ground: 120}, ui.NoHint, 0, ui.NoHint},
		{"small", with(func(s *shot) { s.module, s.cover = 1.7, 0.5 }), ui.NoHint, tries, ui.Closer},
		{"smeared", with(func(s *shot) { s.module, s.smear, s.cover = 6, 11, 0.5 }), ui.NoHint, tries, ui.Still},
		{"glaring", with(func(s *shot) { s.glare = 0.55 }), ui.NoHint, tries, ui.Glare},
		{"faint", with(func(s *shot) { s.contrast, s.cover = 24, 0.5 }), ui.NoHint, tries, ui.Faint},
		{"a thumb on it", with(func(s *shot) { s.cover = 0.5 }), ui.NoHint, gives, ui.Hidden},
		{"dark", shot{ground: 20}, ui.NoHint, 700 * time.Millisecond, ui.Dark},
		{"bright", shot{ground: 255}, ui.NoHint, 700 * time.Millisecond, ui.Bright},
		{"read in the dark", with(func(s *shot) { s.module, s.ground = 4, 5 }), ui.NoHint, 0, ui.NoHint},
		{"small in the dark", with(func(s *shot) { s.module, s.cover, s.ground = 1.7, 0.5, 5 }), ui.NoHint, tries, ui.Closer},
		{"smeared in the sun", with(func(s *shot) { s.module, s.smear, s.cover, s.ground = 6, 11, 0.5, 255 }), ui.NoHint, tries, ui.Still},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := shoot(t, c.shot)
			symbols := qr.NewDecoder().Decode(img, time.Minute) // on every machine the same
			var a adviser
			var light camera.Light
			at := time.Date(2026, 8, 14, 9, 41, 27, 0, time.UTC)
			for waited := time.Duration(0); waited <= 2*time.Second; waited += 66 * time.Millisecond {
				f := camera.Frame{Image: img, At: at.Add(waited)}
				e := station.Seen{Frame: f, Symbols: symbols, Light: light.See(f)}
				got := a.hint(e)
				switch {
				case waited == 0 && got != c.first:
					t.Fatalf("the first frame gives hint %v, want %v (%+v)", got, c.first, symbols)
				case waited < c.after && got == c.want && got != ui.NoHint:
					t.Fatalf("hint %v came after %v already", got, waited)
				case waited >= c.after+66*time.Millisecond && got != c.want:
					for _, s := range symbols {
						t.Logf("trouble %v, sight %+v, %v", s.Trouble(), s.Sight, s.Err)
					}
					t.Fatalf("after %v the hint is %v, want %v", waited, got, c.want)
				}
			}
		})
	}
}

// A code that was read, or that goes away, starts anew; another source's does
// not count; a picture that comes once is judged at once.
func TestAdviceStartsAnew(t *testing.T) {
	at := time.Date(2026, 8, 14, 9, 41, 27, 0, time.UTC)
	unread := qr.Symbol{Err: errors.New("not read"), Sight: qr.Sight{Module: 1, Contrast: 90, Sharpness: 1}}
	see := func(a *adviser, after time.Duration, still bool, symbols ...qr.Symbol) ui.Hint {
		return a.hint(station.Seen{Frame: camera.Frame{At: at.Add(after), Still: still}, Symbols: symbols})
	}
	var a adviser
	if see(&a, 0, false, unread) != ui.NoHint || see(&a, tries, false, unread) != ui.Closer {
		t.Error("a small code is not called small after a while")
	}
	if see(&a, tries, false, unread, qr.Symbol{}) != ui.NoHint || see(&a, 2*tries, false, unread) != ui.NoHint {
		t.Error("a code that was read does not start anew")
	}
	if see(&a, 2*tries+blinks+1, false, unread) != ui.NoHint {
		t.Error("a code that went away does not start anew")
	}
	if see(new(adviser), 0, true, unread) != ui.Closer {
		t.Error("a still is not judged at once")
	}
	// Of two codes the nearer one is held up; of one without a sight its size tells.
	far, close := qr.Symbol{Err: qr.ErrFormat}, qr.Symbol{Err: qr.ErrFormat}
	far.Corners[1].X, close.Corners[1].X = near-1, near+1
	if see(new(adviser), 0, true, far) != ui.Closer || see(new(adviser), 0, true, far, close) != ui.Hidden {
		t.Error("codes of which only the size is known are judged otherwise")
	}

	k := &kiosk{model: ui.NewModel(ui.Settings{})}
	b := &bridge{kiosk: k}
	frame := camera.Frame{Image: image.NewGray(image.Rect(0, 0, 64, 48))}
	for i := range 10 {
		frame.At = at.Add(time.Duration(i) * 66 * time.Millisecond)
		b.seen(station.Seen{Source: "camera 1", Frame: frame, Symbols: []qr.Symbol{unread}})
		b.seen(station.Seen{Source: "camera 2", Frame: frame, Symbols: []qr.Symbol{{}}})
	}
	if hint := k.model.Snapshot(time.Now()).Hint; hint != ui.Closer {
		t.Errorf("with a second camera that reads, the first one's hint is %v", hint)
	}
}
