package store

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
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/seal"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childJournal); path != "" {
		os.Exit(child(path, os.Getenv(childMode)))
	}
	os.Exit(m.Run())
}

// A device is what a journal's owner knows: its key, and for the tests the
// authority's trace key too.
type device struct {
	key   ed25519.PrivateKey
	trace seal.TraceKey
	signs int
}

// deviceNamed makes the same signing key for the same name; the trace key is
// the caller's.
func deviceNamed(name string, trace seal.TraceKey) *device {
	seed := sha256.Sum256([]byte("test device " + name))
	return &device{key: ed25519.NewKeyFromSeed(seed[:]), trace: trace}
}

func newDevice(t testing.TB) *device {
	trace, err := seal.GenerateTraceKey()
	if err != nil {
		t.Fatal(err)
	}
	return deviceNamed("one", trace)
}

func headText(size uint64, root [32]byte) []byte {
	return append(binary.BigEndian.AppendUint64([]byte("test head "), size), root[:]...)
}

func (d *device) options() Options {
	return Options{
		Device: sha256.Sum256(d.key.Public().(ed25519.PublicKey)),
		Sign: func(size uint64, root [32]byte) ([]byte, error) {
			d.signs++
			text := headText(size, root)
			return append(text, ed25519.Sign(d.key, text)...), nil
		},
		VerifyHead: d.verifyHead,
		Trace:      d.trace.Public(),
		MaxSize:    8 << 20,
	}
}

func (d *device) verifyHead(note []byte, size uint64, root [32]byte) error {
	text := headText(size, root)
	if !bytes.HasPrefix(note, text) || !ed25519.Verify(d.key.Public().(ed25519.PublicKey), text, note[len(text):]) {
		return errors.New("head not signed by the device")
	}
	return nil
}

func (d *device) open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path, d.options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func journalPath(t testing.TB) string { return filepath.Join(t.TempDir(), "journal") }

var morning = time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)

func person(n int) credential.Subject {
	return credential.Subject{Namespace: credential.NamespaceID, Number: fmt.Sprintf("001190%06d", n)}
}

// draft is scan n: a minute after the one before, by a different person.
func draft(n int) scanner.Draft {
	return scanner.Draft{
		Entry: scanner.Entry{
			At: scanner.Instant{
				Boot: [16]byte{1}, Since: time.Duration(n) * time.Second,
				Wall: morning.Add(time.Duration(n) * time.Minute), Trust: scanner.Plausible,
			},
			Checkpoint: "Cầu Ví Dụ", Lane: "2", Outcome: scanner.Admit, Reason: scanner.Listed, Scheme: credential.CCCD,
			List: "workers", Version: 7, Operator: "tổ 1", Input: "camera",
		},
		Personal: scanner.Personal{Subject: person(n).String(), Name: "NGUYỄN THỊ VÍ DỤ", Birth: "1990-01-15"},
		Subject:  person(n),
	}
}

func appendN(t testing.TB, s *Store, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		if _, err := s.Append(context.Background(), draft(i)); err != nil {
			t.Fatalf("append %d: %v", i, err)
		}
	}
}

func entries(t testing.TB, s *Store, from uint64) []scanner.Entry {
	t.Helper()
	var all []scanner.Entry
	for e, err := range s.Entries(from) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func verify(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Verify(); err != nil {
		t.Fatal(err)
	}
}

// TestInUseWithinOneProcess: two parts of one program never write into one
// journal, whatever lock the system has, by whichever path they come.
func TestInUseWithinOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	first, err := claim(mustTouch(t, path), false)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Dir(path), link); err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{path, filepath.Join(link, "journal.db")} {
		for _, readOnly := range []bool{false, true} {
			if _, err := claim(way, readOnly); err != ErrInUse {
				t.Errorf("%s, read only %v: %v", way, readOnly, err)
			}
		}
	}
	first()
	first() // gives back once
	look, err := claim(path, true)
	if err != nil {
		t.Fatal(err)
	}
	also, err := claim(path, true)
	if err != nil {
		t.Fatal(err)
	}
	look()
	if _, err := claim(path, false); err != ErrInUse {
		t.Errorf("one still looks at it: %v", err)
	}
	also()
	last, err := claim(path, false)
	if err != nil {
		t.Errorf("nobody has it: %v", err)
	}
	last()
	if _, err := claim(path+"x", false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func mustTouch(t *testing.T, path string) string {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
