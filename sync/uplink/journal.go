package uplink

import (
	"errors"
	"fmt"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// A Journal is the device's log as the uplink sees it. Its cursor is the
// number of entries a hub has acknowledged.
type Journal interface {
	// Unsent returns the entries from the cursor on: as many as fit in limit
	// bytes, but one at least if there is one; and the signed head over the
	// log up to the last of them. With none unsent it returns the head at the
	// cursor, which may be nil for an empty log.
	Unsent(limit int) (from uint64, entries [][]byte, head []byte, err error)
	// Acknowledge keeps the receipt and moves the cursor to size. For a size
	// at or below the cursor it moves nothing.
	Acknowledge(size uint64, receipt []byte, at time.Time) error
	// Rewind moves the cursor back to size, because the hub has no more. It
	// fails when entries from there on were purged.
	Rewind(size uint64) error
}

// A Keeper is a Journal that can show where it begins, for a hub that lacks
// what was purged before.
type Keeper interface {
	// Base returns the first log index kept, the roots of the complete subtrees
	// before it (see wire.Bundle), and the last receipt, nil if there is none.
	Base() (first uint64, frontier, receipt []byte, err error)
}

// A base is where a journal begins, with a receipt of the hub's that covers
// what was purged before.
type base struct {
	first             uint64
	frontier, receipt []byte
}

// baseOf returns the journal's base if it is one the hub can believe: a device
// that was enrolled at another hub has none for this one.
func (u *Uplink) baseOf() (base, bool) {
	k, ok := u.Journal.(Keeper)
	if !ok {
		return base{}, false
	}
	first, frontier, receipt, err := k.Base()
	if err != nil || first == 0 {
		return base{}, false
	}
	r, err := wire.OpenReceipt(receipt, u.HubKey, u.Device)
	return base{first, frontier, receipt}, err == nil && r.Size() >= first
}

// unsent reads a journal and verifies that its head is this device's and
// covers exactly what it returned. Every error is a *Trouble.
func unsent(j Journal, device wire.DeviceVerifier, limit int) (from uint64, entries [][]byte, own wire.Head, err error) {
	from, entries, head, err := j.Unsent(limit)
	if err != nil {
		return 0, nil, wire.Head{}, &Trouble{Fault: scanner.FaultJournal, Err: fmt.Errorf("read journal: %w", err)}
	}
	if len(entries) == 0 && head == nil {
		return from, nil, wire.Head{}, nil
	}
	own, err = wire.OpenHead(head, device)
	if err != nil {
		return 0, nil, wire.Head{}, &Trouble{Fault: scanner.FaultJournalForeign, Err: fmt.Errorf("read journal: %w", err)}
	}
	if own.Size() != from+uint64(len(entries)) {
		return 0, nil, wire.Head{}, &Trouble{Fault: scanner.FaultJournal, Err: errors.New("read journal: its head is not over the entries it returned")}
	}
	return from, entries, own, nil
}

// headAt returns the journal's own head over its first size entries; the zero
// Head if the journal is shorter or its cursor is already past.
func headAt(j Journal, device wire.DeviceVerifier, size uint64) (wire.Head, error) {
	// A journal whose key is gone gives what its heads allow: up to a megabyte
	// may show nothing new.
	const sure = 1 << 20
	last := -1
	for limit := firstBatch; ; limit *= 2 {
		from, entries, own, err := unsent(j, device, limit)
		switch {
		case err != nil:
			return wire.Head{}, err
		case own.Size() == size:
			return own, nil
		case from > size, own.Size() < size && len(entries) == last && limit >= sure, limit > 1<<29:
			return wire.Head{}, nil
		case own.Size() > size && from < size:
			// Entries up to size have exactly so many bytes.
			limit = bytesOf(entries[:size-from])
			if _, _, own, err = unsent(j, device, limit); err != nil || own.Size() != size {
				return wire.Head{}, err
			}
			return own, nil
		case own.Size() > size:
			return wire.Head{}, nil
		}
		last = len(entries)
	}
}

// acknowledge moves the cursor to a verified receipt's size if the journal's
// own head at that size has the receipt's root. own is a head already at hand.
func acknowledge(j Journal, device wire.DeviceVerifier, own wire.Head, r wire.Receipt) error {
	if r.Size() != own.Size() {
		var err error
		if own, err = headAt(j, device, r.Size()); err != nil {
			return err
		}
	}
	if own.Size() != r.Size() || own.Root() != r.Root() {
		return &Trouble{Fault: scanner.FaultHubRefuses, Err: errors.New("the hub holds a longer or another log of this device: was the journal replaced by an older copy? Have the device examined")}
	}
	if err := j.Acknowledge(r.Size(), r.Text(), r.Time()); err != nil {
		return &Trouble{Fault: scanner.FaultJournal, Err: fmt.Errorf("keep receipt: %w", err)}
	}
	return nil
}
