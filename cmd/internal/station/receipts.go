package station

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"chot/cmd/internal/stick"
	"chot/sync/uplink"
	"chot/sync/wire"
)

// ErrNoReceipt says that a folder holds no receipt for this device.
var ErrNoReceipt = errors.New("no receipt for this device")

// longestReceipt is many times a receipt.
const longestReceipt = 4096

// TakeReceipts takes what the hub gave for bundles that were brought to it from a
// folder, also while the station runs. fresh is how many scans wait no longer,
// also those of devices that this folder was before. A stick makes the round of
// several gates: others' receipts are passed over. An older receipt that does not
// do is no error where a newer one does.
func (s *Station) TakeReceipts(from string) (fresh uint64, err error) {
	files, err := stick.Find([]string{from}, wire.ReceiptExt)
	if err != nil {
		return 0, err
	}
	carriers, release, err := s.carriers()
	defer release()
	ended := map[string]error{} // by device: what its newest receipt came to
	for _, file := range files {
		text, err := stick.Read(file, longestReceipt)
		claim, whole := wire.ClaimOf(text)
		if !whole {
			name := filepath.Base(file)
			claim.Device = name[:max(strings.LastIndexByte(name, '-'), 0)]
		}
		i := slices.IndexFunc(carriers, func(c Carrier) bool { return c.Device.ID() == claim.Device })
		if i < 0 {
			continue
		}
		if err == nil {
			var n uint64
			n, err = carriers[i].take(text, claim.Size)
			fresh += n
		}
		ended[claim.Device] = err
	}
	if len(ended) == 0 {
		return 0, errors.Join(err, ErrNoReceipt) // it may have been for a journal that does not open
	}
	err = nil
	for _, c := range carriers {
		err = errors.Join(err, ended[c.Device.ID()])
	}
	s.refreshFaults() // a hub was heard of
	s.changed()
	return fresh, err
}

// take takes one receipt, for the first size entries.
func (c Carrier) take(text []byte, size uint64) (fresh uint64, err error) {
	before := c.Journal.Stats().Acknowledged
	_, err = uplink.Import(c.Journal, c.Device, c.Hub, text)
	after := c.Journal.Stats().Acknowledged
	var t *uplink.Trouble
	if errors.As(err, &t) && after >= size {
		err = nil // its signatures are good, and the hub's own answer was faster
	}
	return max(after, before) - before, err
}
