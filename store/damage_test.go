package store

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// refused opens a journal that must not open, and checks that the error says
// what to do and that the file is as it was.
func refused(t *testing.T, path string, d *device, want error) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, d.options())
	if err == nil {
		s.Close()
		t.Fatalf("it opened, want %v", want)
	}
	if !errors.Is(err, want) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), want.Error()) {
		t.Errorf("error %q, want %q", err, want)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was touched (%v)", err)
	}
	left, _ := filepath.Glob(filepath.Dir(path) + "/*")
	if len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
}

// sample makes a journal with a bit of everything and returns its bytes.
func sample(t *testing.T, d *device, path string) []byte {
	t.Helper()
	s := d.open(t, path)
	appendN(t, s, 0, 60)
	for _, err := range []error{
		s.Acknowledge(30, []byte("receipt"), morning.Add(time.Hour)),
		s.PutList(InstalledList{Name: "workers", Version: 3, Manifest: []byte(`{"rows":1000}`)}),
		s.PutTrust(bytes.Repeat([]byte("{} "), 3000)), // several pages
		s.PutSetting("hub", []byte("https://192.0.2.1")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Purge(draft(10).Entry.At.Wall); err != nil || n != 10 {
		t.Fatalf("purged %d: %v", n, err)
	}
	appendN(t, s, 60, 20)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestForeignJournal(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	sample(t, d, path)
	refused(t, path, deviceNamed("two", d.trace), ErrForeign)
	verify(t, d.open(t, path)) // and its own still may
}

func TestNewerFormat(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	sample(t, d, path)
	edit(t, path, func(tx *bolt.Tx) error { return put(tx.Bucket(bucketLog), keyFormat, []byte{format + 1}) })
	refused(t, path, d, ErrNewer)
}

func TestTwoOpeners(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	appendN(t, s, 0, 1)
	if _, err := Open(path, d.options()); !errors.Is(err, ErrInUse) {
		t.Fatalf("second opener: %v", err)
	}
	appendN(t, s, 1, 1)
	s.Close()
	if got := d.open(t, path).Stats().Size; got != 2 {
		t.Errorf("%d entries", got)
	}
}

func TestNotAJournal(t *testing.T) {
	d := newDevice(t)
	text := bytes.Repeat([]byte("not a journal at all. "), 2000)
	zeros := make([]byte, 64<<10)
	for name, content := range map[string][]byte{"empty": {}, "short": []byte("x"), "text": text, "zeros": zeros} {
		t.Run(name, func(t *testing.T) {
			path := journalPath(t)
			write(t, path, content)
			refused(t, path, d, ErrDamaged)
		})
	}
	t.Run("another bbolt file", func(t *testing.T) {
		path := journalPath(t)
		edit(t, path, func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("x")); return err })
		refused(t, path, d, ErrDamaged)
	})
	t.Run("folder", func(t *testing.T) {
		if _, err := Open(t.TempDir(), d.options()); !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("folder missing", func(t *testing.T) {
		if _, err := Open(filepath.Join(t.TempDir(), "no", "journal"), d.options()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}

func TestOptions(t *testing.T) {
	d := newDevice(t)
	for name, change := range map[string]func(*Options){
		"no signer":    func(o *Options) { o.Sign = nil },
		"no trace key": func(o *Options) { o.Trace = newDevice(t).options().Trace; o.Trace = Options{}.Trace },
		"too small":    func(o *Options) { o.MaxSize = 1000 },
		"too large":    func(o *Options) { o.MaxSize = 1 << 40 },
	} {
		path := journalPath(t)
		o := d.options()
		change(&o)
		if _, err := Open(path, o); err == nil {
			t.Errorf("%s: it opened", name)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a file was made", name)
		}
	}
}

func TestTruncated(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	whole := sample(t, d, path)
	for size := 0; size < len(whole); size += 1000 {
		write(t, path, whole[:size])
		s, err := Open(path, d.options())
		if err == nil { // only pages beyond the last used one were cut
			verify(t, s)
			if s.Stats().Size != 80 {
				t.Errorf("cut at %d: %d entries", size, s.Stats().Size)
			}
			s.Close()
			continue
		}
		refused(t, path, d, ErrDamaged)
	}
}

// contents is all that a journal holds, for comparison.
func contents(t *testing.T, s *Store) (all []any) {
	t.Helper()
	lists, err1 := s.Lists()
	trust, err2 := s.Trust()
	hub, err3 := s.Setting("hub")
	purges, err4 := s.Purges()
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return []any{err.Error()}
	}
	for e, err := range s.Entries(0) {
		if err != nil {
			return append(all, err.Error())
		}
		all = append(all, e)
	}
	st := s.Stats()
	st.Bytes, st.Room = 0, 0
	return append(all, lists, trust, hub, purges, st, s.Head())
}

// TestGarbled damages a journal everywhere: it must refuse to open, or Verify
// must say so, or nothing that counts was hit. It must never panic, and never
// go on with something else than was written.
func TestGarbled(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	whole := sample(t, d, path)
	s := d.open(t, path)
	want := contents(t, s)
	s.Close()
	inPlace, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer inPlace.Close()

	random := rand.New(rand.NewPCG(5, 16))
	tally := map[string]int{}
	attempt := func(what string, b []byte) {
		if _, err := inPlace.WriteAt(b, 0); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, d.options())
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrAltered) && !errors.Is(err, ErrForeign) {
				t.Errorf("%s: %v", what, err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, b) {
				t.Errorf("%s: the file was touched (%v)", what, err)
			}
			tally["refused"]++
			return
		}
		defer s.Close()
		got := contents(t, s)
		switch err := s.Verify(); {
		case err != nil:
			tally["found by Verify"]++
		case reflect.DeepEqual(got, want):
			tally["harmless"]++
		case len(got) == 1: // a list or a setting: its checksum says so
			tally["found when read"]++
		case s.Stats().Size == 79 && reflect.DeepEqual(got[:69], want[:69]):
			// The newest meta page does not count any more, just as if the
			// last commit had been cut short; the one before it does.
			tally["last commit undone"]++
		default:
			t.Errorf("%s: the journal differs and nothing noticed: %d parts, %+v", what, len(got), s.Stats())
			for i := range min(len(got), len(want)) {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Errorf("part %d: %v, want %v", i, got[i], want[i])
				}
			}
		}
	}
	for page := 0; page < len(whole)/pageSize; page++ {
		for _, fill := range []string{"noise", "zeros", "ones", "page 3"} {
			b := bytes.Clone(whole)
			p := b[page*pageSize : (page+1)*pageSize]
			for i := range p {
				switch fill {
				case "noise":
					p[i] = byte(random.Uint32())
				case "zeros":
					p[i] = 0
				case "ones":
					p[i] = 0xFF
				case "page 3":
					p[i] = whole[3*pageSize+i]
				}
			}
			attempt(fill, b)
		}
	}
	for range 1000 {
		b := bytes.Clone(whole)
		b[random.IntN(len(b))] ^= 1 << random.IntN(8)
		attempt("one bit", b)
	}
	t.Logf("%v", tally)
	if tally["refused"] == 0 || tally["found by Verify"] == 0 || tally["harmless"] == 0 {
		t.Errorf("the damage was not varied enough: %v", tally)
	}
}

func TestReadOnlyCopy(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	before := sample(t, d, path)
	o := Options{ReadOnly: true, VerifyHead: d.verifyHead}
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	verify(t, s)
	if got := len(entries(t, s, 0)); got != 70 {
		t.Errorf("%d entries", got)
	}
	if err := s.PutSetting("x", []byte("y")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("write: %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none"), o); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("reading wrote")
	}
}
