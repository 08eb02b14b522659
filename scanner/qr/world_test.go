package qr

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// shot is how a symbol of the world looks and is photographed. Lengths are in
// modules where nothing else is said; zero is absent.
type shot struct {
	low, high  int     // versions
	levels     string  // of which one is drawn, all if empty
	module     float64 // pixels
	wide, tall int     // of the frame; as large as the symbol needs if 0
	mirrored   bool
	inverted   bool
	quiet      float64 // quiet zone
	busy       bool    // clutter around, dark right up to the quiet zone
	ink        float64 // dark modules grow on all sides, or shrink
	dots       float64 // radius of round modules
	logo       float64 // side of a picture in the middle, of the symbol's
	cover      float64 // share of one finder pattern that a thumb covers
	cracks     int     // lines across
	tilt       float64 // degrees, about any axis
	curve      float64 // half the angle of a cylinder that the symbol wraps, degrees
	crumple    float64 // amplitude of folds
	gauss      float64 // standard deviation of a blur
	disc       float64 // radius of defocus
	motion     float64 // length of a smear in any direction
	contrast   float64 // of 255
	noise      float64 // standard deviation, of 255
	glare      float64 // radius of a saturated spot, of the symbol's side
	slope      float64 // the light falls to this across the symbol, evenly
	shadow     float64 // or at an edge
	grid       float64 // a screen's pixels, their pitch in frame pixels
	quality    int     // of JPEG
}

func (s *shot) fill(rng *rand.Rand) {
	if s.low == 0 {
		s.low, s.high = 1, 10
	}
	if s.module == 0 {
		s.module = 3 + 2*rng.Float64()
	}
	if s.contrast == 0 {
		s.contrast = 120 + 80*rng.Float64()
	}
	if s.noise == 0 {
		s.noise = 2
	}
	if s.levels == "" {
		s.levels = "LMQH"
	}
}

// saying is text that fills about half to all of a version, of one of three
// modes.
func saying(rng *rand.Rand, version int, level decoder.ErrorCorrectionLevel) string {
	v, err := decoder.Version_GetVersionForNumber(version)
	if err != nil {
		panic(err)
	}
	room := v.GetTotalCodewords() - v.GetECBlocksForLevel(level).GetTotalECCodewords() - 3
	kind := rng.IntN(3)
	count := []int{room, room * 7 / 5, room * 9 / 4}[kind]
	count = max(1, count/2+rng.IntN(count/2+1))
	out := make([]byte, count)
	for i := range out {
		switch kind {
		case 0:
			out[i] = byte(' ' + rng.IntN(95))
		case 1:
			out[i] = alphanumeric[rng.IntN(45)]
		default:
			out[i] = byte('0' + rng.IntN(10))
		}
	}
	return string(out)
}

// shoot draws a shot. All randomness comes from rng.
func shoot(t testing.TB, rng *rand.Rand, s shot) (*image.Gray, string) {
	s.fill(rng)
	version := s.low + rng.IntN(s.high-s.low+1)
	level := map[byte]decoder.ErrorCorrectionLevel{'L': levelL, 'M': levelM, 'Q': levelQ, 'H': levelH}[s.levels[rng.IntN(len(s.levels))]]
	want := saying(rng, version, level)
	p := encode(t, want, level, map[gozxing.EncodeHintType]any{
		gozxing.EncodeHintType_QR_VERSION: version, gozxing.EncodeHintType_QR_MASK_PATTERN: rng.IntN(8),
	})
	if s.mirrored {
		p = p.mirrored()
	}
	v := newView(rng, &s, len(p))
	img, part := v.draw(rng, &s, p)
	w, h := v.w, v.h
	if s.disc > 0 {
		defocus(img, w, h, part, s.disc*s.module)
	}
	gauss(img, w, part, math.Hypot(0.45, s.gauss*s.module))
	if s.motion > 0 {
		smear(img, w, h, part, s.motion*s.module, rng.Float64()*math.Pi)
	}
	v.light(rng, &s, img)
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i, x := range img {
		g.Pix[i] = byte(min(max(x+rng.NormFloat64()*s.noise+0.5, 0), 255))
	}
	if s.quality > 0 {
		g = throughJPEG(t, g, s.quality)
	}
	return g, want
}

// view is where a symbol's modules lie in a frame.
type view struct {
	w, h             int
	n                float64
	cx, cy           float64
	sin, cos         float64
	ax, ay, st, ct   float64
	far              float64
	bend, radius     float64 // the cylinder's half angle, and its radius in modules
	bx, by           float64 // across the cylinder's axis, in the symbol
	fold             [4]float64
	module, amount   float64
	darkest, lighter float64
}

