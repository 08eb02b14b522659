//go:build powercut && linux && !android

package powercut

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/seal"
	"chot/store"

	bolt "go.etcd.io/bbolt"
)

// A device is whose journal the power is cut under.
type device struct {
	key   ed25519.PrivateKey
	trace seal.TraceKey

	mu       sync.Mutex
	shown    map[uint64]string // what was acknowledged, by sequence
	receipts map[uint64]string // by the size they were for
	mark     mark
}

// A mark is how much was promised.
type mark struct{ size, acknowledged, lists uint64 }

func (m mark) bytes() []byte {
	b := []byte("chotmark")
	for _, n := range []uint64{m.size, m.acknowledged, m.lists} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

func parseMark(b []byte) (m mark) {
	if bytes.HasPrefix(b, []byte("chotmark")) {
		m.size, m.acknowledged, m.lists = binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(b[16:]), binary.BigEndian.Uint64(b[24:])
	}
	return m
}

func newDevice(t *testing.T) *device {
	t.Helper()
	trace, err := seal.GenerateTraceKey()
	if err != nil {
		t.Fatal(err)
	}
	seed := sha256.Sum256([]byte("power cut"))
	return &device{key: ed25519.NewKeyFromSeed(seed[:]), trace: trace, shown: map[uint64]string{}, receipts: map[uint64]string{}}
}

func headText(size uint64, root [32]byte) []byte {
	return append(binary.BigEndian.AppendUint64([]byte("head "), size), root[:]...)
}

func (d *device) options() store.Options {
	public := d.key.Public().(ed25519.PublicKey)
	return store.Options{
		Device: sha256.Sum256(public), Trace: d.trace.Public(), MaxSize: 8 << 20,
		Sign: func(size uint64, root [32]byte) ([]byte, error) {
			text := headText(size, root)
			return append(text, ed25519.Sign(d.key, text)...), nil
		},
		VerifyHead: func(note []byte, size uint64, root [32]byte) error {
			text := headText(size, root)
			if !bytes.HasPrefix(note, text) || !ed25519.Verify(public, text, note[len(text):]) {
				return errors.New("not the device's signature")
			}
			return nil
		},
	}
}

func journalPath(mount string) string { return filepath.Join(mount, "journal.db") }

var morning = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

func draft(name string, n int) scanner.Draft {
	subject := credential.Subject{Namespace: credential.NamespaceID, Number: fmt.Sprintf("%012d", 1_190_000_000+n)}
	return scanner.Draft{
		Entry: scanner.Entry{
			At:         scanner.Instant{Boot: [16]byte{1}, Since: time.Duration(n) * time.Second, Wall: morning.Add(time.Duration(n) * time.Minute), Trust: scanner.Plausible},
			Checkpoint: "gate", Outcome: scanner.Admit, Scheme: credential.CCCD, Operator: name, Input: "camera",
		},
		Personal: scanner.Personal{Subject: subject.String(), Name: name},
		Subject:  subject,
	}
}

// append appends and, once that is acknowledged, notes and marks it.
func (d *device) append(s *store.Store, name string, n int, set func([]byte) error) error {
	e, err := s.Append(context.Background(), draft(name, n))
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if was, ok := d.shown[e.Seq]; ok {
		return fmt.Errorf("sequence %d was given to %s and to %s", e.Seq, was, name)
	}
	d.shown[e.Seq] = name
	d.mark.size = max(d.mark.size, e.Seq+1)
	return set(d.mark.bytes())
}

// burst appends n entries at once.
func (d *device) burst(s *store.Store, name string, n int, set func([]byte) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = d.append(s, fmt.Sprintf("%s-%d", name, i), i, set) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// work is a day at the gate: created, single scans, bursts, receipts, lists,
// purges, restarts.
func (d *device) work(path string, rounds int, set func([]byte) error) error {
	for restart := range 3 {
		s, err := store.Open(path, d.options())
		if err != nil {
			return err
		}
		for round := range rounds {
			name := fmt.Sprintf("%d-%d", restart, round)
			n := restart*rounds + round
			for i := range 3 {
				if err := d.append(s, fmt.Sprintf("%s-single-%d", name, i), n, set); err != nil {
					return err
				}
			}
			if err := d.burst(s, name, 12, set); err != nil {
				return err
			}
			if round%3 == 2 {
				if err := d.settle(s, n, set); err != nil {
					return err
				}
			}
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}

// settle has a receipt come, a list installed, and old entries purged.
func (d *device) settle(s *store.Store, n int, set func([]byte) error) error {
	size := s.Stats().Size
	receipt := fmt.Sprintf("receipt for %d", size)
	d.mu.Lock()
	d.receipts[size] = receipt
	d.mu.Unlock()
	if err := s.Acknowledge(size, []byte(receipt), morning.Add(time.Duration(n)*time.Minute)); err != nil {
		return err
	}
	d.mark.acknowledged = size
	if err := set(d.mark.bytes()); err != nil {
		return err
	}
	if err := s.PutList(store.InstalledList{Name: "people", Version: uint64(n), Manifest: []byte("{}")}); err != nil {
		return err
	}
	d.mark.lists = uint64(n)
	if err := set(d.mark.bytes()); err != nil {
		return err
	}
	_, err := s.Purge(morning.Add(time.Duration(n-6) * time.Minute))
	return err
}

// inspect opens the journal that a power cut left behind and returns what is
// wrong with it, nil if it keeps every promise of the mark.
func (d *device) inspect(path string, m mark) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) && m == (mark{}) {
		return nil // cut before it was made
	}
	s, err := store.Open(path, d.options())
	if err != nil {
		return err
	}
	err = d.compare(s, m)
	if err == nil {
		// The device goes on: one more entry, and it verifies still.
		_, err = s.Append(context.Background(), draft("afterwards", 0))
		err = errors.Join(err, s.Verify())
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	return checkPages(path)
}

func (d *device) compare(s *store.Store, m mark) error {
	if err := s.Verify(); err != nil {
		return err
	}
	st := s.Stats()
	if st.Size < m.size || st.Acknowledged < m.acknowledged {
		return fmt.Errorf("LOST: %d entries and a cursor at %d, promised were %d and %d", st.Size, st.Acknowledged, m.size, m.acknowledged)
	}
	if want := d.receipts[st.Acknowledged]; string(st.Receipt) != want {
		return fmt.Errorf("the receipt at %d is %q, want %q", st.Acknowledged, st.Receipt, want)
	}
	lists, err := s.Lists()
	if err != nil || m.lists > 0 && (len(lists) != 1 || lists[0].Version < m.lists) {
		return fmt.Errorf("LOST: list version %d (%v)", m.lists, err)
	}
	return d.entries(s, st)
}

// entries checks that each kept entry is the one that was shown under its
// sequence, once, and opens with the trace key.
func (d *device) entries(s *store.Store, st store.Stats) error {
	seen := map[string]uint64{}
	next := st.Pruned
	var opener *seal.Opener
	segment := ^uint64(0)
	for e, err := range s.Entries(0) {
		if err != nil {
			return err
		}
		if e.Seq != next {
			return fmt.Errorf("entry %d where %d should be", e.Seq, next)
		}
		next++
		if want, ok := d.shown[e.Seq]; ok && want != e.Operator {
			return fmt.Errorf("entry %d is %s, shown was %s", e.Seq, e.Operator, want)
		}
		if was, twice := seen[e.Operator]; twice {
			return fmt.Errorf("entries %d and %d are the same", was, e.Seq)
		}
		seen[e.Operator] = e.Seq
		if e.Seq == e.Segment {
			if opener, err = seal.OpenSegment(d.trace, e.Encapsulation); err != nil {
				return err
			}
			segment = e.Segment
		}
		if e.Segment != segment {
			continue // its segment began before what is kept
		}
		aad, err := e.Plain()
		if err != nil {
			return err
		}
		if _, err := opener.Open(e.Seq, e.Sealed, aad); err != nil {
			return err
		}
	}
	if next != st.Size {
		return fmt.Errorf("LOST: the entries end at %d of %d", next, st.Size)
	}
	return nil
}

// checkPages runs bbolt's own check of every page.
func checkPages(path string) error {
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Second, PreLoadFreelist: true})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			return fmt.Errorf("CORRUPT: %w", err)
		}
		return nil
	})
}
