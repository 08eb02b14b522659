package station

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"chot/cmd/internal/keystore"
	"chot/cmd/internal/stick"
	"chot/store"
	"chot/sync/uplink"
	"chot/sync/wire"
)

// A Carrier is what carrying a station's scans by hand needs: its journal,
// and the keys of both ends.
type Carrier struct {
	Journal *store.Store
	Device  wire.DeviceVerifier
	Hub     wire.HubVerifier
}

// OpenCarrier opens the journal in a station's folder, in which no scanner may
// be running. It needs no key: where that is gone, or cannot be had, what was
// scanned is carried all the same.
func OpenCarrier(dir string, o Options) (Carrier, error) {
	id, err := loadIdentity(dir, o)
	if err != nil {
		if c, ended := openEnded(dir); ended == nil {
			return c, nil
		}
		return Carrier{}, err
	}
	j, device, err := Journal(dir, o)
	return Carrier{j, device, id.enrolment.HubKey}, err
}

// openEnded opens the journal of a device without its key.
func openEnded(dir string) (Carrier, error) {
	device, err := devicePublic(keystore.Folder{Path: dir})
	if err != nil {
		return Carrier{}, err
	}
	e, err := readEnrolment(dir)
	if err != nil {
		return Carrier{}, err
	}
	j, err := store.Open(journalPath(dir), store.Options{Device: device.Digest(), Ended: true, VerifyHead: verifyHead(device)})
	return Carrier{j, device, e.HubKey}, err
}

// Past returns the folders of devices that have ended before this one was
// enrolled, whose journals are kept to be carried: see OpenCarrier.
func Past(dir string) []string {
	all, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), pastFolder, "*", "journal.db"))
	if err != nil {
		return nil // the folder's own name is a pattern that says nothing
	}
	for i := range all {
		all[i] = filepath.Dir(all[i])
	}
	return all
}

// ExportTo writes what no hub has acknowledged as bundles, the same bytes that
// would go over HTTPS. The journal's cursor stays: only a receipt moves it.
// progress, when not nil, is told how many entries are written, of how many.
func (c Carrier) ExportTo(onto *stick.Folder, progress func(done, total uint64)) (names []string, entries uint64, err error) {
	total := c.Journal.Stats().Unsent()
	for packed, err := range uplink.Export(c.Journal, c.Device) {
		if err != nil {
			return names, entries, Sentence(err)
		}
		b, err := wire.ParseBundle(packed)
		if err != nil {
			return names, entries, err
		}
		if err := onto.Write(b.FileName(), packed); err != nil {
			return names, entries, err
		}
		names = append(names, b.FileName())
		entries += uint64(len(b.Entries))
		if progress != nil {
			progress(entries, max(total, entries))
		}
	}
	return names, entries, nil
}

// Export is ExportTo a folder, or into one file if all fits in one bundle.
func (c Carrier) Export(to string, progress func(done, total uint64)) (files []string, entries uint64, err error) {
	info, err := os.Stat(to)
	folder := err == nil && info.IsDir() || strings.HasSuffix(to, string(filepath.Separator))
	if folder && err != nil {
		if err := os.Mkdir(to, 0o755); err != nil {
			return nil, 0, fmt.Errorf("%w; is the stick there, and writable?", err)
		}
	}
	if folder {
		onto, err := stick.Open(to)
		if err != nil {
			return nil, 0, err
		}
		defer onto.Close()
		files, entries, err = c.ExportTo(onto, progress)
		for i := range files {
			files[i] = filepath.Join(to, files[i])
		}
		return files, entries, err
	}
	total := c.Journal.Stats().Unsent()
	var only []byte
	for packed, err := range uplink.Export(c.Journal, c.Device) {
		if err != nil {
			return files, entries, Sentence(err)
		}
		b, err := wire.ParseBundle(packed)
		if err != nil {
			return files, entries, err
		}
		if only != nil {
			return nil, 0, fmt.Errorf("there are more scans than one bundle holds, so nothing was written to %s: name a folder with --to", to)
		}
		only = packed
		entries += uint64(len(b.Entries))
		if progress != nil {
			progress(entries, max(total, entries))
		}
	}
	if only != nil {
		return []string{to}, entries, stick.Write(to, only)
	}
	return files, entries, nil
}

// Sentence drops the fault's code before a sentence.
func Sentence(err error) error {
	var t *uplink.Trouble
	if errors.As(err, &t) {
		return t.Err
	}
	return err
}

// ErrPast says that the journal of a device before this one does not open.
var ErrPast = errors.New("an older journal of this folder")

// carriers are the station's own journal and those of devices that its folder was
// before, as far as they open; release lets go of the latter.
func (s *Station) carriers() (all []Carrier, release func(), err error) {
	all = []Carrier{{s.store, s.id.key.Verifier(), s.id.enrolment.HubKey}}
	for _, dir := range Past(s.dir) {
		c, opened := openEnded(dir)
		if opened != nil {
			err = errors.Join(err, fmt.Errorf("%w: %v", ErrPast, opened)) // whose cause is no stick's
			continue
		}
		all = append(all, c)
	}
	return all, func() {
		for _, c := range all[1:] {
			c.Journal.Close()
		}
	}, err
}

// Left is how many scans wait of devices that the folder was before. No hub gets
// them from this one: they go on a stick.
func (s *Station) Left() (n uint64, err error) {
	all, release, err := s.carriers()
	defer release()
	for _, c := range all[1:] {
		n += c.Journal.Stats().Unsent()
	}
	return n, err
}

// ExportTo is Carrier.ExportTo of a station at work, and of what its folder holds
// of devices before it. One of those that does not open holds nothing else up.
func (s *Station) ExportTo(onto *stick.Folder, progress func(done, total uint64)) (names []string, entries uint64, err error) {
	all, release, err := s.carriers()
	defer release()
	total := uint64(0)
	for _, c := range all {
		total += c.Journal.Stats().Unsent()
	}
	for _, c := range all {
		before := entries
		more, n, exported := c.ExportTo(onto, func(done, _ uint64) {
			if progress != nil {
				progress(before+done, max(total, before+done))
			}
		})
		names, entries, err = append(names, more...), entries+n, errors.Join(err, exported)
	}
	return names, entries, err
}

// Verify checks every kept entry against the signed head, and says how far it
// is. Scanning goes on meanwhile.
func (s *Station) Verify(progress func(done, total uint64)) error {
	return s.store.VerifyTold(progress)
}

// Head returns the journal's last signed head, nil for an empty one.
func (s *Station) Head() []byte { return s.store.Head() }