func newView(rng *rand.Rand, s *shot, side int) *view {
	v := &view{n: float64(side), module: s.module}
	half := (v.n/2 + 4) * s.module * math.Sqrt2
	v.w, v.h = s.wide, s.tall
	if v.w == 0 {
		v.w, v.h = max(320, int(2.3*half)), max(240, int(2.2*half))
	}
	v.cx, v.cy = float64(v.w)/2, float64(v.h)/2
	if room := float64(v.w)/2 - half; room > 0 {
		v.cx += (2*rng.Float64() - 1) * room
	}
	if room := float64(v.h)/2 - half; room > 0 {
		v.cy += (2*rng.Float64() - 1) * room
	}
	v.sin, v.cos = math.Sincos(rng.Float64() * 2 * math.Pi)
	v.ay, v.ax = math.Sincos(rng.Float64() * 2 * math.Pi)
	v.st, v.ct = math.Sincos(s.tilt * math.Pi / 180)
	v.far = 3 * v.n * s.module
	v.by, v.bx = math.Sincos(math.Round(rng.Float64()*4) * math.Pi / 2)
	if rng.IntN(2) == 0 {
		v.by, v.bx = math.Sincos(rng.Float64() * 2 * math.Pi)
	}
	if s.curve > 0 {
		v.bend = s.curve * math.Pi / 180
		v.radius = v.n / 2 / v.bend
	}
	v.amount = s.crumple
	for i := range v.fold {
		v.fold[i] = rng.Float64() * 2 * math.Pi
	}
	v.darkest, v.lighter = 128-s.contrast/2, 128+s.contrast/2
	return v
}

// modules maps a pixel's place to the symbol's; false where the ray misses it.
func (v *view) modules(px, py float64) (x, y float64, ok bool) {
	x, y = px-v.cx, py-v.cy
	along, across := x*v.ax+y*v.ay, -x*v.ay+y*v.ax
	k := across / (v.ct - across*v.st/v.far)
	a := along * (1 + k*v.st/v.far)
	x, y = a*v.ax-k*v.ay, a*v.ay+k*v.ax
	x, y = (x*v.cos+y*v.sin)/v.module, (-x*v.sin+y*v.cos)/v.module
	if v.bend > 0 {
		// Seen from the front, the cylinder's flanks are foreshortened.
		d := x*v.bx + y*v.by
		if math.Abs(d) >= v.radius {
			return 0, 0, false
		}
		d2 := v.radius*math.Asin(d/v.radius) - d
		x, y = x+d2*v.bx, y+d2*v.by
	}
	if v.amount > 0 {
		k := 4 * math.Pi / v.n
		x, y = x+v.amount*math.Sin(k*y+v.fold[0])*math.Cos(0.7*k*x+v.fold[1]), y+v.amount*math.Sin(k*x+v.fold[2])*math.Cos(0.7*k*y+v.fold[3])
	}
	return x + v.n/2, y + v.n/2, true
}

// draw paints the symbol and what lies around it.
func (v *view) draw(rng *rand.Rand, s *shot, p printed) ([]float64, image.Rectangle) {
	w, h, n := v.w, v.h, len(p)
	img := make([]float64, w*h)
	around := v.ground(rng, s)
	for i := range img {
		img[i] = around(i%w, i/w)
	}
	reach := int((v.n/2+s.quiet)*v.module*1.5) + 8
	part := image.Rect(int(v.cx)-reach, int(v.cy)-reach, int(v.cx)+reach, int(v.cy)+reach).Intersect(image.Rect(0, 0, w, h))
	thumb := rng.IntN(3)
	tx, ty := [3]float64{0, v.n - 7, 0}[thumb], [3]float64{0, 0, v.n - 7}[thumb]
	crack := make([][3]float64, s.cracks)
	for i := range crack {
		y, x := math.Sincos(rng.Float64() * 2 * math.Pi)
		crack[i] = [3]float64{x, y, x*v.n*rng.Float64() + y*v.n*rng.Float64()}
	}
	const sub = 3
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			sum := 0.0
			for k := range sub * sub {
				mx, my, ok := v.modules(float64(x)+(float64(k%sub)+0.5)/sub, float64(y)+(float64(k/sub)+0.5)/sub)
				if !ok || mx < -s.quiet || my < -s.quiet || mx >= v.n+s.quiet || my >= v.n+s.quiet {
					sum += around(x, y)
					continue
				}
				value := v.lighter
				if dark(p, n, mx, my, s) {
					value = v.darkest
				}
				if s.inverted {
					value = v.darkest + v.lighter - value
				}
				if c := s.logo * v.n / 2; c > 0 && math.Abs(mx-v.n/2) < c && math.Abs(my-v.n/2) < c {
					value = v.darkest + (v.lighter-v.darkest)*math.Mod(math.Abs(mx+my), 5)/5
				}
				if s.cover > 0 && mx > tx-1 && mx < tx+8 && my > ty-1 && my < ty+8 && (mx-tx)+(my-ty) < 14*s.cover*1.1-1 {
					value = v.darkest + 0.6*(v.lighter-v.darkest)
				}
				for i, c := range crack {
					if d := mx*c[0] + my*c[1] - c[2]; d > -0.35 && d < 0.35 {
						value = [2]float64{v.lighter + 20, v.darkest}[i%2]
					}
				}
				sum += value
			}
			img[y*w+x] = sum / (sub * sub)
		}
	}
	return img, part
}

