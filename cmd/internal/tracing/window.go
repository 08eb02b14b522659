package tracing

import (
	"slices"
	"time"

	"chot/scanner"
)

// windows are the moments at which somebody was at each checkpoint, in
// milliseconds and in order, and how far around them counts.
type windows struct {
	at     map[string][]int64
	around int64
}

func windowsOf(sightings []Sighting, around time.Duration) windows {
	w := windows{at: map[string][]int64{}, around: around.Milliseconds()}
	for _, s := range sightings { // in order of time
		w.at[s.Checkpoint] = append(w.at[s.Checkpoint], s.At.UnixMilli())
	}
	return w
}

// nearest returns how far a moment is from the nearest one at a checkpoint.
func (w windows) nearest(moments []int64, ms int64) int64 {
	i, _ := slices.BinarySearch(moments, ms)
	far := int64(1 << 62)
	for _, j := range []int{i - 1, i} {
		if j >= 0 && j < len(moments) {
			far = min(far, max(moments[j]-ms, ms-moments[j]))
		}
	}
	return far
}

// cover reports whether an entry was written at one of the checkpoints within
// the window.
func (w windows) cover(o scanner.Outline) bool {
	moments, ok := w.at[string(o.Checkpoint)]
	return ok && w.nearest(moments, o.Wall) <= w.around
}

func (w windows) apart(s Sighting) time.Duration {
	return time.Duration(w.nearest(w.at[s.Checkpoint], s.At.UnixMilli())) * time.Millisecond
}
