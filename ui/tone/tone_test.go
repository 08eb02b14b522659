package tone

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

var all = []Shape{Refuse, Refer, Admit}

// rhythm is how long a shape sounds and rests, in turn, in tenths of a second, at
// least one: all that is left of it without pitch.
func rhythm(pcm []int16, rate int) (beats []int) {
	window := rate / 100
	sounding, n := true, 0
	flush := func() { beats = append(beats, max(1, (n+5)/10)) }
	for block := range slices.Chunk(pcm[:len(pcm)-len(pcm)%window-window], window) {
		loud := slices.ContainsFunc(block, func(v int16) bool { return v > 1000 || v < -1000 })
		if loud != sounding {
			flush()
			sounding, n = loud, 0
		}
		n++
	}
	flush()
	return beats
}

// power is how much of a pitch is in a shape (Goertzel's algorithm).
func power(pcm []int16, pitch float64, rate int) float64 {
	w := 2 * math.Cos(2*math.Pi*pitch/float64(rate))
	var a, b float64
	for _, v := range pcm {
		a, b = float64(v)+w*a-b, a
	}
	return a*a + b*b - w*a*b
}

func TestShapes(t *testing.T) {
	for _, rate := range []int{8000, Rate, 44100, 48000} {
		for shape, want := range map[Shape]string{Admit: "[1 1 3]", Refer: "[1 1 1 1 1]", Refuse: "[3 1 3]"} {
			pcm := Samples(shape, rate)
			if got := fmt.Sprint(rhythm(pcm, rate)); got != want {
				t.Errorf("%d at %d Hz: rhythm %s, want %s", shape, rate, got, want)
			}
			if length := time.Duration(len(pcm)) * time.Second / time.Duration(rate); length > time.Second || length < 200*ms {
				t.Errorf("%d at %d Hz takes %v", shape, rate, length)
			}
			if pcm[0] != 0 || pcm[len(pcm)-1] != 0 {
				t.Errorf("%d at %d Hz clicks", shape, rate)
			}
			if peak := slices.Max(pcm); peak < full/3 || peak > full*9/10 {
				t.Errorf("%d at %d Hz: peak %d", shape, rate, peak)
			}
		}
	}
}

func TestPitch(t *testing.T) {
	pitches := map[Shape]float64{Refuse: 247, Refer: 659, Admit: 1175}
	for _, shape := range all {
		pcm := Samples(shape, Rate)
		own := power(pcm, pitches[shape], Rate)
		for other, pitch := range pitches {
			if other != shape && power(pcm, pitch, Rate) > own/20 {
				t.Errorf("%d sounds like %d", shape, other)
			}
		}
	}
	// A loudspeaker of a few centimetres gives nothing below 500 Hz.
	if pcm := Samples(Refuse, Rate)[:Rate/4]; power(pcm, 3*247, Rate) < power(pcm, 247, Rate)/10 {
		t.Error("the refusal is lost in a small loudspeaker")
	}
}

func TestOddArguments(t *testing.T) {
	if !slices.Equal(Samples(99, Rate), Samples(Refuse, Rate)) {
		t.Error("a shape that does not exist is no refusal")
	}
	for _, rate := range []int{math.MinInt, -1, 0, 1, math.MaxInt} {
		if n := len(Samples(Admit, rate)); n == 0 || n > maxRate {
			t.Errorf("%d samples at %d Hz", n, rate)
		}
	}
}
