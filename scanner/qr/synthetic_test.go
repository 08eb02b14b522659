package qr

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/makiuchi-d/gozxing"
)

// scene is how a symbol is photographed.
type scene struct {
	module   float64 // pixels
	blur     float64 // standard deviation, in modules
	motion   float64 // length in modules, in any direction
	noise    float64 // standard deviation, of 255
	tilt     float64 // degrees
	contrast float64 // of 255
	shadow   float64 // what is left of the light on one side
}

// points are the conditions a camera at a gate meets, one at a time, and the
// share of 21 frames that must be read.
var points = []struct {
	name string
	scene
	least int
}{
	{"module 1.25 px", scene{module: 1.25}, 20},
	{"blur 0.5 modules", scene{blur: 0.5}, 20},
	{"motion 1.75 modules", scene{motion: 1.75}, 20},
	{"noise 50", scene{noise: 50}, 20},
	{"tilt 60 degrees", scene{tilt: 60}, 20},
	{"contrast 20", scene{contrast: 20}, 20},
	{"shadow 15 %", scene{shadow: 0.15}, 20},
}

// photograph draws a symbol into a frame of 720p with a textured ground. All
// randomness comes from rng.
func photograph(t testing.TB, rng *rand.Rand, version int, s scene) (*image.Gray, string) {
	if s.module == 0 {
		s.module = 4
	}
	if s.contrast == 0 {
		s.contrast = 190
	}
	if s.shadow == 0 {
		s.shadow = 1
	}
	message := ""
	for range map[int]int{4: 80, 7: 160, 10: 280}[version] {
		message += string(alphanumeric[rng.IntN(45)])
	}
	p := encode(t, message, levelM, map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_QR_VERSION: version})
	n := float64(len(p))
	const w, h = 1280, 720
	// From pixels around the place of the symbol to modules around its middle:
	// turned by any angle, then tilted about any axis, seen from three sides away.
	turn, axis := rng.Float64()*2*math.Pi, rng.Float64()*2*math.Pi
	half := (n + 8) / 2 * s.module * 1.42
	cx := half + rng.Float64()*(w-2*half)
	cy := h / 2.0
	if 2*half < h {
		cy = half + rng.Float64()*(h-2*half)
	}
	sin, cos := math.Sincos(turn)
	ax, ay := math.Cos(axis), math.Sin(axis)
	st, ct := math.Sincos(s.tilt * math.Pi / 180)
	far := 3 * n * s.module
	module := func(px, py float64) (float64, float64) {
		x, y := px-cx, py-cy
		along, across := x*ax+y*ay, -x*ay+y*ax
		// Where the ray meets the tilted plane.
		k := across / (ct - across*st/far)
		a := along * (1 + k*st/far)
		x, y = a*ax-k*ay, a*ay+k*ax
		return (x*cos+y*sin)/s.module + n/2, (-x*sin+y*cos)/s.module + n/2
	}
	dark, light := 128-s.contrast/2, 128+s.contrast/2
	edgeAngle := rng.Float64() * 2 * math.Pi
	ex, ey := math.Cos(edgeAngle), math.Sin(edgeAngle)
	texture := [6]float64{rng.Float64() * 6, rng.Float64() * 6, 20 + rng.Float64()*60, 20 + rng.Float64()*60, rng.Float64(), rng.Float64()}
	img := make([]float64, w*h)
	ground := func(x, y int) float64 {
		return 128 + s.contrast*(0.2*math.Sin(float64(x)/texture[2]+texture[0])+0.2*math.Cos(float64(y)/texture[3]+texture[1]))
	}
	// Only around the symbol is anything sharp enough to be blurred.
	around := image.Rect(int(cx-1.6*half)-40, int(cy-1.6*half)-40, int(cx+1.6*half)+40, int(cy+1.6*half)+40).Intersect(image.Rect(0, 0, w, h))
	const sub = 4
	for y := range h {
		for x := range w {
			if !image.Pt(x, y).In(around) {
				img[y*w+x] = ground(x, y)
				continue
			}
			sum := 0.0
			for j := range sub {
				for i := range sub {
					mx, my := module(float64(x)+(float64(i)+0.5)/sub, float64(y)+(float64(j)+0.5)/sub)
					switch {
					case mx < -4 || my < -4 || mx >= n+4 || my >= n+4:
						sum += ground(x, y)
					case mx >= 0 && my >= 0 && mx < n && my < n && p[int(my)][int(mx)]:
						sum += dark
					default:
						sum += light
					}
				}
			}
			img[y*w+x] = sum / (sub * sub)
		}
	}
	if s.shadow < 1 {
		// Its edge is two modules soft and goes through the symbol.
		for i := range img {
			d := ((float64(i%w)-cx)*ex + (float64(i/w)-cy)*ey) / (2 * s.module)
			img[i] *= s.shadow + (1-s.shadow)/(1+math.Exp(-2*d))
		}
	}
	gauss(img, w, around, math.Hypot(0.4, s.blur*s.module))
	if s.motion > 0 {
		smear(img, w, h, around, s.motion*s.module, rng.Float64()*math.Pi)
	}
	g := image.NewGray(image.Rect(0, 0, w, h))
	sigma := max(s.noise, 1.5)
	for i, v := range img {
		g.Pix[i] = byte(min(max(v+rng.NormFloat64()*sigma+0.5, 0), 255))
	}
	return g, message
}

