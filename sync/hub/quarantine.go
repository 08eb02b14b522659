package hub

import (
	"context"
	"errors"
	"fmt"

	"chot/sync/wire"
)

// QuarantinedEntries returns entries in quarantine, from a place on, at most
// so many.
func (h *Hub) QuarantinedEntries(ctx context.Context, from Place, most int) (all []Held, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		all, err = tx.Quarantined(from, most)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read quarantine: %w", err)
	}
	return all, nil
}

// A Replay is what came of trying again.
type Replay struct {
	Tried    int // entries in quarantine
	Released int // of which this version reads so many
	Bundles  int // kept of devices that were reinstated since
	Taken    int // of which so many are now in, or were already
}

// Replay reads quarantined entries again, as a newer version of this program
// may, and takes the bundles that were kept of devices since reinstated.
// Repeating it changes nothing.
func (h *Hub) Replay(ctx context.Context) (r Replay, err error) {
	for from, more := (Place{}), true; more; {
		var tried, released int
		next := from
		err := h.store.Update(ctx, func(tx Tx) error {
			tried, released = 0, 0
			all, err := tx.Quarantined(from, 500)
			if err != nil {
				return err
			}
			for _, held := range all {
				next = Place{held.Device, held.Index + 1}
				tried++
				record := interpret(wire.Bundle{Device: held.Device, From: held.Index, Entries: [][]byte{held.Body}})[0]
				if record.Quarantine != "" {
					continue
				}
				released++
				if err := tx.Release(held.Place, record); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return r, fmt.Errorf("replay quarantine: %w", err)
		}
		r.Tried, r.Released = r.Tried+tried, r.Released+released
		from, more = next, tried > 0
	}
	err = h.replayBundles(ctx, &r)
	return r, err
}

func (h *Hub) replayBundles(ctx context.Context, r *Replay) error {
	all, err := h.Evidence(ctx, "")
	if err != nil {
		return err
	}
	s, err := h.Status(ctx)
	if err != nil {
		return err
	}
	revoked := make(map[string]bool)
	for _, d := range s.Devices {
		revoked[d.ID] = !d.Revoked.IsZero()
	}
	for _, e := range all {
		if e.Kind != wire.RevokedDevice || revoked[e.Device] {
			continue
		}
		r.Bundles++
		_, _, err := h.takeUnhurried(ctx, e.Bundle)
		var refused *wire.Problem
		switch {
		case err == nil:
			r.Taken++
		case !errors.As(err, &refused):
			return fmt.Errorf("replay bundle: %w", err)
		}
	}
	return nil
}
