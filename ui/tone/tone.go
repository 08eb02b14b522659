// Package tone makes the sound of a verdict: three shapes that differ in rhythm
// as well as in pitch, so that they are told apart in noise, by people who hear
// no high notes, and through a cheap loudspeaker.
//
//	Admit   short, long, rising     ▂ ▆▆▆
//	Refer   three short, level      ▄ ▄ ▄
//	Refuse  two long, low, rough    ▂▂▂ ▂▂▂
//
// Sound comes after the verdict, never before it, and holds nothing back: Play
// does not wait, and a device without a sound card is a value that Run returns.
// Sound needs cgo and, on Linux, ALSA (libasound2-dev to build), on Android AAudio
// (8.0, API 26, looked up when it runs); elsewhere the shapes are there and Run says
// that it cannot play them.
package tone

import (
	"math"
	"time"
)

// Shape is a sound. The zero value is the refusal's.
type Shape uint8

// The three sounds.
const (
	Refuse Shape = iota
	Refer
	Admit
)

// Rate is the sample rate that Speaker plays, in hertz.
const Rate = 22050

// note is a part of a shape: a pitch in hertz, 0 for a rest.
type note struct {
	pitch  float64
	length time.Duration
	rough  bool // with odd harmonics: it carries through a small loudspeaker
}

const ms = time.Millisecond

// No shape takes longer than a second: the next person is waiting.
var shapes = map[Shape][]note{
	Admit:  {{784, 90 * ms, false}, {0, 40 * ms, false}, {1175, 280 * ms, false}},
	Refer:  {{659, 90 * ms, false}, {0, 90 * ms, false}, {659, 90 * ms, false}, {0, 90 * ms, false}, {659, 90 * ms, false}},
	Refuse: {{247, 330 * ms, true}, {0, 120 * ms, false}, {247, 330 * ms, true}},
}

const (
	loudness = 0.8       // of full scale
	fade     = 8 * ms    // at both ends of a note, or it clicks
	minRate  = 4000      // below it the notes would alias
	maxRate  = 192000    // above it nothing plays
	full     = 1<<15 - 1 // of a sample
)

// Samples returns a shape as mono PCM, 16 bits a sample, at a rate in hertz from
// 4,000 to 192,000; rates beyond are brought within. A shape that does not exist
// sounds like the refusal.
func Samples(s Shape, rate int) []int16 {
	rate = min(max(rate, minRate), maxRate)
	notes, ok := shapes[s]
	if !ok {
		notes = shapes[Refuse]
	}
	var pcm []int16
	for _, n := range notes {
		pcm = n.samples(pcm, rate)
	}
	return pcm
}

func (n note) samples(pcm []int16, rate int) []int16 {
	count := int(n.length.Seconds() * float64(rate))
	ramp := max(1, int(fade.Seconds()*float64(rate)))
	for i := range count {
		if n.pitch == 0 {
			pcm = append(pcm, 0)
			continue
		}
		phase := 2 * math.Pi * n.pitch * float64(i) / float64(rate)
		v := math.Sin(phase)
		if n.rough {
			v = 0.6*v + 0.3*math.Sin(3*phase) + 0.1*math.Sin(5*phase)
		}
		if edge := min(i, count-1-i); edge < ramp { // raised cosine
			v *= (1 - math.Cos(math.Pi*float64(edge)/float64(ramp))) / 2
		}
		pcm = append(pcm, int16(math.Round(v*loudness*full)))
	}
	return pcm
}
