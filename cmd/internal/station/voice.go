package station

import (
	"context"

	"chot/scanner"
)

// A Speaker makes the sound of a verdict. Play does not wait, and Run may end
// where there is nothing to play with.
type Speaker interface {
	Run(context.Context) error
	Play(scanner.Outcome)
	// Tune sets how loud, from 0 to 10, and in which language a word follows
	// the sound, "" for none.
	Tune(volume int, spoken string)
}

// speak runs the loudspeaker. That there is none is a quiet fault: the screen
// shows every verdict.
func (s *Station) speak(ctx context.Context) error {
	err := s.speaker.Run(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.log.Warn("no sound", "err", err)
	s.fault("sound", scanner.FaultSound)
	<-ctx.Done()
	return ctx.Err()
}

// Hear plays an outcome's sound and does not wait.
func (s *Station) Hear(o scanner.Outcome) {
	if s.speaker != nil {
		s.speaker.Play(o)
	}
}

// tune brings the loudspeaker to the preferences.
func (s *Station) tune(p Preferences) {
	if s.speaker == nil {
		return
	}
	spoken := ""
	if p.Spoken {
		spoken = p.Language
	}
	s.speaker.Tune(p.Volume, spoken)
}
