package ui

import (
	"image"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/qr"
)

// A Screen is what fills the window.
type Screen uint8

const (
	ScanScreen    Screen = iota // the camera's picture, waiting for a code
	VerdictScreen               // one verdict
	WhyScreen                   // that verdict explained
	TypedScreen                 // a number typed from paper
	FirstScreen                 // first start: the device belongs to no checkpoint yet
)

// A Preset is a set of colours for the light around the device.
type Preset uint8

const (
	Day   Preset = iota
	Night        // dark grounds, nothing bright enough to blind a guard
	Sun          // full saturation, thick strokes
)

var presetNames = [...]string{"day", "night", "sun"}

func (p Preset) String() string {
	if int(p) < len(presetNames) {
		return presetNames[p]
	}
	return presetNames[Day]
}

// ParsePreset is the inverse of String; anything unknown is false.
func ParsePreset(s string) (Preset, bool) {
	for i, name := range presetNames {
		if name == s {
			return Preset(i), true
		}
	}
	return Day, false
}

// A Hint tells the person with the card what would help. It is shown only on
// evidence.
type Hint uint8

const (
	NoHint Hint = iota
	Closer      // located, but the modules are too small
	Still       // located, but smeared by motion
	Glare       // located, but washed out
)

// A ListState says how far the signed list may still be used.
type ListState uint8

const (
	ListMissing ListState = iota // none installed
	ListExpired                  // not used any more
	ListStale                    // used, but old
	ListFresh
)

// A ListAge is the signed list as the scan screen shows it.
type ListAge struct {
	State   ListState
	Age     time.Duration // since the authority last confirmed it
	Name    string
	Version uint64
}

// A Picture is one camera frame ready to be drawn.
type Picture struct {
	Image *image.RGBA // opaque; nil when there is no camera
	Seq   uint64      // changes with the pixels
	// Frame is the size of the frame in which Corners were found; the image
	// may be smaller.
	Frame   image.Point
	Corners [][4]qr.Point // outer corners of the codes found, in frame pixels
	Mirror  bool          // shown as in a mirror: the camera faces the person
}

// A VerdictView is one verdict as it may be shown: nothing of the person but
// a name and a masked number.
type VerdictView struct {
	Verdict   scanner.Verdict
	Scheme    credential.Scheme
	MaskedID  string
	Name      string
	Birth     string // as credential.Birth prints it: "1990-01-15", "1990" or ""
	Direction scanner.Direction
	At        time.Time
	ID        uint64 // the entry's sequence number
	Kept      bool   // the entry is on disk
}

// A Typing is a number on its way from paper to a verdict.
type Typing struct {
	Text   string
	Number Number // what Text is so far
}

// A Snapshot is all a frame shows. It is not changed after it is made.
type Snapshot struct {
	Language   string // "vi" or "en"
	Preset     Preset
	Screen     Screen
	Preview    Picture
	Direction  scanner.Direction
	Checkpoint string
	Lane       string
	Unsent     int // entries no hub has acknowledged
	List       ListAge
	Now        time.Time      // the clock as shown
	Zone       *time.Location // of all times shown; nil is scanner.ICT
	Faults     []scanner.Fault
	Verdict    *VerdictView // on VerdictScreen and WhyScreen
	Hint       Hint
	Typing     Typing
	Setup      string // on FirstScreen: the command that enrols the device
}

func (s Snapshot) zone() *time.Location {
	if s.Zone == nil {
		return scanner.ICT
	}
	return s.Zone
}
