package store

import (
	"context"
	"errors"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// handOn walks an ended journal as an export does: runs of at most limit bytes
// where heads allow it, each under a head that verifies.
func handOn(t *testing.T, d *device, path string, limit int) (runs int, to uint64) {
	t.Helper()
	o := d.options()
	o.Sign, o.Ended = nil, true
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Append(context.Background(), draft(0)); !errors.Is(err, ErrEnded) {
		t.Errorf("it took an entry: %v", err)
	}
	for to = s.Stats().Acknowledged; ; runs++ {
		from, entries, head, err := s.Unsent(limit)
		if err != nil || from != to {
			t.Fatalf("from %d, want %d: %v", from, to, err)
		}
		if len(entries) == 0 {
			return runs, to
		}
		to += uint64(len(entries))
		size, root := signedHead(t, head)
		if size != to {
			t.Fatalf("%d entries under a head over %d", to, size)
		}
		if err := d.verifyHead(head, size, root); err != nil {
			t.Fatal(err)
		}
		if err := s.Acknowledge(to, []byte("receipt"), morning); err != nil { // receipts are taken as ever
			t.Fatal(err)
		}
	}
}

func signedHead(t *testing.T, note []byte) (size uint64, root [32]byte) {
	t.Helper()
	const begin = len("test head ")
	for _, b := range note[begin : begin+8] {
		size = size<<8 | uint64(b)
	}
	return size, [32]byte(note[begin+8 : begin+40])
}

// When the device's key is gone, all that was acknowledged is handed on to the
// last entry, in bundles of any size: also from where purges have left the
// journal, and from one that an earlier version has written without heads.
func TestEndedJournalIsHandedOn(t *testing.T) {
	const n = 400
	for name, before := range map[string]func(*testing.T, *device, string){
		"as written": func(*testing.T, *device, string) {},
		"purged": func(t *testing.T, d *device, path string) {
			s := d.open(t, path)
			if err := s.Acknowledge(150, []byte("receipt"), morning); err != nil {
				t.Fatal(err)
			}
			if k, err := s.Purge(draft(100).Entry.At.Wall); err != nil || k == 0 {
				t.Fatalf("purged %d, %v", k, err)
			}
			heads := 0
			if err := s.look(func(tx *bolt.Tx, st state) error {
				return tx.Bucket(bucketSettled).ForEach(func(k, _ []byte) error {
					if string(k) < "head:\xff" && string(k) >= "head:" {
						heads++
					}
					return nil
				})
			}); err != nil || heads > (n-100)/headStride+1 {
				t.Errorf("%d heads are kept after the purge, %v", heads, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		},
		"of an earlier version": func(t *testing.T, d *device, path string) {
			s := d.open(t, path)
			err := s.update(context.Background(), func(tx *bolt.Tx, _ *state) error {
				return dropHeads(tx, n)
			})
			if err == nil {
				err = s.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			// The control: without them it is one run, however large.
			if _, head, err := looked(t, d, path, 1000); err != nil || head != n {
				t.Fatalf("without heads the first run ends at %d, %v", head, err)
			}
			if err := d.open(t, path).Close(); err != nil { // fills them
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t)
			path := journalPath(t)
			s := d.open(t, path)
			appendN(t, s, 0, 40)
			burst(t, s, 40, n-40) // several in one transaction
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			before(t, d, path)
			if runs, to := handOn(t, d, path, 8<<10); to != n || runs < 3 {
				t.Errorf("handed on to %d in %d runs", to, runs)
			}
		})
	}
	if _, err := Open(journalPath(t), Options{Ended: true, MaxSize: leastMaxSize}); err == nil {
		t.Error("an ended journal was made")
	}
}

// looked opens the journal as ended and returns where its first run ends.
func looked(t *testing.T, d *device, path string, limit int) (from, to uint64, err error) {
	t.Helper()
	o := d.options()
	o.Ended = true
	s, err := Open(path, o)
	if err != nil {
		return 0, 0, err
	}
	defer s.Close()
	from, entries, _, err := s.Unsent(limit)
	return from, from + uint64(len(entries)), err
}

// An entry that was changed is named also where a run goes on beyond its limit to
// where a head is signed.
func TestEndedJournalNamesTheChangedEntry(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	appendN(t, s, 0, 2*headStride)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, to, err := looked(t, d, path, 1); err != nil || to != headStride {
		t.Fatalf("the control: the first run ends at %d, %v", to, err)
	}
	edit(t, path, func(tx *bolt.Tx) error {
		v := record(tx, 20)
		v[len(v)-20] ^= 1
		return tx.Bucket(bucketRecords).Put(sequenceKey(20), v)
	})
	var changed *Alteration
	if _, _, err := looked(t, d, path, 1); !errors.As(err, &changed) || changed.Seq != 20 {
		t.Errorf("got %v", err)
	}
}
