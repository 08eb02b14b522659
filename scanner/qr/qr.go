// Package qr finds and decodes QR symbols (ISO/IEC 18004) in a luminance frame.
//
// It takes any *image.Gray (sub-images and padded strides included) and
// returns every symbol it saw, decoded or merely located, in reading order.
// It knows nothing of what a message means: a symbol's Bytes are handed on
// exactly as they were encoded.
//
// # The ladder
//
// A frame climbs a ladder of rungs, cheap ones first. A rung makes a picture of
// the frame (as it is, smoothed, sharpened, smaller, larger, its light made even),
// gives each block of
// 8 by 8 pixels a threshold, and looks along rows for finder patterns. The first
// rung (every fifth row at 720p) runs on every frame. What time is left of the
// budget goes to the others; a frame whose budget ended early leaves the next
// frame to go on with the rung it missed, so a slow machine tries them all within
// a few frames. A still (budget <= 0) climbs every rung, however long it takes.
//
// Three finder patterns give a homography and, by their timing patterns, a size;
// alignment patterns make it exact. Modules are then sampled from the frame
// itself, whatever picture showed where they are, as soft decisions. Where these
// do not decode, the later rungs let the grid follow curved and folded ground,
// take blur back as the finder patterns show it, and treat doubtful codewords as
// erasures. On ground that curves so much that a symbol's size cannot be told from
// its finder patterns' distances, the timing patterns are followed from one to the
// next. Where one finder pattern is hidden, its place is guessed from the other
// two and settled by the timing patterns.
//
// # Memory
//
// A Decoder keeps its buffers: at most 6 bytes for each pixel of the largest frame
// it met, of which no more than 3 million count for live frames and 12 million for
// stills, and some 12 MB for the largest symbols' grids.
//
// A symbol is accepted only if its Reed-Solomon blocks correct within the
// limits of ISO/IEC 18004 table 9 (which reserves some codewords of the smallest
// symbols against misdecoding), if chance would not have done so (2^-28 where
// erasures helped), and if its bit stream parses to the end. Which rung read a
// symbol never changes its message.
//
// # Coordinates
//
// Corners are in pixels of the frame as given, with the origin at the frame's
// first pixel (frame.Rect.Min is subtracted); the pixel in column x covers
// [x, x+1). They are the outer corners of the symbol without its quiet zone.
package qr

import (
	"errors"
	"image"
	"time"
)

// Err of a symbol that was located but not decoded.
var (
	ErrFormat  = errors.New("qr: format or version information is unreadable")
	ErrDamaged = errors.New("qr: more modules are damaged than error correction can restore")
	ErrContent = errors.New("qr: the bit stream is not a valid message")
)

// Point is a place in a frame, in pixels.
type Point struct{ X, Y float32 }

// Append says which part of a message this symbol is (ISO/IEC 18004 §8,
// structured append). Index counts from 0, Total is 1 to 16, Parity is the XOR
// of all bytes of the whole message.
type Append struct {
	Index, Total int
	Parity       byte
}

// Symbol is one QR symbol seen in a frame.
type Symbol struct {
	// Corners are top-left, top-right, bottom-right and bottom-left of the
	// symbol itself, wherever those lie in the frame.
	Corners  [4]Point
	Bytes    []byte // the message, exact; nil when Err is not
	Version  int    // 1 to 40; the estimate by size when Err is not nil
	ECC      string // "L", "M", "Q", "H"
	Mirrored bool
	Inverted bool // light modules on a dark ground
	Append   *Append
	Err      error // ErrFormat, ErrDamaged or ErrContent: located, not decoded
	Sight    Sight // how it looks, where Err is not nil

	runs []run // of Bytes, for Text
}

// Size limits. A frame above the limit is reduced by whole factors first: no
// module of a symbol that fills a fair part of such a picture is lost by that.
const (
	maxLivePixels  = 3 << 20
	maxStillPixels = 12 << 20
	maxSide        = 1 << 15 // longer sides are refused: no camera makes them
)

// Decoder holds the buffers that decoding reuses from frame to frame. Use one
// per goroutine.
type Decoder struct {
	search    search
	reader    reader
	src       plane // the frame, lent for one Decode
	reduced   plane // the frame itself, when it is above the limit
	scaled    plane
	sharp     plane
	smooth    plane
	isSmooth  bool // of this frame
	work      filterWork
	meter     meter
	now       func() time.Time // nil: time.Now
	triples   []triple
	failures  []failure
	evidence  int // finder patterns seen in the frame
	couplings int // guesses of a third finder pattern the frame may still have
	next      int // the rung at which a live frame goes on after the first
	found     []found
}

// NewDecoder returns a Decoder. Its buffers grow to the size of the largest
// frame it meets.
func NewDecoder() *Decoder { return &Decoder{next: 1} }

// Decode finds the symbols of a frame. The frame is only read, and not kept.
// Decode never panics: a frame whose fields contradict each other holds no
// symbols.
//
// A budget of zero or less means a still, for which every rung is tried. Any
// other is wall time from the call on, which every loop heeds: when it has
// passed, Decode returns with what it has, within a millisecond or two of a desktop
// core. Only a floor of work, about what the first rung
// takes for one symbol, is done however short the budget is: some 6 ms of a
// desktop core for 1280 by 720 pixels, 25 ms for frames of any size above the 3
// megapixels that live frames are reduced to. What a budget cuts off is not read;
// it is never read as something else.
func (d *Decoder) Decode(frame *image.Gray, budget time.Duration) []Symbol {
	src, ok := normalise(frame)
	if !ok {
		return nil
	}
	limit := maxStillPixels
	if budget > 0 {
		limit = maxLivePixels
	}
	factor := 1
	for (src.width/factor)*(src.height/factor) > limit {
		factor++
	}
	d.meter.start(budget, (src.width/factor)*(src.height/factor), d.now)
	switch {
	case factor > 2 && d.meter.live:
		d.reduced.thin(&src, factor, &d.meter)
		d.meter.next += d.meter.work // it belongs to the floor
		src = d.reduced
	case factor > 1:
		d.reduced.reduce(&src, factor, nil)
		src = d.reduced
	}
	d.found = d.found[:0]
	d.src = src
	d.climb(&d.src)
	d.src = plane{}
	return collect(d.found, float64(factor))
}

// normalise proves that a frame's rows exist.
func normalise(frame *image.Gray) (plane, bool) {
	if frame == nil {
		return plane{}, false
	}
	w, h := frame.Rect.Dx(), frame.Rect.Dy()
	if w <= 0 || h <= 0 || w > maxSide || h > maxSide || frame.Stride < w {
		return plane{}, false
	}
	// In 64 bits: stride times height may pass what an int holds on 32-bit arm.
	if int64(h-1)*int64(frame.Stride)+int64(w) > int64(len(frame.Pix)) {
		return plane{}, false
	}
	return plane{pix: frame.Pix, width: w, height: h, stride: frame.Stride}, true
}
