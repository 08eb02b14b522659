package station

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"chot/cmd/internal/keystore"
	"chot/store"
	"chot/sync/wire"
)

// clearPast keeps the journals of devices before this one no longer than its own
// entries: what a hub has receipted goes after the retention, and with the last of
// it the journal. That it was exported counts for nothing: only a receipt says that
// it has arrived.
func (s *Station) clearPast(before time.Time) {
	s.aside.Lock()
	defer s.aside.Unlock()
	if Destroyed(s.dir) {
		return
	}
	for _, of := range Past(s.dir) {
		n, gone, err := clearJournal(s.options.folder(of), before)
		switch {
		case errors.Is(err, store.ErrInUse): // somebody is carrying it
		case err != nil:
			s.log.Warn("an old journal is not looked after", "folder", of, "err", err)
		case gone:
			s.log.Info("removed the journal of a device before this one: the hub has all of it", "folder", of, "entries", n)
		}
	}
	// A cut has left a folder whose journal is gone.
	left, err := os.ReadDir(filepath.Join(s.dir, pastFolder))
	for _, e := range left {
		f := s.options.folder(filepath.Join(s.dir, pastFolder, e.Name()))
		if e.IsDir() && !f.Has(journalFile) {
			err = errors.Join(err, removePast(f))
		}
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.log.Warn("an old journal's folder is not removed", "err", err)
	}
}

// clearJournal purges what is receipted and older than a time, and removes the
// journal once that is all there is.
func clearJournal(f keystore.Folder, before time.Time) (entries uint64, gone bool, err error) {
	c, err := openEnded(f.Path)
	if err != nil {
		return 0, false, err
	}
	if _, err = c.Journal.Purge(before); err == nil {
		gone, err = c.settled(before)
	}
	entries = c.Journal.Stats().Size
	if err = errors.Join(err, c.Journal.Close()); err != nil || !gone {
		return entries, false, err
	}
	return entries, true, removePast(f)
}

// settled reports whether the hub has signed for every entry, and did so before a
// time.
func (c Carrier) settled(before time.Time) (bool, error) {
	st := c.Journal.Stats()
	switch {
	case st.Room == 0 && st.Size == 0: // its numbers cannot be read
		return false, errors.New("read the journal's numbers")
	case st.Size == 0:
		return true, nil
	case st.Unsent() > 0:
		return false, nil
	}
	r, err := wire.OpenReceipt(st.Receipt, c.Hub, c.Device)
	if err != nil {
		return false, fmt.Errorf("its last receipt: %w", err)
	}
	return r.Size() >= st.Size && r.Time().Before(before), nil
}

// removePast removes a folder of past/, the journal first; what is not a
// station's stays.
func removePast(f keystore.Folder) error {
	for _, name := range append([]string{journalFile}, pastFiles...) {
		if err := f.Remove(name); err != nil {
			return err
		}
	}
	return os.Remove(f.Path)
}
