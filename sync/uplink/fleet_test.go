package uplink

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// arrivals has a fleet of devices try a hub that went away at the same moment
// for all of them, for an hour, each with the pause it is given, and returns
// how many came in each second of the last half hour. Each time the hub
// refuses.
func arrivals(t *testing.T, devices int, next func(device int) func() time.Duration) []int {
	const hour, half = 3600, 1800
	count := make([]int, half)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		tried := make(chan int, devices)
		for device := range devices {
			pause := next(device)
			go func() {
				for {
					time.Sleep(pause())
					second := int(time.Since(began) / time.Second)
					if second >= hour {
						tried <- -1
						return
					}
					tried <- second
				}
			}()
		}
		for left := devices; left > 0; {
			switch second := <-tried; {
			case second < 0:
				left--
			case second >= half:
				count[second-half]++
			}
		}
	})
	return count
}

func busiest(count []int) (most, all int) {
	for _, n := range count {
		most, all = max(most, n), all+n
	}
	return most, all
}

// TestFleetDoesNotKnockTogether: a thousand devices lose their hub at the same
// moment. Their attempts spread over the seconds until it is back, where those
// of a fleet without jitter come all at once, which shows that the count would
// see it. They never give up: each tries to the end.
func TestFleetDoesNotKnockTogether(t *testing.T) {
	const devices = 1000
	count := arrivals(t, devices, func(device int) func() time.Duration {
		p := &pause{max: 2 * time.Minute, rng: rand.New(rand.NewPCG(uint64(device), 4))}
		first := true
		return func() time.Duration { cut := first; first = false; return p.next(cut) }
	})
	most, all := busiest(count)
	each := float64(all) / float64(len(count))
	t.Logf("%d devices: %.1f attempts a second on average, %d in the busiest", devices, each, most)
	// A pause is 60 to 120 seconds: 1000 devices in 90 seconds on average.
	if each < 10 || each > 13 {
		t.Errorf("%.1f attempts a second: some gave up, or hurry", each)
	}
	if float64(most) > 3*each {
		t.Errorf("%d attempts in one second, %.1f on average: they knock together", most, each)
	}

	count = arrivals(t, devices, func(int) func() time.Duration {
		d := time.Second / 2
		return func() time.Duration { d = min(2*d, 2*time.Minute); return d }
	})
	if most, _ := busiest(count); most != devices {
		t.Errorf("control: without jitter at most %d of %d come together", most, devices)
	}
}

// TestSeededPauses: the same seed makes the same pauses, another seed others.
func TestSeededPauses(t *testing.T) {
	run := func(seed uint64) (all []time.Duration) {
		p := pause{max: 2 * time.Minute, rng: rand.New(rand.NewPCG(seed, 0))}
		for range 50 {
			all = append(all, p.next(false))
		}
		return all
	}
	one, again, other := run(1), run(1), run(2)
	same := 0
	for i := range one {
		if one[i] != again[i] {
			t.Fatalf("pause %d is %v and then %v", i, one[i], again[i])
		}
		if one[i] == other[i] {
			same++
		}
	}
	if same > 5 {
		t.Errorf("%d of %d pauses are the same for another seed", same, len(one))
	}
}