// gauss blurs a part of a picture w pixels wide.
func gauss(img []float64, w int, part image.Rectangle, sigma float64) {
	r := int(3*sigma) + 1
	k := make([]float64, 2*r+1)
	sum := 0.0
	for i := range k {
		k[i] = math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma))
		sum += k[i]
	}
	for i := range k {
		k[i] /= sum
	}
	line := make([]float64, part.Dx()+part.Dy())
	pass := func(first, step, n int) {
		for x := range n {
			v := 0.0
			for i, f := range k {
				v += f * img[first+min(max(x+i-r, 0), n-1)*step]
			}
			line[x] = v
		}
		for x := range n {
			img[first+x*step] = line[x]
		}
	}
	for y := part.Min.Y; y < part.Max.Y; y++ {
		pass(y*w+part.Min.X, 1, part.Dx())
	}
	for x := part.Min.X; x < part.Max.X; x++ {
		pass(part.Min.Y*w+x, w, part.Dy())
	}
}

// smear blurs a part along a line, as motion does.
func smear(img []float64, w, h int, part image.Rectangle, length, angle float64) {
	dx, dy := math.Cos(angle), math.Sin(angle)
	from := append([]float64(nil), img...)
	steps := int(2*length) + 1
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			v := 0.0
			for i := range steps {
				d := ((float64(i)+0.5)/float64(steps) - 0.5) * length
				px := min(max(float64(x)+d*dx, 0), float64(w)-1.001)
				py := min(max(float64(y)+d*dy, 0), float64(h)-1.001)
				ix, iy := int(px), int(py)
				fx, fy := px-float64(ix), py-float64(iy)
				at := iy*w + ix
				v += (from[at]*(1-fx)+from[at+1]*fx)*(1-fy) + (from[at+w]*(1-fx)+from[at+w+1]*fx)*fy
			}
			img[y*w+x] = v / float64(steps)
		}
	}
}

// TestSynthetic photographs versions 4, 7 and 10 under each condition: nine times,
// in its long form 21 times.
//
//	go test -run Synthetic -v ./scanner/qr -args -long
func TestSynthetic(t *testing.T) {
	if testing.Short() {
		t.Skip("draws 63 frames")
	}
	frames := 9
	if *long {
		frames = 21
	}
	for k, point := range points {
		t.Run(point.name, func(t *testing.T) {
			t.Parallel()
			d := NewDecoder()
			rng := rand.New(rand.NewPCG(21, uint64(k)))
			read := 0
			missed := ""
			for i := range frames {
				version := []int{4, 7, 10}[i%3]
				frame, want := photograph(t, rng, version, point.scene)
				good := false
				why := "not seen"
				for _, s := range d.Decode(frame, 0) {
					if s.Err != nil {
						why = s.Err.Error()
					} else if s.Text() == want {
						good = true
					} else {
						t.Errorf("frame %d: misread", i)
					}
				}
				if good {
					read++
				} else {
					missed += fmt.Sprintf(" %d:v%d(%s)", i, version, why)
				}
				if dir := os.Getenv("CHOT_KEEP_FRAMES"); dir != "" {
					f, err := os.Create(fmt.Sprintf("%s/%d-%02d.pgm", dir, k, i))
					if err != nil {
						t.Fatal(err)
					}
					fmt.Fprintf(f, "P5 %d %d 255\n", frame.Rect.Dx(), frame.Rect.Dy())
					if _, err := f.Write(frame.Pix); err != nil {
						t.Fatal(err)
					}
					f.Close()
					if err := os.WriteFile(fmt.Sprintf("%s/%d-%02d.txt", dir, k, i), []byte(want), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			t.Logf("%d of %d read; missed%s", read, frames, missed)
			if least := point.least * frames / 21; read < least {
				t.Errorf("%d read, want at least %d", read, least)
			}
		})
	}
}
