package camera

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A gate is a camera that stands before a scene and looks at it 15 times a second.
type gate struct {
	t     *testing.T
	vigil Vigil
	at    time.Time
	n     int // frames so far
	r     *rand.Rand
	look  func(n int) *image.Gray
	kept  []Effort
}

func newGate(t *testing.T, look func(n int) *image.Gray) *gate {
	return &gate{t: t, at: noon, r: rand.New(rand.NewPCG(3, 4)), look: look}
}

// frame looks at the next frame.
func (g *gate) frame() (f Frame, e Effort) {
	f = Frame{Image: g.look(g.n), At: g.at}
	e = g.vigil.Look(f)
	g.n++
	// A camera's clock is not that even.
	g.at = g.at.Add(time.Second/liveFPS + time.Duration(g.r.IntN(5)-2)*time.Millisecond)
	g.kept = append(g.kept, e)
	return f, e
}

// pass lets seconds pass and returns the most frames that were decoded within any
// one of them.
func (g *gate) pass(seconds int) (most int) {
	from := len(g.kept)
	for range seconds * liveFPS {
		g.frame()
	}
	for i := from; i+liveFPS <= len(g.kept); i++ {
		n := 0
		for _, e := range g.kept[i : i+liveFPS-1] { // a little less than a second
			if e > Pass {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// rests demands that few frames are decoded, but that some are, and one a second
// as well as can be.
func (g *gate) rests(seconds int, what string) {
	g.t.Helper()
	from := len(g.kept)
	if n := g.pass(seconds); n > 5 {
		g.t.Errorf("%s: %d decodes in a second", what, n)
	}
	for _, test := range []struct {
		least Effort
		gap   int
	}{{Glance, 5}, {Search, liveFPS + 4}} {
		last := from
		for i := from; i < len(g.kept); i++ {
			if g.kept[i] >= test.least {
				last = i
			}
			if i-last > test.gap {
				g.t.Errorf("%s: for %d frames there was no effort of %d", what, i-last, test.least)
				return
			}
		}
	}
}

// A grain is a sensor's noise: many random numbers, of which each line of a frame
// takes some at a place of its own.
type grain struct {
	r     *rand.Rand
	noise []int16
}

func newGrain(deviation float64) *grain {
	g := &grain{r: rand.New(rand.NewPCG(1, 2)), noise: make([]int16, 1<<16)}
	for i := range g.noise {
		g.noise[i] = int16(math.Round(g.r.NormFloat64() * deviation))
	}
	return g
}

// on adds the noise to a frame.
func (g *grain) on(frame *image.Gray) *image.Gray {
	out := clone(frame)
	w := out.Rect.Dx()
	for y := range out.Rect.Dy() {
		noise := g.noise[g.r.IntN(len(g.noise)-w):]
		for x := range w {
			p := &out.Pix[y*out.Stride+x]
			*p = byte(min(255, max(0, int16(*p)+noise[x])))
		}
	}
	return out
}

// flickering is a frame of 30 ms that lamps on 50 Hz mains light: 100 Hz roll over
// it, and the next one begins elsewhere.
func flickering(frame *image.Gray, n int, depth float64) *image.Gray {
	out := clone(frame)
	w, h := out.Rect.Dx(), out.Rect.Dy()
	for y := range h {
		light := int(256 * (1 + depth*math.Sin(2*math.Pi*(3*float64(y)/float64(h)+float64(n)/3+float64(n)/97))))
		line := out.Pix[y*out.Stride:][:w]
		for x, p := range line {
			line[x] = byte(min(255, int(p)*light>>8))
		}
	}
	return out
}

// flat is a wall with a lamp's light on it.
func flat(w, h int, level func(x, y int) float64) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			g.Pix[y*g.Stride+x] = byte(min(255, max(0, math.Round(level(x, y)))))
		}
	}
	return g
}

func wall(w, h int) *image.Gray {
	return flat(w, h, func(x, y int) float64 { return 40 + 100*float64(x)/float64(w) + 20*math.Sin(float64(y)/9) })
}

func TestVigilRests(t *testing.T) {
	const w, h = 640, 360
	ground := wall(w, h)
	dim := flat(w, h, func(x, y int) float64 { // half of it is black, without noise
		return max(0, 60*float64(x)/w-20)
	})
	webcam := newGrain(3)
	on := func(deviation float64, frame *image.Gray) func(int) *image.Gray {
		noise := newGrain(deviation)
		return func(int) *image.Gray { return noise.on(frame) }
	}
	for name, look := range map[string]func(n int) *image.Gray{
		"nothing at all":         func(int) *image.Gray { return ground },
		"a webcam's noise":       on(3, ground),
		"noise in dim light":     on(9, ground),
		"noise in the dark":      on(16, dim),
		"noise of a bad webcam":  on(24, ground),
		"the sun behind a cloud": func(n int) *image.Gray { return webcam.on(lit(ground, 1+0.5*math.Sin(float64(n)/150))) },
		"lamps on 50 Hz mains":   func(n int) *image.Gray { return flickering(ground, n, 0.2) },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, look)
			if n := g.pass(1); n < liveFPS-1 {
				t.Errorf("of the first second only %d frames are decoded", n)
			}
			g.pass(14)
			g.rests(8, name)
		})
	}
}

