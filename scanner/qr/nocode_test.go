package qr

import (
	"image"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// empty are pictures without a symbol that look a little like one.
var empty = []struct {
	name string
	draw func(*rand.Rand, *image.Gray)
}{
	{"squares by chance", func(rng *rand.Rand, g *image.Gray) {
		// Modules of a symbol's size and nothing but them, under a grid that fits.
		size := 2 + rng.IntN(5)
		copy(g.Pix, speckle(rng, g.Rect.Dx(), g.Rect.Dy(), size).Pix)
		for i, v := range g.Pix {
			g.Pix[i] = v >> 7 * 220
		}
	}},
	{"noise", func(rng *rand.Rand, g *image.Gray) {
		copy(g.Pix, speckle(rng, g.Rect.Dx(), g.Rect.Dy(), 1+rng.IntN(3)).Pix)
	}},
	{"checkerboard", func(rng *rand.Rand, g *image.Gray) {
		size, dx := 1+rng.IntN(12), rng.Float64()
		for i := range g.Pix {
			x, y := float64(i%g.Stride), float64(i/g.Stride)
			if (int(x+dx*y)/size+int(y-dx*x+1e4)/size)%2 == 0 {
				g.Pix[i] = 210
			}
		}
	}},
	{"lines of text", func(rng *rand.Rand, g *image.Gray) {
		fill(g, 225)
		for y := 4; y+14 < g.Rect.Dy(); y += 16 + rng.IntN(6) {
			for x := 6; x+10 < g.Rect.Dx(); x += 8 + rng.IntN(3) {
				for range rng.IntN(4) {
					// Strokes, straight ones mostly.
					a, b, long := x+rng.IntN(7), y+rng.IntN(11), 3+rng.IntN(8)
					dx, dy := rng.IntN(2), 1
					if rng.IntN(2) == 0 {
						dx, dy = 1, 0
					}
					for k := range long {
						if p := image.Pt(a+k*dx, b+k*dy); p.In(g.Rect) {
							g.Pix[g.PixOffset(p.X, p.Y)] = 30
						}
					}
				}
			}
		}
	}},
	{"barcode", func(rng *rand.Rand, g *image.Gray) {
		fill(g, 230)
		x := 10
		for x < g.Rect.Dx()-10 {
			bar := 2 * (1 + rng.IntN(4))
			for y := 20; y < g.Rect.Dy()-20; y++ {
				for k := x; k < min(x+bar, g.Rect.Dx()); k++ {
					g.Pix[y*g.Stride+k] = 20
				}
			}
			x += bar + 2*(1+rng.IntN(4))
		}
	}},
	{"halftone", func(rng *rand.Rand, g *image.Gray) {
		pitch, turn := 3+8*rng.Float64(), rng.Float64()
		s, c := math.Sincos(turn)
		for i := range g.Pix {
			x, y := float64(i%g.Stride), float64(i/g.Stride)
			u, v := (x*c+y*s)/pitch, (y*c-x*s)/pitch
			tone := 0.3 + 0.25*math.Sin(x/40) + 0.2*math.Cos(y/30)
			if math.Hypot(u-math.Round(u), v-math.Round(v)) < tone {
				g.Pix[i] = 25
			} else {
				g.Pix[i] = 225
			}
		}
	}},
	{"finder patterns and chance", func(rng *rand.Rand, g *image.Gray) {
		// Three patterns where they belong, timing patterns between, and modules
		// that mean nothing: all that keeps it from being read is what it says.
		p := finders[rng.IntN(len(finders))]
		n := len(p)
		q := make(printed, n)
		for y := range q {
			q[y] = append([]bool(nil), p[y]...)
			for x := range q[y] {
				if x != 6 && y != 6 && (x > 8 || y > 8 && y < n-8) && (y > 8 || x < n-8) {
					q[y][x] = rng.IntN(2) == 0
				}
			}
		}
		fill(g, 235)
		m := min(g.Rect.Dx(), g.Rect.Dy()) / (n + 2)
		q.onto(g, m, m, m)
	}},
	{"rings", func(rng *rand.Rand, g *image.Gray) {
		fill(g, 220)
		for range 40 {
			cx, cy, m := rng.Float64()*float64(g.Rect.Dx()), rng.Float64()*float64(g.Rect.Dy()), 1.5+3*rng.Float64()
			for i := range g.Pix {
				d := max(math.Abs(float64(i%g.Stride)-cx), math.Abs(float64(i/g.Stride)-cy)) / m
				if d < 1.5 || d > 2.5 && d < 3.5 {
					g.Pix[i] = 20
				} else if d < 4 {
					g.Pix[i] = 220
				}
			}
		}
	}},
}

// finders are symbols whose function patterns the pictures above keep.
var finders []printed

func fill(g *image.Gray, v byte) {
	for i := range g.Pix {
		g.Pix[i] = v
	}
}

// TestNothingIsRead shows thousands of pictures without a symbol.
//
//	go test -run NothingIsRead -v ./scanner/qr -args -long
func TestNothingIsRead(t *testing.T) {
	frames := 16
	if *long {
		frames = 1500
	}
	finders = nil
	for version := 1; version <= 8; version++ {
		finders = append(finders, encode(t, "A", levelM, versioned(version)))
	}
	for k, e := range empty {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			d := NewDecoder()
			located := 0
			for i := range frames {
				rng := rand.New(rand.NewPCG(uint64(61+k), uint64(i)))
				g := image.NewGray(image.Rect(0, 0, 200+rng.IntN(120), 160+rng.IntN(80)))
				e.draw(rng, g)
				for n := range g.Pix {
					g.Pix[n] = byte(min(max(float64(g.Pix[n])+4*rng.NormFloat64(), 0), 255))
				}
				for _, s := range d.Decode(g, 0) {
					if s.Err == nil {
						t.Errorf("frame %d: %q was read where nothing is", i, s.Text())
					}
					located++
				}
			}
			t.Logf("%d frames, located %d, read none", frames, located)
			if e.name == "finder patterns and chance" && located < frames/2 {
				t.Errorf("only %d of %d were located: it shows nothing", located, frames)
			}
		})
	}
}

