package ui

import (
	"encoding/binary"
	"image"
	"sync"

	"chot/scanner/qr"
)

// A Preview turns luminance frames into pictures the window can draw, in
// three buffers that are used again and again.
//
// One side calls Put with each frame it wants shown, the other Take at the
// start of each frame it draws. The buffer of the picture Take returned is
// written to again only after the next Take, so it must not be used past
// that: by then the frame that drew it has been handed to the GPU.
type Preview struct {
	mu    sync.Mutex
	free  []*image.RGBA
	made  int
	next  Picture // put, not yet taken
	shown Picture // taken last
	seq   uint64
}

// buffers is how many pictures exist at once: one shown, one waiting, one
// being filled.
const buffers = 3

// maxWidth bounds a picture: wider frames are thinned by whole steps, since
// no screen this is drawn on shows more.
const maxWidth = 1920

// Put converts a frame and makes it the newest picture. Corners of codes
// found in it come along; the slice is kept. It reports whether the frame was
// taken: an empty one is not.
func (p *Preview) Put(frame *image.Gray, corners [][4]qr.Point) bool {
	return p.PutTurned(frame, corners, 0, false)
}

// PutTurned is Put for a frame that is upright after quarter turns clockwise, and
// perhaps a mirror. No pixel is moved for it: it is drawn that way.
func (p *Preview) PutTurned(frame *image.Gray, corners [][4]qr.Point, turns int, mirror bool) bool {
	size := frame.Rect.Size()
	if size.X <= 0 || size.Y <= 0 {
		return false
	}
	step := (size.X + maxWidth - 1) / maxWidth
	small := image.Pt((size.X+step-1)/step, (size.Y+step-1)/step)

	p.mu.Lock()
	img := p.buffer(small)
	p.mu.Unlock()
	if img == nil {
		return false
	}
	spread(img, frame, step)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.release(p.next.Image)
	p.seq++
	p.next = Picture{Image: img, Seq: p.seq, Frame: size, Corners: corners, Turns: turns, Mirror: mirror}
	return true
}

// Take returns the newest picture; it is the same as before while no frame
// has come, and the zero Picture when none ever did.
func (p *Preview) Take() Picture {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next.Image != nil {
		p.release(p.shown.Image)
		p.shown, p.next = p.next, Picture{}
	}
	return p.shown
}

// Clear forgets all pictures: the camera is gone, and a still picture would
// say it is there. What was taken last is never written to again.
func (p *Preview) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free, p.made = nil, 0
	p.next, p.shown = Picture{}, Picture{}
}

// buffer returns a buffer of the size wanted, or nil when all are in use.
func (p *Preview) buffer(size image.Point) *image.RGBA {
	for n := len(p.free); n > 0; n = len(p.free) {
		img := p.free[n-1]
		p.free = p.free[:n-1]
		if img.Rect.Size() == size {
			return img
		}
		p.made--
	}
	if p.made >= buffers {
		return nil
	}
	p.made++
	return image.NewRGBA(image.Rectangle{Max: size})
}

func (p *Preview) release(img *image.RGBA) {
	if img != nil {
		p.free = append(p.free, img)
	}
}

// grey holds the RGBA bytes of every luminance, little-endian.
var grey = func() (t [256]uint32) {
	for i := range t {
		t[i] = 0xFF000000 | uint32(i)*0x010101
	}
	return t
}()

// spread writes every step-th pixel of src into dst as opaque grey.
func spread(dst *image.RGBA, src *image.Gray, step int) {
	size := dst.Rect.Size()
	for y := range size.Y {
		from := src.Pix[y*step*src.Stride:]
		to := dst.Pix[y*dst.Stride : y*dst.Stride+4*size.X]
		if step == 1 {
			from = from[:size.X]
			for x, v := range from {
				binary.LittleEndian.PutUint32(to[4*x:4*x+4], grey[v])
			}
			continue
		}
		for x := range size.X {
			binary.LittleEndian.PutUint32(to[4*x:4*x+4], grey[from[x*step]])
		}
	}
}