// A hand with a card comes in from the side: the frame it first shows in is decoded,
// and so is every one from then on until all has been still for three seconds. So in
// the light, in the dark and under flickering lamps.
func TestVigilSeesACardComing(t *testing.T) {
	const w, h = 640, 360
	ground := wall(w, h)
	light, dim, dark := newGrain(2), newGrain(9), newGrain(12)
	card := func(g *image.Gray, left int) *image.Gray {
		out := clone(g)
		for y := 100; y < 260; y++ {
			for x := max(left, 0); x < min(left+260, w); x++ {
				out.Pix[y*out.Stride+x] = 205
			}
		}
		if left+240 <= w {
			code(out, rand.New(rand.NewPCG(7, 7)), left+140, 130, 99, 3, 30, 215)
		}
		return out
	}
	for name, seen := range map[string]func(g *image.Gray, n int) *image.Gray{
		"in the light":     func(g *image.Gray, n int) *image.Gray { return light.on(g) },
		"in dim light":     func(g *image.Gray, n int) *image.Gray { return dim.on(g) },
		"in the dark":      func(g *image.Gray, n int) *image.Gray { return dark.on(lit(g, 0.4)) },
		"flickering lamps": func(g *image.Gray, n int) *image.Gray { return flickering(g, n, 0.15) },
	} {
		t.Run(name, func(t *testing.T) {
			left := w // nothing yet
			g := newGate(t, func(n int) *image.Gray { return seen(card(ground, left), n) })
			g.pass(15)
			g.rests(4, "before it")
			for ; left > 250; left -= 45 { // a brisk hand
				if _, e := g.frame(); left < w && e != Search {
					t.Fatalf("the card is in view from %d on, and the frame is worth %d", left, e)
				}
			}
			for range 2 * liveFPS {
				if _, e := g.frame(); e != Search {
					t.Fatal("while the card is held still a frame is not searched")
				}
			}
			g.pass(6)
			g.rests(4, "a card that lies there")
			left = w
			if _, e := g.frame(); e != Search {
				t.Error("the card goes unnoticed")
			}
		})
	}
}

// A card that is pushed in slowly is seen before its code is.
func TestVigilSeesASlowCard(t *testing.T) {
	const w, h = 640, 360
	noise := newGrain(3)
	ground, left := wall(w, h), w
	g := newGate(t, func(int) *image.Gray {
		out := clone(ground)
		for y := 100; y < 260; y++ {
			for x := left; x < w; x++ {
				out.Pix[y*out.Stride+x] = 205
			}
		}
		return noise.on(out)
	})
	g.pass(12)
	for ; left > w-40; left-- { // 15 pixels a second
		g.frame()
	}
	if e := g.kept[len(g.kept)-1]; e != Search {
		t.Error("a card that is pushed in slowly is not noticed before 40 pixels of it are in view")
	}
}

// A lamp that is switched on, or off, is a change.
func TestVigilSeesALamp(t *testing.T) {
	ground := wall(640, 360)
	lamp := 1.0
	g := newGate(t, func(int) *image.Gray { return lit(ground, lamp) })
	for _, lamp = range []float64{1, 1.4, 0.9} {
		if _, e := g.frame(); e != Search {
			t.Errorf("the light at %.1f goes unnoticed", lamp)
		}
		g.pass(8)
		g.rests(3, "the lamp as it is")
	}
}

// A code that is in view and cannot be read is worth every frame, at once; but not
// for ever, and again as soon as something moves.
func TestVigilFound(t *testing.T) {
	ground, person := wall(640, 360), wall(640, 360)
	code(person, rand.New(rand.NewPCG(9, 9)), 300, 100, 100, 3, 20, 220)
	now := ground
	g := newGate(t, func(int) *image.Gray { return now })
	g.pass(8)
	g.rests(2, "before it")
	finds := func(seconds int) (searched int) {
		for range seconds * liveFPS {
			f, e := g.frame()
			if e > Pass {
				g.vigil.Found(f)
			}
			if e == Search {
				searched++
			}
		}
		return searched
	}
	if n := finds(9); n < 9*liveFPS-4 {
		t.Errorf("only %d frames of nine seconds are searched", n)
	}
	finds(3)
	if n := finds(10); n > 12 {
		t.Errorf("a code that nobody can read has %d frames of ten seconds searched", n)
	}
	now = person
	if n := finds(9); n != 9*liveFPS {
		t.Errorf("after a movement only %d frames of nine seconds are searched", n)
	}
	g.pass(8)
	g.rests(3, "without it")
}

func TestVigilOfNothing(t *testing.T) {
	var v Vigil
	if e := v.Look(Frame{Err: ErrBadPicture}); e != Pass {
		t.Errorf("no picture is worth %d", e)
	}
}