// TestMemoryIsBounded holds what a decoder needs to the frame's size: six bytes a
// pixel and what the largest symbol takes, and for frames that are reduced no
// more than for the largest that are not.
func TestMemoryIsBounded(t *testing.T) {
	const constant, perPixel = 12 << 20, 6
	for _, c := range []struct {
		w, h   int
		budget time.Duration
		pixels int
	}{
		{640, 480, 0, 640 * 480},
		{1280, 720, time.Hour, 1280 * 720},
		{2000, 1500, 0, 2000 * 1500},
		{12000, 8400, time.Hour, maxLivePixels},
		{12000, 8400, 0, maxStillPixels},
	} {
		frame := image.NewGray(image.Rect(0, 0, c.w, c.h))
		rng := rand.New(rand.NewPCG(71, 72))
		for y := range min(c.h, 900) {
			for x := range min(c.w, 900) {
				frame.Pix[y*c.w+x] = byte(rng.Uint32())
			}
		}
		encode(t, "memory", levelM, nil).onto(frame, 40, 40, 6)
		d := NewDecoder()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d.Decode(frame, c.budget)
		runtime.ReadMemStats(&after)
		used := int64(after.TotalAlloc - before.TotalAlloc)
		t.Logf("%d by %d, budget %v: %.1f MB, %.2f bytes a pixel", c.w, c.h, c.budget, float64(used)/1e6, float64(used)/float64(c.pixels))
		if limit := int64(constant + perPixel*c.pixels); used > limit {
			t.Errorf("%d by %d, budget %v: %d bytes, want at most %d", c.w, c.h, c.budget, used, limit)
		}
		runtime.KeepAlive(d)
	}
}

// TestNothingIsAllocated holds that a warm decoder needs no memory for a frame
// without a symbol, live or still.
func TestNothingIsAllocated(t *testing.T) {
	frame := noise(rand.New(rand.NewPCG(73, 74)), 640, 480, 640)
	for _, budget := range []time.Duration{1, time.Hour, 0} {
		d := NewDecoder()
		for range len(ladder) + 1 {
			d.Decode(frame, budget)
		}
		if n := testing.AllocsPerRun(5, func() { d.Decode(frame, budget) }); n != 0 {
			t.Errorf("budget %v: %.0f allocations", budget, n)
		}
	}
}
