package uplink

import (
	"errors"
	"iter"

	"chot/scanner"
	"chot/sync/wire"
)

// Export yields everything unsent as packed bundles, in order, for a stick:
// the same bytes that would travel over HTTPS. It moves nothing; the hub's
// receipts come back through Import. With nothing unsent it yields nothing.
func Export(j Journal, device wire.DeviceVerifier) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var next uint64 // log index of the next entry to export
		exported, chunk := 0, largestBatch
		for {
			from, entries, own, err := unsent(j, device, exported+chunk)
			if err != nil {
				yield(nil, err)
				return
			}
			next = max(next, from) // the cursor may move meanwhile
			if next-from >= uint64(len(entries)) {
				return
			}
			packed, err := wire.Bundle{Device: device.ID(), From: next, Entries: entries[next-from:], Head: own.Text()}.MarshalBinary()
			if errors.Is(err, wire.ErrTooLarge) && chunk > 2*scanner.MaxEntry {
				exported, chunk = bytesOf(entries[:next-from]), chunk/2
				continue
			}
			if !yield(packed, err) || err != nil {
				return
			}
			next, exported = own.Size(), bytesOf(entries)
		}
	}
}

// Import takes a receipt that came back on a stick. It moves the cursor as an
// answer over HTTPS would, after the same checks; a receipt for what is
// already acknowledged changes nothing.
func Import(j Journal, device wire.DeviceVerifier, hub wire.HubVerifier, receipt []byte) (wire.Receipt, error) {
	r, err := wire.OpenReceipt(receipt, hub, device)
	if err != nil {
		return wire.Receipt{}, err
	}
	from, _, own, err := unsent(j, device, 1)
	if err != nil {
		return wire.Receipt{}, err
	}
	if r.Size() <= from {
		return r, nil
	}
	return r, acknowledge(j, device, own, r)
}
