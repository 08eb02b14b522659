package station

import (
	"context"
	"os"

	"chot/scanner"
	"chot/ui/tone"
)

// speak runs the loudspeaker. That there is none is a quiet fault: the screen
// shows every verdict.
func (s *Station) speak(ctx context.Context) error {
	if s.config.Sound.Device != "" {
		// ALSA's own way to choose the default card (alsa.conf).
		if err := os.Setenv("ALSA_CARD", s.config.Sound.Device); err != nil {
			return err
		}
	}
	err := s.speaker.Run(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.log.Warn("no sound", "err", err)
	s.fault("sound", scanner.FaultSound)
	<-ctx.Done()
	return ctx.Err()
}

// sounds are the shapes of the outcomes.
var sounds = map[scanner.Outcome]tone.Shape{scanner.Refuse: tone.Refuse, scanner.Refer: tone.Refer, scanner.Admit: tone.Admit}

// Hear plays an outcome's sound and does not wait.
func (s *Station) Hear(o scanner.Outcome) {
	if s.speaker != nil {
		s.speaker.Play(sounds[o])
	}
}
