package qr

import (
	"fmt"
	"image"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
)

func versioned(version int) map[gozxing.EncodeHintType]any {
	return map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_QR_VERSION: version}
}

// byWork makes a decoder's clock show the work it has told of, a nanosecond a
// unit, so that a budget ends at the same place on any machine.
func byWork(d *Decoder) *Decoder {
	d.now = func() time.Time { return time.Unix(0, 0).Add(time.Duration(d.meter.work)) }
	return d
}

// TestBudgetIsKept gives nasty frames budgets of many lengths and wants hardly
// any work told of after their end: what comes between two looks at the clock,
// and the steps of what was under way. Budgets that nothing ended would not show
// it, so some of each frame's must have ended before the work did.
func TestBudgetIsKept(t *testing.T) {
	const longest = 3_000_000
	for _, n := range nasty {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			frame := n.draw(t, rand.New(rand.NewPCG(31, 32)))
			d := byWork(NewDecoder())
			pixels := min(frame.Rect.Dx()*frame.Rect.Dy(), maxLivePixels)
			floor := usual.floor + usual.pixel*int64(pixels)
			if frame.Rect.Dx()*frame.Rect.Dy() > maxLivePixels {
				floor += 6 * int64(pixels)
			}
			worst, ended := int64(0), 0
			for budget := int64(1); budget < 100e6; budget = budget*4 + 1_234_567 {
				d.Decode(frame, time.Duration(budget))
				worst = max(worst, d.meter.work-max(budget, floor))
				if d.meter.ended {
					ended++
				}
			}
			t.Logf("%d units at most after the end", worst)
			if worst > longest {
				t.Errorf("%d units of work after the end of a budget, want at most %d", worst, longest)
			}
			if ended < 2 {
				t.Errorf("only %d budgets ended before the work did", ended)
			}
			if d.Decode(frame, 400e6); d.meter.work < floor+longest {
				t.Errorf("there are only %d units to do, which shows nothing", d.meter.work)
			}
		})
	}
}

// hard draws symbols that only the later rungs read, small so that they can be
// cut often.
func hard(t testing.TB, k int) (*image.Gray, string) {
	rng := rand.New(rand.NewPCG(41, uint64(k)))
	want := fmt.Sprintf("CUT AT EVERY PLACE %d", k)
	p := encode(t, want, levelM, versioned(4))
	frame := framed(p, 3)
	w, h := frame.Rect.Dx(), frame.Rect.Dy()
	img := make([]float64, w*h)
	for i, v := range frame.Pix {
		img[i] = float64(v)
	}
	switch k % 4 {
	case 0:
		gauss(img, w, frame.Rect, 1.7)
	case 1:
		smear(img, w, h, frame.Rect, 6.5, 0.6)
	case 2: // words to be erased
		for y := 12 * 3; y < 17*3; y++ {
			for x := 12 * 3; x < 33*3; x++ {
				img[y*w+x] = 128
			}
		}
	case 3:
		gauss(img, w, frame.Rect, 0.8)
		for i := range img {
			img[i] += rng.NormFloat64() * 75
		}
	}
	for i, v := range img {
		frame.Pix[i] = byte(min(max(v+2*rng.NormFloat64(), 0), 255))
	}
	return frame, want
}

// TestCutAnywhere ends a live frame's budget after every so many units of work,
// with a look at the clock at every single stretch. Whatever is read then must
// be what is read without an end.
func TestCutAnywhere(t *testing.T) {
	cuts := 60
	if *long {
		cuts = 3000
	}
	for k := range 4 {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			frame, want := hard(t, k)
			d := byWork(NewDecoder())
			d.meter.pace = pace{grain: 1}
			d.Decode(frame, time.Hour)
			all := d.meter.work
			read, none := 0, 0
			for i := range cuts {
				d.next = 1
				for _, s := range d.Decode(frame, time.Duration(all*int64(i+1)/int64(cuts-cuts/10))) {
					if s.Err == nil && s.Text() != want {
						t.Fatalf("cut %d of %d: read %q, want %q", i, cuts, s.Text(), want)
					}
					if s.Err == nil {
						read++
					} else {
						none++
					}
				}
			}
			t.Logf("%d units, %d cuts: read %d times, located only %d times", all, cuts, read, none)
			if read == 0 || read == cuts {
				t.Errorf("read after %d of %d cuts: nothing was cut, or everything", read, cuts)
			}
			whole, still := d.Decode(frame, time.Hour), NewDecoder().Decode(frame, 0)
			if len(whole) != 1 || len(still) != 1 || whole[0].Text() != want || still[0].Text() != want {
				t.Errorf("without an end: %v and %v", texts(whole), texts(still))
			}
		})
	}
}

func texts(symbols []Symbol) string {
	s := []string{}
	for _, y := range symbols {
		s = append(s, y.Text())
	}
	return strings.Join(s, "; ")
}
