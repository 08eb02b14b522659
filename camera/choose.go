package camera

import "cmp"

// liveFPS is the rate from which a preview looks live. Below it, USB 2 cameras
// that offer 1280×720 as YUYV at 5 to 10 frames a second lose to their own MJPG.
const liveFPS = 15

// formats are those this package reads, the cheapest to read first.
var formats = []string{"GREY", "YUYV", "NV12", "MJPG", "JPEG"}

// rank is a format's place in formats, or -1.
func rank(format string) int {
	for i, f := range formats {
		if f == format {
			return i
		}
	}
	return -1
}

// choose picks, among listed modes, the size nearest to the one wanted, then a
// live rate, then the cheapest format, then the highest rate. A rate of 0 is not
// known and counts as live.
func choose(modes []Mode, want Mode) (Mode, bool) {
	var best Mode
	found := false
	for _, m := range modes {
		if rank(m.Format) < 0 || want.Format != "" && m.Format != want.Format || m.Width < 1 || m.Height < 1 {
			continue
		}
		if !found || better(m, best, want) {
			best, found = m, true
		}
	}
	return best, found
}

func better(a, b, want Mode) bool {
	return cmp.Or(
		cmp.Compare(distance(a, want), distance(b, want)),
		cmp.Compare(slow(a), slow(b)),
		cmp.Compare(rank(a.Format), rank(b.Format)),
		cmp.Compare(b.FPS, a.FPS),
	) < 0
}

func distance(m, want Mode) int { return abs(m.Width-want.Width) + abs(m.Height-want.Height) }

func slow(m Mode) int {
	if m.FPS > 0 && m.FPS < liveFPS {
		return 1
	}
	return 0
}

func abs(n int) int { return max(n, -n) }

// fit is the number nearest to want that a driver takes from a range, min and
// its multiples of step above it up to max.
func fit(want, min, max, step int) int {
	switch {
	case want <= min:
		return min
	case want > max:
		want = max
	}
	if step > 1 {
		want -= (want - min) % step
	}
	return want
}
