package ui

import (
	"image"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/qr"
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
	Dark        // the picture is too dark to find anything in
	Bright      // the picture is too bright to find anything in
	Faint       // located, but with hardly any contrast
	Hidden      // located and clear, but parts of it are missing
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
	// Turns is how many quarter turns clockwise bring the frame upright on the
	// screen, before Mirror.
	Turns  int
	Mirror bool // shown as in a mirror: the camera faces the person
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
	Seen      bool   // by a camera, which may see two cards at once
	Turned    Turned // what the barrier did
	// Confirmed is when the lists of Verdict.Opinions were last confirmed by
	// their authorities, in the same order; zero or missing where that is
	// unknown.
	Confirmed []time.Time
}

// A Turned says what the barrier's sensor told after an admission.
type Turned uint8

const (
	NoBarrier     Turned = iota // there is none, or it has no sensor
	TurnAwaited                 // it was opened
	TurnCompleted               // somebody went through
	TurnAnnulled                // nobody did, and the entry says so
)

// A Field is one that the typed screen writes to.
type Field uint8

const (
	NumberField Field = iota
	BirthField
)

// A Typing is a number on its way from paper to a verdict, and the birth date
// beside it, if one was typed.
type Typing struct {
	Text   string
	Number Number // what Text is so far
	Field  Field
	Birth  string // digits as typed: "15011990" or "1990"
	Date   Date   // what Birth is so far, compared with the number
}

// A Purpose is one that the checkpoint's policy offers.
type Purpose struct {
	Code   string
	VI, EN string // its texts; an empty one falls back to assets, then the code
}

// A Vehicle is what the operator typed of a vehicle.
type Vehicle struct {
	Plate     string // as taken over, "29A-123.45"
	HeadCount int    // 0 when not asked
}

// A Lock is what wrong PINs have led to.
type Lock struct {
	Wrong int       // attempts in a row
	Until time.Time // no attempt counts before
	Tries int       // wrong supervisor's PINs left before the device destroys its keys; 0 while that is far
}

// A PINPad is a PIN being typed. It holds how many digits there are, never
// which.
type PINPad struct {
	Unset    bool // no PIN is set, so none opens
	Gate     Gate
	Operator string // at HandoverGate
	Digits   int
	Checking bool // waiting for the command's answer
	Lock     Lock
}

// Insets are the widths, in pixels, of what the system covers of a window:
// status bar, notch, gesture bar. Grounds and the camera's picture reach below
// it; nothing that is read or tapped does.
type Insets struct{ Top, Bottom, Left, Right int }

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
	Setup      string        // on FirstScreen: the command that enrols the device
	Stopped    scanner.Fault // on StoppedScreen: why nothing can be scanned
	Detail     string        // and the file, line or device that is about; may be empty

	Large    bool   // large type
	Repeated bool   // the code in view was scanned a moment ago
	Under    Screen // below a verdict: the screen it returns to
	Page     int    // of the list on screen, or of the lists asked, from 0

	// On a device in the hand.
	Handheld bool
	Insets   Insets // set by the window: what the system covers of it
	Torch    TorchState
	Vibrates bool // there is something to vibrate with
	Leaves   bool // the supervisor may leave the program
	WayOut   bool // Back was pressed: the scan screen says how to leave

	// What is added to the next scan.
	Purposes []Purpose // to choose from; none when the policy asks for none
	Purpose  string    // the code chosen
	// JudgesAgain says that the purpose chosen next judges the last code again.
	JudgesAgain bool
	Vehicles    bool // plates and head-counts are asked here
	Vehicle     Vehicle
	Plate       string // on VehicleScreen: as typed so far

	// The shift.
	Shift     Shift
	Tally     Tally
	Recent    []VerdictView // newest first
	Operators []Operator    // who may take over
	Next      string        // on HandoverScreen: who was chosen

	// The supervisor's screens.
	PIN          PINPad
	Supervised   bool // the menu is open behind the PIN
	Preferences  Preferences
	Silent       bool // there is nothing to play sounds with
	Sources      []SourceView
	Readings     []TestReading // newest first
	Lists        []ListView
	Sync         SyncView
	Journal      JournalView
	Sticks       []Stick
	ExportTask   Task
	Offers       []Offer // lists on sticks
	FetchTask    Task
	CheckTask    Task
	Enrolment    EnrolView
	FaultDetails map[scanner.Fault]string // a file, a device: what the text alone cannot say
}

func (s Snapshot) zone() *time.Location {
	if s.Zone == nil {
		return scanner.ICT
	}
	return s.Zone
}
