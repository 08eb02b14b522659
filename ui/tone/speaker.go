package tone

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"sync/atomic"
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

// MaxVolume is the loudest.
const MaxVolume = 10

// Settings say how shapes sound.
type Settings struct {
	Volume int    // from 0, silent, to MaxVolume
	Spoken string // the language in which a word follows the shape, "" for none
}

// Speaker plays shapes. Use NewSpeaker.
type Speaker struct {
	next     chan Shape
	open     func(context.Context) (output, error)
	settings atomic.Pointer[Settings]
}

// output is a sound card.
type output interface {
	// play starts to play signed 16-bit little-endian mono PCM at Rate, in
	// place of what is playing, and does not wait for its end.
	play(pcm []byte) error
}

// NewSpeaker returns a speaker that is silent until it runs. It is as loud as
// can be and does not speak.
func NewSpeaker() *Speaker {
	s := &Speaker{next: make(chan Shape, 1), open: openCard}
	s.Set(Settings{Volume: MaxVolume})
	return s
}

// Set changes how shapes sound, from the next one on.
func (s *Speaker) Set(to Settings) { s.settings.Store(&to) }

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
	var made *Settings // what pcm was made for
	var pcm [Admit + 1][]byte
	for {
		if now := s.settings.Load(); now != made {
			made = now
			for shape := range pcm {
				pcm[shape] = now.sound(Shape(shape))
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case shape := <-s.next:
			if shape > Admit {
				shape = Refuse
			}
			if now := s.settings.Load(); now != made {
				pcm[shape] = now.sound(shape)
			}
			if err := out.play(pcm[shape]); err != nil {
				return err
			}
		}
	}
}

// sound is a shape and its word as a sound card takes them.
func (s Settings) sound(shape Shape) (pcm []byte) {
	samples := Samples(shape, Rate)
	if word := Word(s.Spoken, shape); word != nil {
		samples = append(samples, make([]int16, Rate*int(pause/ms)/1000)...)
		samples = append(samples, word...)
	}
	for _, v := range samples {
		// Loudness is heard by its logarithm: each step is about 3 dB.
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(int16(float64(v)*gain(s.Volume))))
	}
	return pcm
}

func gain(volume int) float64 {
	if volume <= 0 {
		return 0
	}
	return math.Pow(10, -3*float64(MaxVolume-min(volume, MaxVolume))/20)
}
