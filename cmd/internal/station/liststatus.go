package station

import (
	"time"

	"chot/scanner"
	"chot/scanner/roster"
)

// A ListStatus is one granted list as the station has it.
type ListStatus struct {
	Name      string // as the grant names it, "<authority>/<name>"
	List      string // as verdicts name it; "" while it is not installed
	Authority string // who signed it
	Version   uint64
	Age       roster.Age
	Confirmed time.Time // when the authority's repository last said that it is current
	Optional  bool
	Damaged   bool // its file did not open, or a page of it failed its hash
}

// decisive is the list that holds up the others: a required one that is missing,
// or else the one that grows old first.
func decisive(all []ListStatus) ListStatus {
	var worst ListStatus
	found := false
	for _, l := range all {
		if l.Optional {
			continue
		}
		if !found || worst.List != "" && (l.List == "" || l.Age < worst.Age || l.Age == worst.Age && l.Confirmed.Before(worst.Confirmed)) {
			worst, found = l, true
		}
	}
	return worst
}

// faultOfLists is the fault that follows from the lists' age: the worst, where a
// list that may be done without is never worse than stale.
func faultOfLists(all []ListStatus) scanner.Fault {
	rank := []scanner.Fault{"", scanner.FaultListStale, scanner.FaultListExpired, scanner.FaultListMissing}
	worst, required := 0, false
	for _, l := range all {
		required = required || !l.Optional
		is := 0
		switch {
		case l.Damaged: // said already, and better
		case l.List == "":
			is = 3
		case l.Age == roster.Expired:
			is = 2
		case l.Age == roster.Stale:
			is = 1
		}
		if l.Optional {
			is = min(is, 1)
		}
		worst = max(worst, is)
	}
	if !required {
		worst = 3 // the grant names none
	}
	return rank[worst]
}
