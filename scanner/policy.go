package scanner

import (
	"slices"
	"time"

	"chot/scanner/credential"
)

// A Policy is what a checkpoint asks for. The zero value accepts nothing and
// refuses whom no list names.
type Policy struct {
	Checkpoint string // the place's name, as in reports
	Lane       string
	Zone       string         // the zone the checkpoint guards; rows may be limited to zones
	Timezone   *time.Location // for weekly hours; nil is ICT (UTC+7), Vietnam's only zone
	Schemes    []credential.Scheme

	Absent     Outcome // for a card or number no list names
	AbsentPass Outcome // for a validly signed pass no list names

	// Lists are the lists to ask, at most MaxLists, and Precedence says which
	// wins. Where none is named, whatever list there is is asked, and required.
	Lists      []ListRule
	Precedence Precedence

	// AntiPassback refers a person who goes in while the journal holds them
	// as inside.
	AntiPassback bool
	// Again refers a person admitted the same way less than this ago. It
	// catches a card handed back over the fence. 0 turns it off.
	Again time.Duration
}

// ICT is Indochina Time, the only civil time in Vietnam; a fixed zone, so no
// time zone database is needed.
var ICT = time.FixedZone("ICT", 7*60*60)

func (p Policy) location() *time.Location {
	if p.Timezone == nil {
		return ICT
	}
	return p.Timezone
}

func (p Policy) accepts(s credential.Scheme) bool { return slices.Contains(p.Schemes, s) }
