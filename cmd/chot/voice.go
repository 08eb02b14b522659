package main

import (
	"context"
	"os"

	"chot/scanner"
	"chot/ui/tone"
)

// A voice is the loudspeaker as the station uses it.
type voice struct {
	*tone.Speaker
	card string
}

func newVoice(card string) voice { return voice{tone.NewSpeaker(), card} }

// Run plays until ctx ends or there is nothing to play with.
func (v voice) Run(ctx context.Context) error {
	if v.card != "" {
		// ALSA's own way to choose the default card (alsa.conf).
		if err := os.Setenv("ALSA_CARD", v.card); err != nil {
			return err
		}
	}
	return v.Speaker.Run(ctx)
}

// shapes are the outcomes' sounds.
var shapes = map[scanner.Outcome]tone.Shape{scanner.Refuse: tone.Refuse, scanner.Refer: tone.Refer, scanner.Admit: tone.Admit}

// Play plays an outcome's sound, and the refusal's for one there is not.
func (v voice) Play(o scanner.Outcome) { v.Speaker.Play(shapes[o]) }

// Tune implements station.Speaker.
func (v voice) Tune(volume int, spoken string) {
	v.Set(tone.Settings{Volume: volume, Spoken: spoken})
}
