package hub

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"chot/scanner"
	"chot/sync/uplink"
	"chot/sync/wire/wiretest"
)

// purged is a journal that keeps entries from first on only.
type purged struct {
	*wiretest.Log
	first uint64
}

func (p purged) Rewind(size uint64) error {
	if size < p.first {
		return errors.New("those were purged")
	}
	return p.Log.Rewind(size)
}

// A hub restored from a backup older than its devices' receipts is sent again
// whatever devices still have. What one has purged since is named: as missing,
// with its numbers, and neither as tampering nor not at all; and it is no
// longer named once a newer backup brings it.
func TestRestoreAfterPurge(t *testing.T) {
	dir := t.TempDir()
	h, err := Open(dir, storeFor(t, dir, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	holds, has := enrolled(t, h), enrolled(t, h)
	for _, l := range []*wiretest.Log{holds, has} {
		l.Add(100)
		give(t, h, l, l.Packed(0, 100), 100)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	dump := saved(t, h, backup)
	for _, l := range []*wiretest.Log{holds, has} {
		l.Add(150)
		text := give(t, h, l, l.Packed(100, 250), 250).Text()
		if _, err := uplink.Import(l, l.Key.Verifier(), h.Key(), text); err != nil {
			t.Fatal(err)
		}
		l.Add(30)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	back := openHub(t, backup, dump())

	send := func(j uplink.Journal, l *wiretest.Log) (last uplink.State) {
		client := uplink.Client(back.Pin())
		defer client.CloseIdleConnections()
		ctx, cancel := context.WithCancel(context.Background())
		u := &uplink.Uplink{Journal: j, Device: l.Key.Verifier(), Hub: serve(t, back), HubKey: back.Key(), Client: client, Observe: func(s uplink.State) {
			if last = s; s.Phase != uplink.Sending {
				cancel()
			}
		}}
		_ = u.Run(ctx, nil) // ends with the cancelled context
		return last
	}
	if s := send(purged{holds, 90}, holds); s.Phase != uplink.Idle || holds.Cursor() != 280 {
		t.Errorf("the one that has it all: %v, %v, cursor %d", s.Phase, s.Err, holds.Cursor())
	}
	whole(t, back, holds, 280)
	if s := send(purged{has, 150}, has); s.Fault != scanner.FaultHubRefuses || has.Cursor() != 250 {
		t.Errorf("the one that has not: %v, cursor %d", s.Fault, has.Cursor())
	}
	whole(t, back, has, 100) // what is here is as it was
	s := status(t, back)
	if s.Evidence != 0 || s.Quarantined != 0 {
		t.Errorf("held against a device that did nothing wrong: %d bundles, %d entries", s.Evidence, s.Quarantined)
	}
	for range 2 {
		all := status(t, back).Missing
		if len(all) != 1 || all[0].Device != has.Key.ID() || all[0].From != 100 || all[0].To != 250 || all[0].Since.IsZero() || all[0].Seen.Before(all[0].Since) {
			t.Fatalf("missing: %+v", all)
		}
		r, err := back.Report(context.Background(), Query{By: ByDay})
		if err != nil || len(r.Missing) != 1 || r.Missing[0] != all[0] {
			t.Fatalf("the report: %+v, %v", r.Missing, err)
		}
		send(purged{has, 150}, has)
	}
	give(t, back, has, has.Packed(100, 250), 250) // a newer backup's, or an export's that was kept
	if s := send(purged{has, 150}, has); s.Phase != uplink.Idle {
		t.Errorf("after it was found: %v", s.Err)
	}
	whole(t, back, has, 280)
	if all := status(t, back).Missing; len(all) != 0 {
		t.Errorf("still missing: %+v", all)
	}
}
