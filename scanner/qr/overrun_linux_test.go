package qr

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ownTime is the processor time of this thread: others use the machine.
func ownTime() time.Time {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Unix(t.Unix())
}

// BenchmarkOverrun prints by how many milliseconds the worst of 20 goes at each
// nasty frame passes a budget of 33 ms and one of 10 ms, and what a unit of work
// is worth. The floor of a 100 megapixel frame is more than 10 ms.
//
//	go test -run='^$' -bench=Overrun -benchtime 1x ./scanner/qr
func BenchmarkOverrun(b *testing.B) {
	for _, n := range nasty {
		frame := n.draw(b, rand.New(rand.NewPCG(31, 32)))
		b.Run(n.name, func(b *testing.B) {
			runtime.LockOSThread() // b.Run has its own goroutine
			defer runtime.UnlockOSThread()
			d := NewDecoder()
			d.now = ownTime
			d.Decode(frame, time.Hour)
			for _, budget := range []time.Duration{10 * time.Millisecond, 33 * time.Millisecond} {
				worst := -time.Hour
				for range 20 {
					start := ownTime()
					d.Decode(frame, budget)
					worst = max(worst, ownTime().Sub(start)-budget)
				}
				b.ReportMetric(float64(worst.Microseconds())/1000, "over-"+budget.String())
			}
			start := ownTime()
			d.Decode(frame, 1)
			b.ReportMetric(float64(ownTime().Sub(start).Microseconds())/1000, "floor-ms")
			start = ownTime()
			d.Decode(frame, time.Hour)
			b.ReportMetric(float64(d.meter.work)/float64(ownTime().Sub(start)), "units/ns")
			b.ReportMetric(0, "ns/op")
		})
	}
}
