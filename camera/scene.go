package camera

import "image"

const (
	// A picture is compared by every fourth pixel of every fourth line, in blocks
	// of 8 by 8 of these.
	sceneStep  = 4
	sceneSide  = 8
	sceneBlock = sceneSide * sceneStep
	// A sample has moved when it is this far from what it was: four times as far
	// as the samples of its block are on average, which noise and flicker are
	// hardly ever, but no less than faint code is and no more than a plain one. So
	// has a block's average, where noise hides the samples.
	leastMove, mostMove = 12, 64
	moveOfNoise         = 4
	// A quarter of a whole block's samples make a change. A code never lies in the
	// parts of blocks at the edges alone.
	enoughMoved = sceneSide * sceneSide / 4
	// What a block's samples do by themselves is learnt slowly, in levels a frame,
	// so that somebody who comes is no noise, and forgotten more slowly: lamps that
	// flicker may stand still for a while in the eyes of a camera.
	learns, forgets = 1.0 / 8, 1.0 / 32
)

// Scene tells whether anything has changed in front of a camera that stands still:
// somebody came, a card was held up, a light was switched on. The noise of a sensor
// in the dark, lamps that flicker and the sun that moves are no change once they
// have been seen for some seconds.
//
// A code that appears is a change for certain when it is at least 64 pixels wide
// and its dark and light are 24 levels apart, where nothing else moves: it covers
// one of the blocks whole, about half of the pixels there are dark and half light,
// and whatever was there before is 12 levels away from one or the other; a quarter
// suffices.
//
// The zero value is ready; its first frame is a change.
type Scene struct {
	width, height int       // of the picture
	before        []byte    // samples of the last change, brought up to date slowly
	noise         []float32 // how far the samples of each block are from it on average
	sway          []float32 // how far the average of each block is
	row           []block   // of blocks
}

// block is what a picture shows of one block.
type block struct {
	move  int // from which on a sample has moved
	apart int // sum of what all samples are away
	shift int // the same, what is darker against what is brighter
	moved int // of them
	all   int
}

// Changed takes the next frame's luminance and tells whether something changed.
func (s *Scene) Changed(g *image.Gray) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	blocks := (w + sceneBlock - 1) / sceneBlock
	if s.width != w || s.height != h {
		s.width, s.height = w, h
		s.before = make([]byte, (w+sceneStep-1)/sceneStep*((h+sceneStep-1)/sceneStep))
		s.noise = make([]float32, blocks*((h+sceneBlock-1)/sceneBlock))
		s.sway = make([]float32, len(s.noise))
		s.row = make([]block, blocks)
		s.remember(g)
		return true
	}
	changed := false
	for top := 0; top < h; top += sceneBlock {
		at := top / sceneBlock * blocks
		for i := range s.row {
			s.row[i] = block{move: int(threshold(s.noise[at+i]))}
		}
		for y := top; y < min(top+sceneBlock, h); y += sceneStep {
			s.compare(s.lines(g, y))
		}
		for i, b := range s.row {
			all := float32(b.all)
			shift := max(float32(b.shift), -float32(b.shift)) / all
			changed = changed || b.moved >= enoughMoved || b.all >= enoughMoved && shift >= threshold(s.sway[at+i])
			learn(&s.noise[at+i], float32(b.apart)/all)
			learn(&s.sway[at+i], shift)
		}
	}
	if changed {
		s.remember(g)
	} else {
		s.follow(g)
	}
	return changed
}

// threshold is from where on something has moved that is this far away by itself.
func threshold(usual float32) float32 { return min(max(leastMove, moveOfNoise*usual), mostMove) }

// learn brings what is usual closer to what was seen.
func learn(usual *float32, seen float32) {
	if seen > *usual {
		*usual = min(*usual+learns, seen)
	} else {
		*usual = max(*usual-forgets, seen)
	}
}

// compare adds a line of samples to its row of blocks.
func (s *Scene) compare(line, before []byte) {
	for i := range s.row {
		b := &s.row[i]
		samples := before[i*sceneSide : min((i+1)*sceneSide, len(before))]
		for k, was := range samples {
			d := int(line[(i*sceneSide+k)*sceneStep]) - int(was)
			b.shift += min(max(d, -b.move), b.move) // a fly is little, however dark
			d = max(d, -d)
			b.apart += d
			if d >= b.move {
				b.moved++
			}
		}
		b.all += len(samples)
	}
}

// remember makes a frame the one to compare with.
func (s *Scene) remember(g *image.Gray) {
	for y := 0; y < s.height; y += sceneStep {
		line, before := s.lines(g, y)
		for i := range before {
			before[i] = line[i*sceneStep]
		}
	}
}

// follow brings what is compared with closer to a frame by one level, so that it
// becomes the middle of what noise does, and daylight comes and goes unnoticed.
func (s *Scene) follow(g *image.Gray) {
	for y := 0; y < s.height; y += sceneStep {
		line, before := s.lines(g, y)
		for i, was := range before {
			// The sign of the difference: noise makes a branch here cost as much as
			// all the rest of Changed.
			d := int32(line[i*sceneStep]) - int32(was)
			before[i] = byte(int32(was) + d>>31 - -d>>31)
		}
	}
}

// lines are a frame's at y and its samples before.
func (s *Scene) lines(g *image.Gray, y int) (line, before []byte) {
	across := (s.width + sceneStep - 1) / sceneStep
	return g.Pix[y*g.Stride : y*g.Stride+s.width], s.before[y/sceneStep*across:][:across]
}
