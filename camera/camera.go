// Package camera sees: it turns a camera, a folder of pictures or a stream of
// pictures into frames of luminance.
//
// There are two sources, and both block in Run until their context ends:
//
//   - [Camera] is a V4L2 capture device (a USB webcam). It is live: a slow
//     consumer gets the newest frame and the ones in between are skipped.
//     [Camera.Keep] opens it again after an unplug.
//   - [Playback] is a picture, a folder, a pattern, or a stream of pictures on
//     standard input (JPEG, PNG, PGM). Every picture is handed over, in order;
//     of a camera's stream the newest.
//
// A frame is 8-bit luminance, *image.Gray, with its upper left pixel at (0,0).
// It belongs to the source: it is valid only until the callback returns, and
// whoever keeps it copies it. Colour is never computed: YUYV, NV12 and GREY
// carry luminance as they are, and of a JPEG only the Y plane is used.
//
// What a frame is worth before it is decoded, [Light] and [Vigil] tell: too dark
// or too bright, and whether anybody is there.
package camera

import (
	"image"
	"time"
)

// Frame is one picture a source saw.
type Frame struct {
	// Image is the luminance. It is nil exactly when Err is set.
	Image *image.Gray
	// At is when the frame arrived, by the local clock with its monotonic
	// reading.
	At time.Time
	// Seq counts a source's frames from 1. A gap tells how many live frames
	// were skipped.
	Seq uint64
	// Mount is how the camera is built in.
	Mount Mount
	// Name is the file a picture was read from, or "picture N" of a stream;
	// empty for a camera's frame.
	Name string
	// Still says the picture comes once and nothing follows that shows the
	// same: worth all the time a decoder wants. Playback sets it.
	Still bool
	// Err says, in a sentence for a person, why a picture could not be read.
	// It is a value, not the end: the next picture follows.
	Err error
}

// The picture size a camera is asked for: enough for a dense QR symbol held
// at arm's length, at a size every USB 2 camera delivers.
const (
	wantWidth  = 1280
	wantHeight = 720
)

// defaultStall is how long a camera may be silent. Cheap cameras take two to
// three seconds to their first picture.
const defaultStall = 5 * time.Second

// Camera names a V4L2 capture device and what is wanted of it. The zero value
// is the first camera there is, at the listed size nearest to 1280×720.
type Camera struct {
	// Path is a device such as /dev/video0. Empty or "auto" is the first
	// device that can capture and no program uses, which need not be the
	// lowest number: a webcam also has a metadata node that cannot.
	Path string
	// Width and Height are the size wanted, in pixels; zero means 1280×720.
	Width, Height int
	// Format is a V4L2 code ("YUYV", "GREY", "NV12", "MJPG") to insist on; empty
	// chooses the best the camera lists.
	Format string
	// Stall is how long no usable frame may come before Run gives up with
	// ErrStalled or ErrDamaged; zero means 5 s. V4L2 is polled in whole seconds.
	Stall time.Duration
	// FPS is how many frames a second are handed over at most, the newest each
	// time; zero is all of them.
	FPS float64
	// Controls are set when the camera is opened.
	Controls Controls
	// Lamp, when not nil, switches the lamp of an Android camera while it runs.
	Lamp *Lamp

	// known is the camera Keep had last, so that it is found again where it
	// comes back under another node.
	known *Info
}

// Info is what a camera says of itself.
type Info struct {
	Path string // /dev/video0
	Name string // as the maker calls it
	Bus  string // where it is plugged in
	// Mount is how it is built in, and whether it has a lamp.
	Mount Mount
	// Modes are the modes this package can read, for discrete sizes as listed,
	// for a range of sizes the nearest to what was wanted.
	Modes []Mode
}

// Mode is one way a camera can deliver frames.
type Mode struct {
	Format        string // V4L2 code: YUYV, GREY, NV12, MJPG, JPEG
	Width, Height int    // pixels
	FPS           float64
}

// State is what Keep reports when a camera comes or goes.
type State struct {
	// Up is true once the first frame has come.
	Up bool
	// Err says why the camera is down.
	Err error
	// Retry is how long Keep waits before it tries again.
	Retry time.Duration
}

func (c Camera) want() Mode {
	w := Mode{Format: c.Format, Width: c.Width, Height: c.Height}
	if w.Width <= 0 || w.Height <= 0 {
		w.Width, w.Height = wantWidth, wantHeight
	}
	return w
}

func (c Camera) stall() time.Duration {
	if c.Stall <= 0 {
		return defaultStall
	}
	return c.Stall
}

func (c Camera) auto() bool { return c.Path == "" || c.Path == "auto" }
