package station

import (
	"errors"
	"fmt"
	"os"

	"chot/cmd/internal/keystore"
)

// A KeyStatus is how a device's keys lie on its disk.
type KeyStatus struct {
	Device    string        `json:"device"`
	Keeper    keystore.Kind `json:"keeper,omitempty"` // "" while they lie in the clear
	Destroyed bool          `json:"destroyed"`
	Why       string        `json:"why,omitempty"`       // with Destroyed
	PlainPINs int           `json:"plain_pins"`          // whose hash lies in chot.toml for anybody to try
	Trouble   string        `json:"trouble,omitempty"`   // why they cannot be opened now
	NoBetter  string        `json:"no_better,omitempty"` // why a TPM that is there is not used
	Past      []string      `json:"past,omitempty"`      // folders of devices before this one, kept for their scans
}

// KeysOf says how a device's keys lie on its disk. It changes nothing, and a
// scanner may be running.
func KeysOf(dir string, o Options) (KeyStatus, error) {
	var st KeyStatus
	f := o.folder(dir)
	st.Past = Past(dir)
	if c, err := LoadConfig(dir); err == nil {
		st.PlainPINs = plainPINs(c)
	}
	if e, there, err := readEnding(f, endedFile); err != nil || there {
		st.Device, st.Destroyed, st.Why = e.Device, true, because[e.Why]
		return st, err
	}
	if !Enrolled(dir) {
		return st, fmt.Errorf("open %s: %w", dir, ErrNotEnrolled)
	}
	if d, err := devicePublic(f); err == nil {
		st.Device = d.ID()
	}
	if !f.Has(endingFile) && o.lost(f) {
		st.Destroyed, st.Why = true, because[whyLost]
		return st, nil
	}
	if !keystore.Present(f) {
		s, err := plainSecrets(f)
		st.Device = s.key.ID()
		return st, err
	}
	kind, err := keystore.Guard(f)
	if err != nil {
		return st, err
	}
	st.Keeper = kind
	if f.Has(endingFile) {
		st.Trouble = ErrEnding.Error()
	} else if _, _, err := o.open(f); err != nil {
		st.Trouble = err.Error()
	}
	if kind == keystore.KindFile {
		if _, why := keystore.Best(f); why != nil {
			st.NoBetter = why.Error()
		}
	}
	return st, nil
}

func plainPINs(c Config) (n int) {
	for _, o := range append([]Operator{{PIN: c.Supervisor.PIN}}, c.Operators...) {
		if o.PIN != "" && !keystore.IsText(o.PIN) {
			n++
		}
	}
	return n
}

// Worth says in plain words what a thief gets, a line for each.
func (s KeyStatus) Worth() (lines []string) {
	switch {
	case s.Destroyed:
		lines = append(lines, "nobody is admitted and no list opens; what was scanned is in the journal: chotctl export, then enrol the device anew")
	case s.Keeper == keystore.KindTPM:
		lines = append(lines,
			"who takes the disk, or a copy of it: nothing, it opens beside this machine's TPM only",
			"who takes the whole machine and starts it: the keys, once root on it",
			"after a destruction: nothing, also from a copy made before")
	case s.Keeper == keystore.KindAndroid:
		lines = append(lines, "who copies the app's folder: nothing, it opens with this handheld's Keystore only")
	case s.Keeper == keystore.KindFile:
		lines = append(lines,
			"who takes the disk, or the whole folder: the keys, for what wraps them lies in keeper/file.key",
			"who has a copy without the folder keeper: nothing",
			"after a destruction: nothing from this disk, but a copy made before opens")
	default:
		lines = append(lines, "who takes the disk, or a copy of it: the keys")
	}
	if s.NoBetter != "" {
		lines = append(lines, "there may be a TPM, but: "+s.NoBetter)
	}
	if s.PlainPINs > 0 {
		lines = append(lines, fmt.Sprintf("%d PINs can be tried by who reads chot.toml: start the scanner where it may write the file, or put in what chotctl keys pin prints", s.PlainPINs))
	}
	return lines
}

// MoveKeys gives a device's keys to another keeper of the machine. No scanner
// may be running in the folder.
func MoveKeys(dir string, to keystore.Kind, o Options) error {
	f := o.folder(dir)
	k, err := keystore.Local(f, to)
	if err != nil {
		return err
	}
	return moveKeys(dir, k, o)
}

func moveKeys(dir string, to keystore.Keeper, o Options) error {
	id, err := loadIdentity(dir, o)
	if err != nil {
		return err
	}
	// A scanner that runs would lose its keys from under it, and has the journal.
	if _, err := os.Stat(journalPath(dir)); err == nil {
		j, _, err := Journal(dir, o)
		if err != nil {
			return err
		}
		defer j.Close()
	}
	from, err := o.keeper(o.folder(dir))
	if err != nil {
		return err
	}
	return errors.Join(id.vault.Move(from, to), giveToOwner(dir))
}
