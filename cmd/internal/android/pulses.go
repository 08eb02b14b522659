package android

import (
	"time"

	"chot/scanner"
)

// A Pulse is one stroke of the vibrator, after a rest.
type Pulse struct {
	Rest, On time.Duration
	Strength uint8 // 1 to 255; a motor without strengths runs at its only one
}

const (
	short  = 80 * time.Millisecond
	medium = 200 * time.Millisecond
	long   = 350 * time.Millisecond
	tick   = 45 * time.Millisecond
)

var feels = map[scanner.Outcome][]Pulse{
	scanner.Admit:  {{On: short, Strength: 180}},
	scanner.Refer:  {{On: medium, Strength: 220}, {Rest: 150 * time.Millisecond, On: medium, Strength: 220}},
	scanner.Refuse: {{On: long, Strength: 255}, {Rest: 120 * time.Millisecond, On: long, Strength: 255}, {Rest: 120 * time.Millisecond, On: long, Strength: 255}},
}

// watched is six ticks that end in a stroke: felt by the hand, and hardly heard
// by the person in front.
var watched = []Pulse{
	{On: tick, Strength: 90}, {Rest: tick, On: tick, Strength: 90}, {Rest: tick, On: tick, Strength: 90},
	{Rest: 2 * tick, On: tick, Strength: 90}, {Rest: tick, On: tick, Strength: 90}, {Rest: tick, On: tick, Strength: 90},
	{Rest: 2 * tick, On: medium, Strength: 120},
}

// Pulses is what a verdict feels like, so that a hand in a glove tells it
// without eyes or ears: admitted one short stroke, referred two, refused three
// long ones, and somebody who is watched for a quiet rattle in place of the
// outcome, which the screen shows. An outcome there is not feels like a refusal.
func Pulses(v scanner.Verdict) []Pulse {
	if v.Watch {
		return watched
	}
	if p, ok := feels[v.Outcome]; ok {
		return p
	}
	return feels[scanner.Refuse]
}

// waveform is a pattern as android.os.VibrationEffect.createWaveform takes it:
// milliseconds, and a strength for each, 0 for a rest.
func waveform(pulses []Pulse) (timings []int64, strengths []int32) {
	for _, p := range pulses {
		timings = append(timings, p.Rest.Milliseconds(), p.On.Milliseconds())
		strengths = append(strengths, 0, int32(p.Strength))
	}
	return timings, strengths
}
