package hub

import (
	"context"
	"path/filepath"
	"testing"

	"chot/scanner"
	"chot/sync/uplink"
	"chot/sync/wire/wiretest"
)

// older hides what a journal could show: a device of a version before.
type older struct{ uplink.Journal }

// upTo has a device send until it is idle or waits.
func upTo(t *testing.T, h *Hub, j uplink.Journal, l *wiretest.Log) (last uplink.State) {
	t.Helper()
	client := uplink.Client(h.Pin())
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	u := &uplink.Uplink{Journal: j, Device: l.Key.Verifier(), Hub: serve(t, h), HubKey: h.Key(), Client: client, Observe: func(s uplink.State) {
		if last = s; s.Phase != uplink.Sending {
			cancel()
		}
	}}
	_ = u.Run(ctx, nil) // ends with the cancelled context
	return last
}

// A hub restored from a backup older than its devices' receipts is sent again
// whatever devices of a version that cannot go on after a gap still have. What one has purged since is named: as missing,
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

	send := func(j uplink.Journal, l *wiretest.Log) uplink.State { return upTo(t, back, j, l) }
	holds.Purge(90)
	has.Purge(150)
	if s := send(older{holds}, holds); s.Phase != uplink.Idle || holds.Cursor() != 280 {
		t.Errorf("the one that has it all: %v, %v, cursor %d", s.Phase, s.Err, holds.Cursor())
	}
	whole(t, back, holds, 280)
	if s := send(older{has}, has); s.Fault != scanner.FaultHubRefuses || has.Cursor() != 250 {
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
		send(older{has}, has)
	}
	give(t, back, has, has.Packed(100, 250), 250) // a newer backup's, or an export's that was kept
	if s := send(older{has}, has); s.Phase != uplink.Idle {
		t.Errorf("after it was found: %v", s.Err)
	}
	whole(t, back, has, 280)
	if all := status(t, back).Missing; len(all) != 0 {
		t.Errorf("still missing: %+v", all)
	}
}
