//go:build cgo

package tone

// #cgo CFLAGS: -std=c11 -Wall
// #cgo LDFLAGS: -ldl
// #include "card_android.h"
import "C"

import (
	"context"
	"fmt"
	"sync"
	"time"
	"unsafe"
)

// rings is how long a stream stays open after its sound: the last buffers are on
// their way to the loudspeaker.
const rings = 500 * time.Millisecond

// card is the loudspeaker, or whatever is plugged in, through AAudio. Each sound has
// a stream of its own, so that it goes where sound goes by then, and between sounds
// nothing keeps the device from sleeping.
type card struct {
	mu    sync.Mutex
	plays int // sounds so far
}

// openCard finds AAudio, which Android has from 8.0 (API 26) on.
func openCard(context.Context) (output, error) {
	if C.chot_sound() == 0 {
		return nil, fmt.Errorf("open the sound card: Android is older than 8.0: %w", ErrUnsupported)
	}
	return new(card), nil
}

func (c *card) play(pcm []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plays++
	samples := len(pcm) / 2
	if samples == 0 {
		C.chot_silence()
		return nil
	}
	first := (*C.int16_t)(unsafe.Pointer(&pcm[0])) // every Android is little-endian
	status := C.chot_play(first, C.int(samples), Rate)
	if status != 0 { // a headset was just pulled out
		status = C.chot_play(first, C.int(samples), Rate)
	}
	if status != 0 {
		return fmt.Errorf("play a sound: AAudio says %d: %w", int(status), ErrNoSound)
	}
	this := c.plays
	time.AfterFunc(time.Duration(samples)*time.Second/Rate+rings, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.plays == this {
			C.chot_silence()
		}
	})
	return nil
}
