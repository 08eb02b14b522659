package main

import (
	"fmt"
	"io"
	"strings"

	"chot/assets"
	"chot/scanner"
)

// A watch says each of the machine's troubles once, when it begins, in a
// sentence that says what to do.
type watch struct {
	out     io.Writer
	texts   *assets.Strings
	present map[scanner.Fault]bool
}

func newWatch(out io.Writer) (*watch, error) {
	texts, err := assets.Load("en")
	return &watch{out: out, texts: texts, present: map[scanner.Fault]bool{}}, err
}

func (w *watch) sentence(f scanner.Fault) string {
	t := w.texts.Fault[string(f)]
	return fmt.Sprintf("%s. %s (%s)", t.Title, t.Do, f)
}

// now takes the faults there are.
func (w *watch) now(faults []scanner.Fault) {
	before := w.present
	w.present = make(map[scanner.Fault]bool, len(faults))
	for _, f := range faults {
		w.present[f] = true
		if !before[f] && f.Severity() > scanner.Note {
			fmt.Fprintln(w.out, w.sentence(f))
		}
	}
}

// end returns an error if a trouble is left that needs a person.
func (w *watch) end(faults []scanner.Fault) error {
	var left []string
	kept := "every scan above is kept"
	for _, f := range faults {
		if f == scanner.FaultJournal || f == scanner.FaultJournalFull {
			kept = "scans shown as not-recorded were not kept"
		}
		if f.Severity() > scanner.Note {
			left = append(left, string(f))
		}
	}
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("%s; the device is in trouble: %s (see above what to do)", kept, strings.Join(left, ", "))
}
