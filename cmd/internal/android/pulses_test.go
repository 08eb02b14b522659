package android

import (
	"slices"
	"testing"
	"time"

	"chot/scanner"
)

func total(pulses []Pulse) (on, all time.Duration) {
	for _, p := range pulses {
		on, all = on+p.On, all+p.Rest+p.On
	}
	return on, all
}

func TestVerdictsFeelDifferent(t *testing.T) {
	all := map[string][]Pulse{
		"admit": Pulses(scanner.Verdict{Outcome: scanner.Admit}), "refer": Pulses(scanner.Verdict{Outcome: scanner.Refer}),
		"refuse": Pulses(scanner.Verdict{Outcome: scanner.Refuse}), "watch": Pulses(scanner.Verdict{Outcome: scanner.Admit, Watch: true}),
	}
	counts := map[int]string{}
	for name, p := range all {
		if other, ok := counts[len(p)]; ok {
			t.Errorf("%s and %s have as many strokes", name, other)
		}
		counts[len(p)] = name
		if on, whole := total(p); on < 80*time.Millisecond || whole > 1500*time.Millisecond {
			t.Errorf("%s lasts %v, %v of it felt", name, whole, on)
		}
		for i, stroke := range p {
			if stroke.Strength == 0 || i > 0 && stroke.Rest == 0 {
				t.Errorf("%s, stroke %d is not one of its own: %+v", name, i, stroke)
			}
		}
	}
	admit, _ := total(all["admit"])
	refer, _ := total(all["refer"])
	refuse, _ := total(all["refuse"])
	if !(admit < refer && refer < refuse) {
		t.Errorf("felt for %v, %v and %v: worse must be longer", admit, refer, refuse)
	}
	for name, p := range all {
		if name != "watch" && p[0].Strength <= all["watch"][0].Strength {
			t.Errorf("a watch-list hit is felt as strongly as %s", name)
		}
	}
}

func TestWhatIsUnknownFeelsLikeARefusal(t *testing.T) {
	refuse := Pulses(scanner.Verdict{Outcome: scanner.Refuse})
	for _, v := range []scanner.Verdict{{}, {Outcome: scanner.Outcome(77)}} {
		if !slices.Equal(Pulses(v), refuse) {
			t.Errorf("%v does not feel like a refusal", v)
		}
	}
}

func TestWaveform(t *testing.T) {
	timings, strengths := waveform(Pulses(scanner.Verdict{Outcome: scanner.Refer}))
	if !slices.Equal(timings, []int64{0, 200, 150, 200}) || !slices.Equal(strengths, []int32{0, 220, 0, 220}) {
		t.Errorf("got %v %v", timings, strengths)
	}
}
