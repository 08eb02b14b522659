package camera

import (
	"image"
	"os"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// sampleFrame is a sample photograph.
func sampleFrame(t testing.TB, name string) *image.Gray {
	t.Helper()
	b, err := os.ReadFile("../assets/samples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	g, err := DecodePicture(b)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// lit is a frame whose levels are changed as another exposure would.
func lit(g *image.Gray, factor float64) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dx(), g.Rect.Dy()))
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			out.Pix[y*out.Stride+x] = byte(min(255, factor*float64(g.Pix[y*g.Stride+x])))
		}
	}
	return out
}

func TestMeasure(t *testing.T) {
	g := image.NewGray(image.Rect(0, 0, 320, 100))
	for i := range g.Pix { // ten bars, from 25 to 250
		g.Pix[i] = byte(25 * (1 + i%320/32))
	}
	if e := Measure(g); e.Dark != 25 || e.Middle != 125 || e.Bright != 250 || e.Clipped < 0.09 || e.Clipped > 0.11 {
		t.Errorf("bars measure %+v", e)
	}
	if e := Measure(image.NewGray(image.Rect(0, 0, 2, 2))); e != (Exposure{}) {
		t.Errorf("next to no pixels measure %+v", e)
	}
	padded := &image.Gray{Pix: make([]byte, 64*48), Stride: 64, Rect: image.Rect(0, 0, 40, 48)}
	for i := range padded.Pix {
		padded.Pix[i] = 255
		if i%64 < 40 {
			padded.Pix[i] = 7
		}
	}
	if e := Measure(padded); e.Bright != 7 || e.Clipped != 0 {
		t.Errorf("padding is measured: %+v", e)
	}
}

// Every sample as it is has enough light, and none has at a twelfth of the light
// or at twenty times as much.
func TestLightOfSamples(t *testing.T) {
	for _, name := range []string{"01-cccd-admit.jpg", "16-qrqg-phone.jpg", "30-nothing.jpg", "31-papers-without-code.jpg"} {
		g := sampleFrame(t, name)
		for factor, want := range map[float64]LightLevel{1: LightEnough, 1. / 12: TooDark, 20: TooBright} {
			var l Light
			var got LightLevel
			for i := range 20 {
				got = l.See(Frame{Image: lit(g, factor), At: noon.Add(time.Duration(i) * 66 * time.Millisecond)})
			}
			if got != want {
				t.Errorf("%s with %.2f times the light: %d, want %d (%+v)", name, factor, got, want, Measure(lit(g, factor)))
			}
		}
	}
}

// A level comes late, and goes only when it is well past.
func TestLightHysteresis(t *testing.T) {
	flat := func(v byte) *image.Gray {
		g := image.NewGray(image.Rect(0, 0, 64, 48))
		for i := range g.Pix {
			g.Pix[i] = v
		}
		return g
	}
	var l Light
	at := noon
	see := func(v byte, d time.Duration) (got LightLevel) {
		for end := at.Add(d); at.Before(end); at = at.Add(50 * time.Millisecond) {
			got = l.See(Frame{Image: flat(v), At: at})
		}
		return got
	}
	for i, c := range []struct {
		v    byte
		d    time.Duration
		want LightLevel
	}{
		{120, time.Second, LightEnough},
		{30, 300 * time.Millisecond, LightEnough}, // a sleeve
		{120, time.Second, LightEnough},
		{30, time.Second, TooDark},
		{70, 5 * time.Second, TooDark}, // in between it stays as it was
		{30, time.Second, TooDark},
		{120, 300 * time.Millisecond, TooDark},
		{120, time.Second, LightEnough},
		{70, 5 * time.Second, LightEnough},
		{255, time.Second, TooBright},
		{30, time.Second, TooDark}, // from one to the other
	} {
		if got := see(c.v, c.d); got != c.want {
			t.Errorf("step %d, %d for %v: %d, want %d", i, c.v, c.d, got, c.want)
		}
	}
	if got := l.See(Frame{Err: ErrBadPicture}); got != TooDark {
		t.Errorf("a frame without a picture gives %d", got)
	}
}

func TestLightAllocatesNothing(t *testing.T) {
	g := gradient(1280, 720)
	var l Light
	var s Vigil
	s.Look(Frame{Image: g, At: noon})
	if a := testing.AllocsPerRun(10, func() { l.See(Frame{Image: g, At: noon}); s.Look(Frame{Image: g, At: noon}) }); a != 0 {
		t.Errorf("%v allocations a frame", a)
	}
}
