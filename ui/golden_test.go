//go:build cgo

package ui

import (
	"flag"
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"testing"

	"gioui.org/gpu/headless"
	"gioui.org/io/input"
	"gioui.org/layout"
	"gioui.org/op"
	"gioui.org/unit"

	"chot/scanner"
)

var update = flag.Bool("update", false, "write the pictures in testdata/golden anew")

// What may differ between two versions of a software renderer: the smoothing
// of edges. A changed word, colour or place differs by far more.
const (
	meanLimit = 0.6   // mean difference of a channel, of 255
	farOff    = 48    // a pixel whose channels differ by more counts as different
	farLimit  = 0.004 // of all pixels
	nearBy    = 16    // a square of so many pixels
	nearLimit = 64    // of its pixels: a sign that has moved, a word that has changed
)

// A studio keeps what is slow to make: fonts, and a surface for each size.
type studio struct {
	screens  *UI
	surfaces map[size]*headless.Window
}

func newStudio(t testing.TB) *studio {
	t.Helper()
	screens, err := New()
	if err != nil {
		t.Fatal(err)
	}
	st := &studio{screens: screens, surfaces: map[size]*headless.Window{}}
	t.Cleanup(func() {
		for _, w := range st.surfaces {
			w.Release()
		}
	})
	return st
}

func (st *studio) surface(t testing.TB, sz size) *headless.Window {
	t.Helper()
	if w, ok := st.surfaces[sz]; ok {
		return w
	}
	w, err := headless.NewWindow(sz.w, sz.h)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no software rendering: install libgl1-mesa-dri and libgles2: %v", err)
		}
		t.Skipf("no software rendering here (install libgl1-mesa-dri and libgles2): %v", err)
	}
	st.surfaces[sz] = w
	return w
}

// render draws a scene in software. The second frame is kept: the first
// claims the keyboard and asks for another.
func (st *studio) render(t testing.TB, s scene) *image.RGBA {
	t.Helper()
	win := st.surface(t, s.size)
	st.screens.picture.seq = 0 // another scene's picture may have the same number
	s.snap.Insets = s.size.insets
	var router input.Router
	var ops op.Ops
	for range 2 {
		ops.Reset()
		st.screens.Layout(layout.Context{
			Ops: &ops, Now: s.snap.Now, Source: router.Source(), Metric: unit.Metric{PxPerDp: s.size.density(), PxPerSp: s.size.density()},
			Constraints: layout.Exact(image.Pt(s.size.w, s.size.h)),
		}, s.snap)
		router.Frame(&ops)
	}
	if err := win.Frame(&ops); err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, s.size.w, s.size.h))
	if err := win.Screenshot(img); err != nil {
		t.Fatal(err)
	}
	return img
}

// differ says in words how two pictures differ, or "".
func differ(a, b *image.RGBA) string {
	if a.Rect != b.Rect {
		return fmt.Sprintf("one is %v, the other %v", a.Rect.Size(), b.Rect.Size())
	}
	sum, far, worst, near := 0, 0, 0, map[image.Point]int{}
	for i := 0; i < len(a.Pix); i += 4 {
		d0, d1, d2 := abs(int(a.Pix[i])-int(b.Pix[i])), abs(int(a.Pix[i+1])-int(b.Pix[i+1])), abs(int(a.Pix[i+2])-int(b.Pix[i+2]))
		sum += d0 + d1 + d2
		if max(d0, d1, d2) > farOff {
			far++
			x, y := i%a.Stride/4, i/a.Stride
			at := image.Pt(x/nearBy, y/nearBy)
			near[at]++
			worst = max(worst, near[at])
		}
	}
	n := float64(len(a.Pix) / 4)
	mean, part := float64(sum)/3/n, float64(far)/n
	if mean > meanLimit || part > farLimit || worst > nearLimit {
		return fmt.Sprintf("mean difference %.2f (limit %.2f), %.2f %% of pixels far off (limit %.2f %%), in one place %d (limit %d)",
			mean, meanLimit, 100*part, 100*farLimit, worst, nearLimit)
	}
	return ""
}

