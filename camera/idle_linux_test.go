//go:build linux && !android

package camera

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"chot/scanner/qr"

	"golang.org/x/sys/unix"
)

// BenchmarkIdleGate is the processor time of an empty gate, as hundredths of one
// core: a second of a 1280×720 camera, of which 30 frames are copied from the
// driver's buffers and 15 are turned into luminance, looked at by Light and Vigil,
// and decoded where that says so. Each iteration is such a second. Beside it, the share of the time
// that the same second takes with image/jpeg.
//
//	go test -run '^$' -bench IdleGate ./camera
func BenchmarkIdleGate(b *testing.B) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, name := range []string{"30-nothing.jpg", "31-papers-without-code.jpg"} {
		ground := sampleFrame(b, name)
		var yuyvs, jpegs [][]byte
		for range 8 { // a sensor's noise is another one in each frame
			g := noisy(ground, r, 2)
			yuyvs = append(yuyvs, packYUYV(g, 2560))
			colour := image.NewYCbCr(g.Rect, image.YCbCrSubsampleRatio420)
			copy(colour.Y, g.Pix)
			for i := range colour.Cb {
				colour.Cb[i], colour.Cr[i] = 110, 140
			}
			var j bytes.Buffer
			if err := jpeg.Encode(&j, colour, &jpeg.Options{Quality: 80}); err != nil {
				b.Fatal(err)
			}
			jpegs = append(jpegs, withoutHuffman(b, j.Bytes()))
		}
		for format, frames := range map[string][][]byte{"YUYV": yuyvs, "MJPG": jpegs} {
			b.Run(format+"/"+name, func(b *testing.B) { idleGate(b, format, frames) })
		}
	}
}

func idleGate(b *testing.B, format string, frames [][]byte) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const shown, decoded = 30, 15
	var newest Newest[raw]
	reader := reader{mode: Mode{Format: format, Width: 1280, Height: 720}}
	decoder := qr.NewDecoder()
	var light Light
	var vigil Vigil
	at := noon
	second := func() (copied, read, looked, searched time.Duration) {
		for i := range shown {
			began := threadTime(b)
			newest.Put(func(r *raw) error { r.bytes = append(r.bytes[:0], frames[i%len(frames)]...); return nil })
			copied += threadTime(b) - began
			if i%(shown/decoded) > 0 {
				continue
			}
			began = threadTime(b)
			r, err := newest.Take(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			g, err := reader.luminance(r.bytes)
			if err != nil {
				b.Fatal(err)
			}
			read += threadTime(b) - began
			began = threadTime(b)
			f := Frame{Image: g, At: at}
			at = at.Add(time.Second / decoded)
			effort := vigil.Look(f)
			if effort > Pass {
				light.See(f)
			}
			looked += threadTime(b) - began
			began = threadTime(b)
			within := time.Nanosecond // the first look
			if effort == Search {
				within = 30 * time.Millisecond
			}
			if effort > Pass && len(decoder.Decode(g, within)) > 0 {
				b.Log("something that looks like a code")
				vigil.Found(f)
			}
			searched += threadTime(b) - began
		}
		return
	}
	for range 5 { // until nobody has been there for a while
		second()
	}
	var sums [4]time.Duration
	n := 0
	for b.Loop() {
		copied, read, looked, searched := second()
		for i, d := range []time.Duration{copied, read, looked, searched} {
			sums[i] += d
		}
		n++
	}
	total := time.Duration(0)
	for i, unit := range []string{"copy-%", "luma-%", "look-%", "search-%"} {
		b.ReportMetric(100*sums[i].Seconds()/float64(n), unit)
		total += sums[i]
	}
	b.ReportMetric(100*total.Seconds()/float64(n), "core-%")
	if format == "MJPG" {
		began := threadTime(b)
		for i := range decoded {
			if _, err := jpeg.Decode(bytes.NewReader(withHuffman(frames[i%len(frames)], nil))); err != nil {
				b.Fatal(err)
			}
		}
		theirs := threadTime(b) - began
		b.ReportMetric(sums[1].Seconds()/float64(n)/theirs.Seconds(), "luma-of-image/jpeg")
	}
}

// threadTime is the processor time of this thread, which the benchmark is locked
// to: other programs on the machine do not count.
func threadTime(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
