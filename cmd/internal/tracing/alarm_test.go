package tracing

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/seal"
	"chot/store"
	"chot/sync/hub"
	"chot/sync/wire"

	"golang.org/x/mod/sumdb/tlog"
)

// enrolledJournal returns a hub and a device's journal of 40 scans, the 30th
// a watch list's hit.
func enrolledJournal(t *testing.T, trace seal.TracePublicKey) (*hub.Hub, wire.DeviceKey, *store.Store) {
	t.Helper()
	h, err := hub.Open(t.TempDir(), hub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	key, err := wire.GenerateDeviceKey()
	if err != nil {
		t.Fatal(err)
	}
	e, err := h.NewEnrolment(context.Background(), hub.Site{URL: "https://hub.example.test", Checkpoint: "north", Root: []byte("{}"), Trace: trace.String()})
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.SignEnrol(key, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Enrol(context.Background(), body); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(filepath.Join(t.TempDir(), "journal.db"), store.Options{
		Device: key.Verifier().Digest(), Trace: trace,
		Sign: func(size uint64, root [32]byte) ([]byte, error) { return wire.SignHead(key, size, tlog.Hash(root)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for i := range 40 {
		_, err := s.Append(context.Background(), scanner.Draft{
			Entry: scanner.Entry{
				At:         scanner.Instant{Boot: [16]byte{1}, Since: time.Duration(i) * time.Second, Wall: morning.Add(time.Duration(i) * time.Second), Trust: scanner.Plausible},
				Checkpoint: "north", Outcome: scanner.Refer, Scheme: credential.CCCD, Input: "camera", Watch: i == 30,
			},
			Personal: person(i),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return h, key, s
}

// An alarm that is alone at the hub is opened where the trace key is; with
// another segment's encapsulation, or none, it is not, and the answer says so.
func TestAlarmAloneOpens(t *testing.T) {
	trace := newKey(t)
	foreign, otherEncapsulation, err := seal.NewSegment(trace.Public()) // sealed to the right key, yet another segment
	if err != nil {
		t.Fatal(err)
	}
	foreign.Close()
	for name, c := range map[string]struct {
		change func([]byte) []byte
		want   Answer
		seen   int
	}{
		"as the device sends it":   {func(e []byte) []byte { return e }, Answer{Entries: 1, Opened: 1}, 1},
		"another segment's":        {func([]byte) []byte { return otherEncapsulation }, Answer{Entries: 1, Ahead: 1}, 0},
		"changed":                  {func(e []byte) []byte { e = bytes.Clone(e); e[3] ^= 1; return e }, Answer{Entries: 1, Ahead: 1}, 0},
		"of no length there is":    {func(e []byte) []byte { return e[1:] }, Answer{Entries: 1, Ahead: 1}, 0},
		"without, as an older one": {func([]byte) []byte { return nil }, Answer{Entries: 1, Headless: 1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h, key, s := enrolledJournal(t, trace.Public())
			index, entry, proof, head, encapsulation, err := s.NextAlarm(0)
			if err != nil || index != 30 || len(encapsulation) != seal.EncapsulationSize {
				t.Fatalf("hit %d, an encapsulation of %d bytes, %v", index, len(encapsulation), err)
			}
			packed, err := wire.Alarm{Device: key.ID(), Index: index, Entry: entry, Proof: proof, Head: head, Encapsulation: c.change(encapsulation)}.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := h.TakeAlarm(context.Background(), packed); err != nil {
				t.Fatal(err)
			}
			look := func(key seal.TraceKey) (Answer, error) {
				_, runs, err := h.Trace(context.Background(), hub.Trace{Who: "somebody", Key: "k", Kind: "subject", Asked: []byte("x")})
				if err != nil {
					t.Fatal(err)
				}
				return Trace(context.Background(), key, runs, Question{Subject: person(30).Subject})
			}
			a, err := look(trace)
			if err != nil || len(a.Sightings) != c.seen || c.seen == 1 && (a.Sightings[0].Seq != 30 || a.Sightings[0].Name != person(30).Name) {
				t.Fatalf("%+v, %v", a, err)
			}
			a.Sightings = nil
			if got, want := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", c.want); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			if a, err := look(newKey(t)); err != nil || len(a.Sightings)+int(a.Opened) > 0 {
				t.Errorf("with another trace key: %+v, %v", a, err)
			}
			// Its run opens it, whatever came with the alarm.
			from, entries, head, err := s.Unsent(1 << 20)
			if err != nil {
				t.Fatal(err)
			}
			run, err := wire.Bundle{Device: key.ID(), From: from, Entries: entries, Head: head}.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Take(context.Background(), run); err != nil {
				t.Fatal(err)
			}
			if a, err := look(trace); err != nil || len(a.Sightings) != 1 || a.Opened != 40 || a.Ahead+a.Headless+a.Refused != 0 {
				t.Errorf("after its run: %+v, %v", a, err)
			}
		})
	}
}
