package main

import (
	"time"

	"chot/camera"
	"chot/cmd/internal/station"
	"chot/scanner/qr"
	"chot/ui"
)

const (
	// tries is how long a code in view may stay unread before anybody is told
	// what to do: the next frames may read it.
	tries = 300 * time.Millisecond
	// gives is how long that takes where nothing is wrong to be seen with it.
	gives = 1500 * time.Millisecond
	// blinks is how long a code may be lost from view and still be the same.
	blinks = 500 * time.Millisecond
	// near is the side of a code, in pixels, below which coming closer helps
	// where nothing else is known of it: a version 10 symbol (57 modules) then
	// has two pixels a module.
	near = 115
)

// An adviser tells from one source's frames what would help. Its zero value
// has seen nothing.
type adviser struct {
	since time.Time // a code has been in view, and none was read
	last  time.Time // when it was seen last
}

// hint is what a frame shows to be the trouble: of the code itself if there is
// one, else of the light.
func (a *adviser) hint(e station.Seen) ui.Hint {
	light, code := lightHint(e.Light), largest(e.Symbols)
	switch {
	case read(e.Symbols):
		*a = adviser{}
		return ui.NoHint
	case code == nil:
		return light
	}
	at := e.Frame.At
	if a.since.IsZero() || at.Sub(a.last) > blinks {
		a.since = at
	}
	a.last = at
	waited := at.Sub(a.since)
	if e.Frame.Still {
		waited = gives // nothing follows that could be read
	}
	if waited < tries {
		return light
	}
	switch trouble := code.Trouble(); {
	case trouble == qr.Small, code.Sight.Module == 0 && side(code) < near*near:
		return ui.Closer
	case trouble == qr.Smeared:
		return ui.Still
	case trouble == qr.Glaring:
		return ui.Glare
	case light != ui.NoHint:
		return light
	case trouble == qr.Faint:
		return ui.Faint
	case waited >= gives:
		return ui.Hidden
	}
	return ui.NoHint
}

func lightHint(l camera.LightLevel) ui.Hint {
	switch l {
	case camera.TooDark:
		return ui.Dark
	case camera.TooBright:
		return ui.Bright
	}
	return ui.NoHint
}

func read(symbols []qr.Symbol) bool {
	for _, s := range symbols {
		if s.Err == nil {
			return true
		}
	}
	return false
}

// largest is the code that was located and not read, and of several the one
// that is nearest: it is the one held up.
func largest(symbols []qr.Symbol) (code *qr.Symbol) {
	for i := range symbols {
		if s := &symbols[i]; s.Err != nil && (code == nil || side(s) > side(code)) {
			code = s
		}
	}
	return code
}

// side is the square of a code's upper side, in pixels.
func side(s *qr.Symbol) float32 {
	dx, dy := s.Corners[1].X-s.Corners[0].X, s.Corners[1].Y-s.Corners[0].Y
	return dx*dx + dy*dy
}
