package camera

import "time"

// Effort is how closely a frame is worth looking at.
type Effort uint8

// The efforts.
const (
	Pass   Effort = iota // not at all: the next one shows the same
	Glance               // the decoder's first look
	Search               // all the time there is
)

const (
	// restful is how far apart the frames are that are decoded while nothing
	// changes: five a second at most, to spare the battery.
	restful = 200 * time.Millisecond
	// closely is how often one of them is searched all the same.
	closely = time.Second
	// lingers is how long after a change somebody still counts as there: long
	// enough to hold a card still.
	lingers = 3 * time.Second
	// persists is how long a code that is in view, and not read, is worth every
	// frame while nothing moves.
	persists = 10 * time.Second
)

// Vigil says which of a camera's frames to decode, so that an empty gate costs
// little and a scan is not a frame later for it: at once and every one when
// something changes or a code is to be seen, else few. The zero value is ready.
type Vigil struct {
	scene    Scene
	changed  time.Time // the scene has
	looked   time.Time // at a frame, at all
	searched time.Time // one
	found    time.Time // a code that could not be read
	since    time.Time // that has been in view, and nothing changed
}

// Look takes a live frame and says what it is worth.
func (v *Vigil) Look(f Frame) Effort {
	switch {
	case f.Image == nil:
		return Pass
	case v.scene.Changed(f.Image):
		v.changed, v.since = f.At, f.At
	}
	effort := Pass
	switch {
	case f.At.Sub(v.changed) < lingers,
		f.At.Sub(v.found) < lingers && f.At.Sub(v.since) < persists,
		f.At.Sub(v.looked) >= restful && f.At.Sub(v.searched) >= closely:
		effort, v.searched = Search, f.At
	case f.At.Sub(v.looked) >= restful:
		effort = Glance
	}
	if effort > Pass {
		v.looked = f.At
	}
	return effort
}

// Found tells of a frame that it shows a code which could not be read: the next
// frames may.
func (v *Vigil) Found(f Frame) {
	if f.At.Sub(v.found) >= lingers {
		v.since = f.At
	}
	v.found = f.At
}
