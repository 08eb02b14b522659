package hub

import (
	"context"
	"fmt"
	"time"

	"chot/sync/wire"
)

// A Status is what a hub has, for a person.
type Status struct {
	Hub        wire.HubVerifier
	Pin        wire.Digest
	Devices    []DeviceStatus
	Counts     []Count // without quarantined entries
	Entries    uint64  // all there are
	Apart              // of all devices together
	Enrolments uint64  // still unused
	Missing    []Missing
}

// A DeviceStatus is one enrolled device.
type DeviceStatus struct {
	ID         string
	Checkpoint string
	Lane       string
	Zone       string
	Enrolled   time.Time
	Revoked    time.Time // zero: it is not
	Seen       time.Time // zero: never
	Size       uint64    // of its log
	Entries    uint64    // of which are here: all, but for gaps
	Root       string    // of its log, base64; "" before the first entry
	Receipt    string    // the last one, as a note
	Received   time.Time
	Apart
}

// Status reports what the hub has.
func (h *Hub) Status(ctx context.Context) (Status, error) {
	s := Status{Hub: h.Key(), Pin: h.Pin()}
	err := h.store.View(ctx, func(tx Tx) error {
		devices, err := tx.AllDevices()
		if err != nil {
			return err
		}
		apart, err := tx.Apart()
		if err != nil {
			return err
		}
		if s.Missing, err = tx.Missing(); err != nil {
			return err
		}
		missing := make(map[string]uint64)
		for _, m := range s.Missing {
			if m.Final {
				missing[m.Device] += m.To - m.From
			}
		}
		for _, d := range devices {
			one := DeviceStatus{
				ID: d.Key.ID(), Checkpoint: d.Checkpoint, Lane: d.Lane, Zone: d.Zone, Enrolled: d.Enrolled, Revoked: d.Revoked, Seen: d.Seen,
				Size: d.Size, Entries: d.Size - missing[d.Key.ID()], Receipt: string(d.Receipt), Apart: apart[d.Key.ID()],
			}
			if r, err := wire.OpenReceipt(d.Receipt, h.Key(), d.Key); err == nil {
				one.Root, one.Received = r.Root().String(), r.Time()
			}
			s.Entries += one.Entries
			s.Quarantined += one.Quarantined
			s.Evidence += one.Evidence
			s.Devices = append(s.Devices, one)
		}
		if s.Counts, err = tx.Counts(); err != nil {
			return err
		}
		s.Enrolments, err = tx.Open(h.now())
		return err
	})
	if err != nil {
		return Status{}, fmt.Errorf("read status: %w", err)
	}
	return s, nil
}

// Entries returns a device's entries from one log index up to another, as
// they were taken; fewer when there are fewer, and without those in gaps.
func (h *Hub) Entries(ctx context.Context, device string, from, to uint64) (entries [][]byte, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		if _, err := tx.Device(device); err != nil {
			return err
		}
		entries, err = tx.Bodies(device, from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return entries, nil
}

// Evidence returns what was refused and kept of a device, or of every device
// for "".
func (h *Hub) Evidence(ctx context.Context, device string) (all []Evidence, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		all, err = tx.Evidence(device)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return all, nil
}

// Audit hashes a device's whole log again and holds it against the last
// receipt, which both the device and this hub signed. What lies in a gap
// (Status.Missing names it) cannot be hashed: the log is proven up to the gap,
// and from the frontier that the device kept.
func (h *Hub) Audit(ctx context.Context, device string) (wire.Receipt, error) {
	var receipt wire.Receipt
	err := h.store.View(ctx, func(tx Tx) error {
		d, err := tx.Device(device)
		if err != nil {
			return err
		}
		if receipt, err = wire.OpenReceipt(d.Receipt, h.Key(), d.Key); err != nil {
			return err
		}
		gaps, err := tx.GapsOf(device)
		if err != nil {
			return err
		}
		return auditLog(tx, device, gaps, receipt, func(text []byte) (wire.Receipt, error) { return wire.OpenReceipt(text, h.Key(), d.Key) })
	})
	if err != nil {
		return wire.Receipt{}, fmt.Errorf("audit device %s: %w", device, err)
	}
	return receipt, nil
}
