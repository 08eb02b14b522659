package scanner

import "time"

// A Prior is what the journal remembers of a subject's last admitted passage.
// The zero value is a subject never seen.
type Prior struct {
	Seen      bool
	Direction Direction
	At        time.Time // wall time of that passage
}