// dark reports whether a place of a symbol is inked.
func dark(p printed, n int, mx, my float64, s *shot) bool {
	at := func(x, y int) bool { return x >= 0 && y >= 0 && x < n && y < n && p[y][x] }
	x, y := int(math.Floor(mx)), int(math.Floor(my))
	fx, fy := mx-float64(x), my-float64(y)
	own := at(x, y)
	if s.dots > 0 {
		// Finder patterns are mostly printed whole.
		if x < 7 && y < 7 || x >= n-7 && y < 7 || x < 7 && y >= n-7 {
			return own
		}
		return own && math.Hypot(fx-0.5, fy-0.5) < s.dots
	}
	if s.ink == 0 {
		return own
	}
	// Ink grows from, or light grows into, the nearest neighbours.
	reach, want := math.Abs(s.ink), s.ink > 0
	if own == want {
		return own
	}
	dx, dy := 0, 0
	if fx < reach {
		dx = -1
	} else if fx > 1-reach {
		dx = 1
	}
	if fy < reach {
		dy = -1
	} else if fy > 1-reach {
		dy = 1
	}
	if dx != 0 && at(x+dx, y) == want || dy != 0 && at(x, y+dy) == want || dx != 0 && dy != 0 && at(x+dx, y+dy) == want {
		return want
	}
	return own
}

// ground is what lies around a symbol: waves, or a clutter of boxes.
func (v *view) ground(rng *rand.Rand, s *shot) func(x, y int) float64 {
	a, b, c, d := rng.Float64()*6, rng.Float64()*6, 20+rng.Float64()*60, 20+rng.Float64()*60
	if !s.busy {
		return func(x, y int) float64 {
			return 128 + s.contrast*(0.2*math.Sin(float64(x)/c+a)+0.2*math.Cos(float64(y)/d+b))
		}
	}
	const cells = 64
	var shade [cells * cells]float64
	for i := range shade {
		shade[i] = v.darkest + (v.lighter-v.darkest)*0.5*rng.Float64()*rng.Float64()
		if rng.IntN(6) == 0 {
			shade[i] = v.lighter
		}
	}
	size := 5 + rng.IntN(20)
	return func(x, y int) float64 { return shade[(y/size*7+y/size/3)%cells*cells+(x/size)%cells] }
}

// light lays glare, falling light, shadows and a screen's pixels over a frame.
func (v *view) light(rng *rand.Rand, s *shot, img []float64) {
	side := v.n * v.module
	ey, ex := math.Sincos(rng.Float64() * 2 * math.Pi)
	gx, gy := v.cx+(rng.Float64()-0.5)*side*0.6, v.cy+(rng.Float64()-0.5)*side*0.6
	turn := rng.Float64() * 0.3
	for i := range img {
		x, y := float64(i%v.w), float64(i/v.w)
		d := ((x-v.cx)*ex + (y-v.cy)*ey) / side
		if s.slope > 0 {
			img[i] *= 1 - (1-s.slope)*min(max(d+0.5, 0), 1)
		}
		if s.shadow > 0 {
			img[i] *= s.shadow + (1-s.shadow)/(1+math.Exp(-d*v.n))
		}
		if s.grid > 0 {
			img[i] *= 1 + 0.25*math.Sin(2*math.Pi*(x+turn*y)/s.grid)*math.Sin(2*math.Pi*(y-turn*x)/s.grid)
			img[i] += 12 * math.Sin(2*math.Pi*(y+turn*x)/(s.grid*9.7))
		}
		if s.glare > 0 {
			r := math.Hypot(x-gx, y-gy) / (s.glare * side)
			img[i] += 300 / (1 + math.Exp(8*(r-1)))
		}
	}
}

// defocus blurs a part with a disc, as a lens out of focus does.
func defocus(img []float64, w, h int, part image.Rectangle, radius float64) {
	from := append([]float64(nil), img...)
	reach := int(radius) + 1
	type tap struct {
		at     int
		dx, dy int
		weight float64
	}
	var taps []tap
	all := 0.0
	for y := -reach; y <= reach; y++ {
		for x := -reach; x <= reach; x++ {
			if k := min(max(radius+0.5-math.Hypot(float64(x), float64(y)), 0), 1); k > 0 {
				taps = append(taps, tap{y*w + x, x, y, k})
				all += k
			}
		}
	}
	inner := part.Intersect(image.Rect(reach, reach, w-reach, h-reach))
	for y := inner.Min.Y; y < inner.Max.Y; y++ {
		for x := inner.Min.X; x < inner.Max.X; x++ {
			sum := 0.0
			for _, k := range taps {
				sum += k.weight * from[y*w+x+k.at]
			}
			img[y*w+x] = sum / all
		}
	}
}

func throughJPEG(t testing.TB, g *image.Gray, quality int) *image.Gray {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.Gray)
}
