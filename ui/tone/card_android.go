//go:build cgo

package tone

// #cgo CFLAGS: -std=c11 -Wall
// #cgo LDFLAGS: -ldl
// #include "card_android.h"
import "C"

import (
	"context"
	"fmt"
	"time"
	"unsafe"
)

// rings is how long a stream stays open after its sound: the last buffers are on
// their way to the loudspeaker.
const rings = 500 * time.Millisecond

// card is the loudspeaker, or whatever is plugged in, through AAudio. Each sound has
// a stream of its own, so that it goes where sound goes by then, and between sounds
// nothing keeps the device from sleeping.
type card struct{}

// openCard finds AAudio, which Android has from 8.0 (API 26) on.
func openCard(context.Context) (output, error) {
	if C.chot_sound() == 0 {
		return nil, fmt.Errorf("open the sound card: Android is older than 8.0: %w", ErrUnsupported)
	}
	return card{}, nil
}

func (card) play(pcm []byte) error {
	samples := len(pcm) / 2
	if samples == 0 {
		return nil
	}
	var which C.int
	first := (*C.int16_t)(unsafe.Pointer(&pcm[0])) // every Android is little-endian
	status := C.chot_play(first, C.int(samples), Rate, &which)
	if status != 0 { // a headset was just pulled out
		status = C.chot_play(first, C.int(samples), Rate, &which)
	}
	if status != 0 {
		return fmt.Errorf("play a sound: AAudio says %d: %w", int(status), ErrNoSound)
	}
	time.AfterFunc(time.Duration(samples)*time.Second/Rate+rings, func() { C.chot_silence(which) })
	return nil
}
