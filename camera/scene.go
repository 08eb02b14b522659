package camera

import (
	"image"
	"time"
)

const (
	// A picture is compared by every fourth pixel of every fourth line, in blocks
	// of 8 by 8 of these.
	sceneStep  = 4
	sceneBlock = 8 * sceneStep
	// sceneNoise is how far a pixel moves without anything having changed: more
	// than twice the deviation of the noise of a cheap webcam.
	sceneNoise = 12
	// lingers is how long after a change somebody still counts as there: long
	// enough to hold a card still.
	lingers = 3 * time.Second
	// glances is how often an empty scene is looked at closely all the same.
	glances = time.Second
)

// Scene tells an empty gate from somebody in front of it, so that the time a
// decoder may spend on a frame can be short while nobody is there. What it says
// must never keep a frame from being decoded at all.
//
// A code that appears is a change for certain when it is at least 64 pixels wide
// and its dark and light are 24 levels apart: it covers one of the blocks
// whole, about half of the pixels there are dark and half light, and whatever was
// there before is 12 levels away from one or the other; a quarter suffices.
//
// The zero value is ready; its first frame is a change.
type Scene struct {
	before  []byte // the samples of the last frame that was a change
	width   int    // of the picture
	height  int
	changes []int // samples that moved, of each block of a row of blocks

	changed time.Time
	glanced time.Time
}

// Busy takes a live frame and tells whether to look closely: something has
// changed within the last three seconds, or for a second nobody has.
func (s *Scene) Busy(f Frame) bool {
	if f.Image == nil {
		return false
	}
	if s.moved(f.Image) {
		s.changed = f.At
	}
	if f.At.Sub(s.changed) < lingers || f.At.Sub(s.glanced) >= glances {
		s.glanced = f.At
		return true
	}
	return false
}

// moved compares a frame with the last one that was a change.
func (s *Scene) moved(g *image.Gray) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	across := (w + sceneStep - 1) / sceneStep
	if s.width != w || s.height != h {
		s.width, s.height = w, h
		s.before = make([]byte, across*((h+sceneStep-1)/sceneStep))
		s.changes = make([]int, (w+sceneBlock-1)/sceneBlock)
		s.remember(g)
		return true
	}
	lines := 0 // of samples, in this row of blocks
	clear(s.changes)
	for y := 0; y < h; y += sceneStep {
		line, before := g.Pix[y*g.Stride:y*g.Stride+w], s.before[y/sceneStep*across:][:across]
		for i, b := range before {
			d := int(line[i*sceneStep]) - int(b)
			if uint(d+sceneNoise-1) > 2*(sceneNoise-1) {
				s.changes[i/8]++
			}
		}
		if lines++; lines < 8 && y+sceneStep < h {
			continue
		}
		for i, n := range s.changes {
			if samples := lines * min(8, across-8*i); 4*n >= samples {
				s.remember(g)
				return true
			}
		}
		clear(s.changes)
		lines = 0
	}
	return false
}

func (s *Scene) remember(g *image.Gray) {
	across := (s.width + sceneStep - 1) / sceneStep
	for y := 0; y < s.height; y += sceneStep {
		line, before := g.Pix[y*g.Stride:y*g.Stride+s.width], s.before[y/sceneStep*across:][:across]
		for i := range before {
			before[i] = line[i*sceneStep]
		}
	}
}
