package scanner

import "time"

// A ClockTrust says how far a wall clock may be believed.
type ClockTrust uint8

const (
	// Doubtful: behind a time this device has already seen, or before this
	// program existed. Verdicts that depend on time become Refer.
	Doubtful ClockTrust = iota
	// Plausible: not behind anything seen, but nobody confirmed it.
	Plausible
	// Confirmed: a hub's signed receipt agreed with it since the last boot.
	Confirmed
)

func (t ClockTrust) String() string {
	switch t {
	case Plausible:
		return "plausible"
	case Confirmed:
		return "confirmed"
	}
	return "doubtful"
}

// An Instant is when something happened as far as the device can tell. Wall
// clocks lie; boot id and monotonic time still order what one device did.
type Instant struct {
	Boot  [16]byte      // the kernel's boot id
	Since time.Duration // since boot, including sleep (CLOCK_BOOTTIME)
	Wall  time.Time     // to the millisecond, UTC
	Trust ClockTrust
}

// Earliest is a time before which no correct clock can read: this program
// did not exist yet.
var Earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// slack is how far a clock may lag behind the highest time seen before it is
// doubted: hubs and devices disagree by seconds without either being broken.
const slack = 2 * time.Minute

// JudgeClock says how far wall may be trusted, given the highest time ever
// seen in lists, receipts and entries and the hub's last confirmation since
// boot (zero if there was none).
func JudgeClock(wall, highest, confirmed time.Time) ClockTrust {
	if wall.Before(Earliest) || wall.Before(highest.Add(-slack)) {
		return Doubtful
	}
	if !confirmed.IsZero() {
		return Confirmed
	}
	return Plausible
}
