package intent

import "slices"

// Enrolled is whose broadcasts count as scans. The zero value has nobody
// enrolled. It is kept over restarts.
type Enrolled struct {
	Maker  Maker  `json:"maker"`
	Sender string `json:"sender,omitempty"` // as Android named it then; "" where it named none
}

// A Scene is what else matters when a broadcast arrives.
type Scene struct {
	Manufacturer string // android.os.Build.MANUFACTURER
	// Testing says that somebody who may choose is trying the scan key out: the
	// supervisor in the source test, or whoever sets a new device up.
	Testing bool
}

// Take decides whether a scan counts, and who is enrolled from then on:
//
//   - What the enrolled maker broadcasts counts, from the sender that was named
//     when it was enrolled if one was.
//   - Nobody being enrolled, the device's own maker is.
//   - In a test any maker is, in place of another too, but never in place of the
//     device's own: an app that floods the device while its scan key is tested
//     gains nothing.
//   - A sender that is named and is not the one its maker documents never counts.
//
// Everything else is somebody else's.
func (e Enrolled) Take(s Scan, at Scene) (after Enrolled, counts bool) {
	own, known := s.Maker.Makes(at.Manufacturer), e.Maker.Makes(at.Manufacturer)
	switch {
	case s.Maker == "" || !s.documented():
		return e, false
	case e.Maker == s.Maker && (e.Sender == "" || e.Sender == s.Sender):
		return e, true
	case e.Maker == "" && own, at.Testing && (own || !known):
		return Enrolled{Maker: s.Maker, Sender: s.Sender}, true
	}
	return e, false
}

// documented reports whether the sender, where one is named, may be the maker's.
func (s Scan) documented() bool {
	i := slices.IndexFunc(forms, func(f form) bool { return f.maker == s.Maker && len(f.packages) > 0 })
	return s.Sender == "" || i < 0 || slices.Contains(forms[i].packages, s.Sender)
}
