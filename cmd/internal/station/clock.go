package station

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"strings"
	"sync"
	"time"

	"chot/scanner"
)

// A clock reads the three times an entry carries and remembers whether a hub
// has confirmed the wall clock since boot.
type clock struct {
	boot [16]byte
	wall func() time.Time

	mu        sync.Mutex
	highest   func() time.Time
	confirmed time.Time
}

func newClock(wall func() time.Time, highest func() time.Time) *clock {
	if wall == nil {
		wall = time.Now
	}
	return &clock{boot: bootID(), wall: wall, highest: highest}
}

// now returns the present instant and how far its wall time may be trusted.
func (c *clock) now() scanner.Instant {
	c.mu.Lock()
	confirmed := c.confirmed
	c.mu.Unlock()
	wall := c.wall().UTC().Truncate(time.Millisecond)
	return scanner.Instant{Boot: c.boot, Since: sinceBoot(), Wall: wall, Trust: scanner.JudgeClock(wall, c.highest(), confirmed)}
}

// agreement is how near a hub's time must be to confirm the clock.
const agreement = 2 * time.Minute

// heard takes a verified time from a hub.
func (c *clock) heard(hub time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.wall().Sub(hub); d < agreement && d > -agreement {
		c.confirmed = hub
	} else {
		c.confirmed = time.Time{}
	}
}

// reference is the time at which signed metadata is judged: never below the
// highest time seen, so a clock set back does not revive what has expired.
func (c *clock) reference() time.Time {
	wall, highest := c.wall(), c.highest()
	if wall.Before(highest) {
		return highest
	}
	return wall
}

// bootID is the kernel's, or a random one where it cannot be read: it only
// has to differ between boots.
func bootID() [16]byte {
	var id [16]byte
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil {
		raw, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(string(b)), "-", ""))
		if err == nil && len(raw) == len(id) {
			return [16]byte(raw)
		}
	}
	rand.Read(id[:])
	return id
}
