package station

import (
	"time"

	"chot/scanner/roster"
)

// An Installed is a signed list the station holds.
type Installed struct {
	Name      string // "<authority>/<name>"
	Authority string
	Version   uint64
	Rows      uint64
	Confirmed time.Time
	Age       roster.Age
}

// Installed returns the lists the station holds, by name.
func (s *Station) Installed() ([]Installed, error) {
	lists, err := s.store.Lists()
	if err != nil {
		return nil, err
	}
	var all []Installed
	for _, l := range lists {
		i := Installed{Name: l.Name, Authority: l.Authority, Version: l.Version, Confirmed: l.Confirmed, Age: roster.Expired}
		if m, err := roster.ParseManifest(l.Manifest); err == nil {
			i.Rows, i.Age = uint64(m.Rows), m.Age(l.Confirmed, s.clock.reference())
		}
		all = append(all, i)
	}
	return all, nil
}