func TestGolden(t *testing.T) {
	known, st := map[string]bool{}, newStudio(t)
	for _, s := range scenes(t) {
		file := s.name + ".png"
		known[file] = true
		t.Run(s.name, func(t *testing.T) {
			got := halved(st.render(t, s))
			path := filepath.Join("testdata", "golden", file)
			if *update {
				if err := writePNG(path, got); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := readPNG(path)
			if err != nil {
				t.Fatalf("%v (go test ./ui -run TestGolden -update writes the pictures)", err)
			}
			if why := differ(want, got); why != "" {
				seen := filepath.Join(os.TempDir(), "chot-"+file)
				if err := writePNG(seen, got); err != nil {
					t.Error(err)
				}
				t.Errorf("%s; what was drawn is in %s", why, seen)
			}
		})
	}
	if *update {
		return
	}
	files, err := filepath.Glob("testdata/golden/*.png")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[filepath.Base(f)] {
			t.Errorf("%s belongs to no scene: delete it", f)
		}
	}
}

// No screen is without its pictures, and none has them twice.
func TestEveryScreenHasItsPictures(t *testing.T) {
	drawn, names := map[Screen]int{}, map[string]bool{}
	for _, s := range scenes(t) {
		drawn[s.snap.Screen]++
		if names[s.name] {
			t.Errorf("two pictures are named %s", s.name)
		}
		names[s.name] = true
	}
	for screen := range screens {
		if drawn[screen] == 0 {
			t.Errorf("screen %d is drawn nowhere", screen)
		}
	}
	for _, st := range screenStages(t) {
		for _, l := range []string{"vi", "en"} {
			for _, p := range []Preset{Day, Night} {
				for _, sz := range sizes {
					if name := fmt.Sprintf("%s-%s-%v-%dx%d", st.name, l, p, sz.w, sz.h); !names[name] {
						t.Errorf("there is no %s", name)
					}
				}
			}
		}
	}
}

// A comparison that lets everything through would prove nothing: what a
// careless change does to a screen must fail it.
func TestGoldenComparisonFails(t *testing.T) {
	plain := scene{"control", wide, withVerdict(VerdictScreen, refused())}
	st := newStudio(t)
	base := halved(st.render(t, plain))
	if why := differ(base, halved(st.render(t, plain))); why != "" {
		t.Fatalf("the same scene twice: %s", why)
	}
	change := func(f func(*Snapshot)) *image.RGBA {
		s := plain
		v := *plain.snap.Verdict
		s.snap.Verdict = &v
		f(&s.snap)
		return halved(st.render(t, s))
	}
	for name, img := range map[string]*image.RGBA{
		"another outcome":  change(func(s *Snapshot) { s.Verdict.Verdict.Outcome = scanner.Refer }),
		"another reason":   change(func(s *Snapshot) { s.Verdict.Verdict.Reason = scanner.Revoked }),
		"another name":     change(func(s *Snapshot) { s.Verdict.Name = "PHẠM THỊ KHÁC" }),
		"another language": change(func(s *Snapshot) { s.Language = "en" }),
		"another preset":   change(func(s *Snapshot) { s.Preset = Night }),
		"a missing number": change(func(s *Snapshot) { s.Verdict.MaskedID = "" }),
	} {
		if differ(base, img) == "" {
			t.Errorf("%s passes for the same picture", name)
		}
	}
	spot := image.NewRGBA(base.Rect) // as large as a small sign
	copy(spot.Pix, base.Pix)
	draw.Draw(spot, image.Rect(301, 11, 319, 29), image.Black, image.Point{}, draw.Src)
	if differ(base, spot) == "" {
		t.Error("a sign more passes for the same picture")
	}
	if differ(base, image.NewRGBA(image.Rect(0, 0, 10, 10))) == "" {
		t.Error("another size passes for the same picture")
	}
}
