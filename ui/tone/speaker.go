package tone

import (
	"context"
	"encoding/binary"
	"errors"
	"time"
)

// What Run says where there is no sound. Neither is worth more than a line in the
// list of faults.
var (
	ErrNoSound     = errors.New("there is no sound card that works: plug a loudspeaker in, and start the program again")
	ErrUnsupported = errors.New("this build has no sound: the screen shows the verdict")
)

// patience is how long a sound card may take to be ready.
const patience = 2 * time.Second

// Speaker plays shapes. Use NewSpeaker.
type Speaker struct {
	next chan Shape
	open func(context.Context) (output, error)
}

// output is a sound card.
type output interface {
	// play starts to play signed 16-bit little-endian mono PCM at Rate, in
	// place of what is playing, and does not wait for its end.
	play(pcm []byte) error
}

// NewSpeaker returns a speaker that is silent until it runs.
func NewSpeaker() *Speaker { return &Speaker{next: make(chan Shape, 1), open: openCard} }

// Play asks for a shape and returns at once. The newest wins: one that has not
// begun is forgotten, one that plays is cut short.
func (s *Speaker) Play(shape Shape) {
	for {
		select {
		case s.next <- shape:
			return
		default:
		}
		select {
		case <-s.next:
		default:
		}
	}
}

// Run plays what is asked for until the context ends or the sound card fails. It
// returns the context's error, ErrNoSound or ErrUnsupported; Play may still be
// called after it, and does nothing.
func (s *Speaker) Run(ctx context.Context) error {
	opening, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := s.open(opening)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	// What was asked for while there was no sound is over.
	select {
	case <-s.next:
	default:
	}
	var pcm [Admit + 1][]byte
	for shape := range pcm {
		for _, v := range Samples(Shape(shape), Rate) {
			pcm[shape] = binary.LittleEndian.AppendUint16(pcm[shape], uint16(v))
		}
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case shape := <-s.next:
			if shape > Admit {
				shape = Refuse
			}
			if err := out.play(pcm[shape]); err != nil {
				return err
			}
		}
	}
}
