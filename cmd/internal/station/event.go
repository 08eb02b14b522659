package station

import (
	"errors"
	"slices"
	"syscall"
	"time"

	"chot/camera"
	"chot/scanner"
	"chot/scanner/qr"
	"chot/scanner/roster"
	"chot/store"
)

// An Event is something a station's observer may want to show.
type Event interface{ event() }

type (
	// Seen is a frame and the codes found in it. Both are valid only until
	// the observer returns.
	Seen struct {
		Source  string // as in SourceState.Name
		Frame   camera.Frame
		Symbols []qr.Symbol
		Light   camera.LightLevel // of a live source's frames so far
		Took    time.Duration     // of finding and decoding
		// Repeated says that a code in it was scanned a moment ago and is
		// still held up.
		Repeated bool
	}
	// Scanned is one scan, judged and written down (or not: see Result.Kept).
	Scanned struct {
		Result  scanner.Result
		Payload scanner.Payload // its bytes are valid only until the observer returns
		Input   string          // "camera", "frames", "serial", "typed", "wedge", "intent"
		Name    string          // the picture's file, if it came from one
		Index   int             // which code of the frame, from 0
		Passage scanner.Passage // what the operator had set
		Took    time.Duration   // from the frame or payload to the durable verdict
		Decoded time.Duration   // of that, finding and decoding; 0 for a reader
	}
	// Settled says what the barrier's sensor told after an admission.
	Settled struct {
		Seq    uint64 // of the admission
		Turned bool
	}
	// Lost says that a reader lost a scan, and why in a sentence for a person.
	Lost struct {
		Source string
		Err    error
	}
	// Again says that a reader read what it read a moment ago.
	Again struct{ Source string }
	// Changed says that State has.
	Changed struct{ State State }
	// Fetching is a list, or the changes to it, under way: bytes here, of all.
	Fetching struct {
		List        string
		Done, Total int64
	}
)

func (Seen) event()     {}
func (Scanned) event()  {}
func (Settled) event()  {}
func (Lost) event()     {}
func (Again) event()    {}
func (Changed) event()  {}
func (Fetching) event() {}

// A State is what a station shows beside verdicts.
type State struct {
	Checkpoint, Lane   string
	Direction          scanner.Direction
	Size, Acknowledged uint64 // entries in the journal, and those receipted
	// Of several lists these are the one that holds up the others: a required one
	// that is missing, or else the oldest.
	List          string // "" when none is installed
	ListVersion   uint64
	ListAge       roster.Age
	ListConfirmed time.Time
	Lists         []ListStatus    // each granted one, in the policy's order
	Faults        []scanner.Fault // distinct, worst first
	Sources       []SourceState
	Shift         Shift
	Stats         store.Stats
	Sync          Sync
	Now           scanner.Instant
}

// A Sync is how the station stands with its hub.
type Sync struct {
	Hub     string    // its address
	Heard   time.Time // of its last answer to a bundle, zero for never since the start
	Busy    bool      // speaking to it right now
	Offline bool      // told not to speak to it
	Fault   scanner.Fault
}

// State returns the present state.
func (s *Station) State() State {
	now := s.clock.now()
	stats := s.store.Stats()
	all := s.lists.statuses(s.clock.reference())
	oldest := decisive(all)
	sources, shift := s.eyes.state(), s.shift.now(stats)
	s.mu.Lock()
	defer s.mu.Unlock()
	st := State{
		Checkpoint: s.id.grant.Checkpoint, Lane: s.id.grant.Lane, Direction: s.passage.Direction,
		Size: stats.Size, Acknowledged: stats.Acknowledged,
		List: oldest.List, ListVersion: oldest.Version, ListAge: oldest.Age, ListConfirmed: oldest.Confirmed, Lists: all, Now: now,
		Sources: sources, Shift: shift, Stats: stats, Sync: s.sync,
	}
	st.Shift.Operator = s.passage.Operator
	st.Faults = worstFirst(s.faults)
	return st
}

// worstFirst returns the distinct faults of all parts.
func worstFirst(parts map[string]scanner.Fault) (all []scanner.Fault) {
	for _, f := range parts {
		if f != "" && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	if slices.Contains(all, scanner.FaultOffline) { // says it, and for how long
		all = slices.DeleteFunc(all, func(f scanner.Fault) bool { return f == scanner.FaultHubAway })
	}
	slices.SortFunc(all, func(a, b scanner.Fault) int {
		if d := int(b.Severity()) - int(a.Severity()); d != 0 {
			return d
		}
		return compare(a, b)
	})
	return all
}

func compare(a, b scanner.Fault) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// told hands an event to the observer.
func (s *Station) told(e Event) {
	if s.options.Observe == nil {
		return
	}
	s.observing.Lock()
	defer s.observing.Unlock()
	s.options.Observe(e)
}

func (s *Station) changed() { s.told(Changed{s.State()}) }

// fault sets or clears ("") the fault of one part of the station.
func (s *Station) fault(who string, f scanner.Fault) {
	s.mu.Lock()
	before := s.faults[who]
	if f == "" {
		delete(s.faults, who)
	} else {
		s.faults[who] = f
	}
	s.mu.Unlock()
	if before != f {
		s.changed()
	}
}

// diskFault says what keeps scans from being written down, where the disk said.
func diskFault(f scanner.Fault, err error) scanner.Fault {
	switch {
	case f != scanner.FaultJournal:
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return scanner.FaultDiskFull
	case errors.Is(err, syscall.EROFS):
		return scanner.FaultReadOnly
	}
	return f
}

// refreshFaults renews the faults that follow from time.
func (s *Station) refreshFaults() {
	var f scanner.Fault
	if s.clock.now().Trust == scanner.Doubtful {
		f = scanner.FaultClock
	}
	s.fault("clock", f)
	s.fault("list", faultOfLists(s.lists.statuses(s.clock.reference())))
	s.fault("offline", s.offline())
}

// offlineAfter is how long no hub may be heard before it is more than a note: a
// weekend's worth.
const offlineAfter = 3 * 24 * time.Hour

// offline says that no hub was heard for days. A clock that is wrong says
// nothing of the kind.
func (s *Station) offline() scanner.Fault {
	now := s.clock.now()
	if s.options.Offline || now.Trust == scanner.Doubtful {
		return ""
	}
	heard := s.store.Stats().ReceiptAt
	for _, l := range s.lists.statuses(now.Wall) {
		if l.Confirmed.After(heard) {
			heard = l.Confirmed // before the first scan there is no receipt
		}
	}
	if heard.IsZero() || now.Wall.Sub(heard) < offlineAfter {
		return ""
	}
	return scanner.FaultOffline
}
