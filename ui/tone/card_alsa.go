//go:build cgo && linux && !android

package tone

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/ebitengine/oto/v3"
)

// The library opens the sound card once in a process, and never closes it.
var (
	cardLock  sync.Mutex
	cardOpen  *oto.Context
	cardReady chan struct{}
)

// card is the system's default sound card.
type card struct {
	context *oto.Context
	player  *oto.Player
}

// openCard opens the sound card, or waits until the context ends. Without a card
// the library's channel closes all the same: only Err tells.
func openCard(ctx context.Context) (output, error) {
	cardLock.Lock()
	defer cardLock.Unlock()
	if cardOpen == nil {
		c, ready, err := oto.NewContext(&oto.NewContextOptions{SampleRate: Rate, ChannelCount: 1, Format: oto.FormatSignedInt16LE})
		if err != nil {
			return nil, fmt.Errorf("open the sound card: %w", ErrNoSound)
		}
		cardOpen, cardReady = c, ready
	}
	select {
	case <-cardReady:
	case <-ctx.Done():
		return nil, fmt.Errorf("open the sound card: %w", ErrNoSound)
	}
	if cardOpen.Err() != nil {
		return nil, fmt.Errorf("open the sound card: %w", ErrNoSound)
	}
	return &card{context: cardOpen}, nil
}

func (c *card) play(pcm []byte) error {
	if c.player != nil {
		c.player.Pause()
	}
	c.player = c.context.NewPlayer(bytes.NewReader(pcm))
	c.player.Play()
	if c.context.Err() != nil {
		return fmt.Errorf("play a sound: %w", ErrNoSound)
	}
	return nil
}
