package station

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chot/cmd/internal/keystore"
	"chot/scanner"
	"chot/sync/wire"
)

// A folder of an earlier version, with its keys in the clear, is sealed at its
// next start. Cut at any step, the next one finishes it; nothing stays in the
// clear, and the device is the one it was.
func TestPlainFolderIsSealed(t *testing.T) {
	r := newRig(t)
	r.pins()
	s := r.open(nil)
	id := s.id
	if err := s.FetchLists(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	r.typed(s, listed)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	grant, err := wire.MarshalGrant(id.grant)
	if err != nil {
		t.Fatal(err)
	}
	r.pins() // chot.toml in the clear again
	for _, name := range []string{"keys.sealed", publicFile, "keeper"} {
		if err := os.RemoveAll(r.path("device", name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range map[string][]byte{keyFile: []byte(id.key.Private() + "\n"), grantFile: grant} {
		if err := os.WriteFile(r.path("device", name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.CopyFS(plain, os.DirFS(r.device())); err != nil {
		t.Fatal(err)
	}
	st, err := KeysOf(r.device(), Options{})
	if err != nil || st.Keeper != "" || st.PlainPINs != 2 || st.Device != id.key.ID() {
		t.Errorf("before: %+v, %v", st, err)
	}
	n := 0
	for done := false; !done; n++ {
		if err := os.RemoveAll(r.device()); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(r.device(), os.DirFS(plain)); err != nil {
			t.Fatal(err)
		}
		left := n
		s, err := Open(r.device(), Options{cut: func(string) error {
			if left--; left < 0 {
				return errCut
			}
			return nil
		}})
		if done = left >= 0; err == nil {
			err = s.Close()
		}
		if err != nil && !errors.Is(err, errCut) {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		s, err = Open(r.device(), Options{Offline: true})
		if err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		if s.id.key.ID() != id.key.ID() || s.typedOutcome(t) != scanner.Admit {
			t.Fatalf("after a cut at step %d the device is another one, or its list is shut", n)
		}
		if a := s.TryPIN(t.Context(), "", "4071"); !a.OK {
			t.Errorf("after a cut at step %d the PIN does not count: %+v", n, a)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		r.nothingPlain()
	}
	if n < 10 {
		t.Errorf("there were %d steps only", n)
	}
	if st, err := KeysOf(r.device(), Options{}); err != nil || st.Keeper != keystore.KindFile || st.PlainPINs != 0 || st.Trouble != "" {
		t.Errorf("after: %+v, %v", st, err)
	}
}

// A keeper that does not answer stops the station with a sentence; the scans
// can be carried away all the same, and nothing is destroyed.
func TestKeeperAway(t *testing.T) {
	r := newRig(t)
	s := r.open(func(o *Options) { o.Offline = true })
	r.typed(s, nobody)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.device(), Options{Keeper: away{}}); !errors.Is(err, ErrKeeper) || errors.Is(err, ErrDestroyed) {
		t.Errorf("got %v", err)
	}
	if st, err := KeysOf(r.device(), Options{Keeper: away{}}); err != nil || !strings.Contains(st.Trouble, "does not answer") {
		t.Errorf("status %+v, %v", st, err)
	}
	c, err := OpenCarrier(r.device(), Options{Keeper: away{}})
	if err != nil || c.Journal.Stats().Unsent() != 1 {
		t.Fatalf("the scans cannot be carried: %v", err)
	}
	c.Journal.Close()
	// A destruction that cannot be done says so, and is done when it can be.
	s = r.open(func(o *Options) { o.Offline = true })
	s.options.Keeper = away{}
	s.end(ending{Why: whyPINs})
	if !has(s.State().Faults, scanner.FaultKeysStuck) || has(s.State().Faults, scanner.FaultKeysDestroyed) || Destroyed(r.device()) {
		t.Errorf("the faults are %v", s.State().Faults)
	}
	if err := s.Run(t.Context()); !errors.Is(err, ErrEnding) || errors.Is(err, ErrDestroyed) {
		t.Errorf("it ends with %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.device(), Options{Keeper: away{}}); !errors.Is(err, ErrEnding) {
		t.Errorf("got %v", err)
	}
	r.noKeys() // the next start has its keeper
}

// away is a keeper out of reach.
type away struct{}

func (away) Kind() keystore.Kind           { return keystore.KindFile }
func (away) Wrap([]byte) ([]byte, error)   { return nil, keystore.ErrKeeper }
func (away) Unwrap([]byte) ([]byte, error) { return nil, keystore.ErrKeeper }
func (away) Destroy() error                { return keystore.ErrKeeper }

// A cut between the two names of a chot.toml that is being replaced leaves the
// file whole.
func TestOldNameOfTheSettings(t *testing.T) {
	f := keystore.Folder{Path: t.TempDir()}
	path := filepath.Join(f.Path, configFile)
	for _, want := range []string{"first", "second"} {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(path, filepath.Join(f.Path, oldSecret)); err != nil {
			t.Fatal(err)
		}
		if err := replaceSecret(f, configFile, []byte(want+", sealed"), 0o640); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		info, err2 := os.Stat(path)
		if err != nil || err2 != nil || string(b) != want+", sealed" || info.Mode().Perm() != 0o640 || f.Has(oldSecret) {
			t.Errorf("got %q, mode %v", b, info.Mode())
		}
	}
}

// A key that a move to another keeper has left behind, cut short, is forgotten at
// the next start, and a destruction leaves none either.
func TestKeyLeftByAMove(t *testing.T) {
	for _, end := range []bool{false, true} {
		r := newRig(t)
		s := r.open(func(o *Options) { o.Offline = true })
		id := s.id.key.ID()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		f := keystore.Folder{Path: r.device()}
		to := elsewhere{keystore.File{Folder: keystore.Folder{Path: t.TempDir()}}}
		left, err := f.Read("keeper/file.key")
		if err != nil {
			t.Fatal(err)
		}
		if err := moveKeys(r.device(), to, Options{}); err != nil {
			t.Fatal(err)
		}
		if err := f.Write("keeper/file.key", left); err != nil { // as a cut leaves it
			t.Fatal(err)
		}
		if end {
			if err := (ending{Why: whyPINs, Device: id}).carryOut(f, to); err != nil {
				t.Fatal(err)
			}
		} else if s, err := Open(r.device(), Options{Offline: true, Keeper: to}); err != nil || s.id.key.ID() != id {
			t.Fatalf("it does not open with its keeper: %v", err)
		} else if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if f.Has("keeper/file.key") {
			t.Errorf("ended %v: the key is still there", end)
		}
	}
}

// What a power cut has left of files with secrets is swept at the next start, and
// by a destruction.
func TestLeftoversAreSwept(t *testing.T) {
	for _, end := range []bool{false, true} {
		r := newRig(t)
		f := keystore.Folder{Path: r.device()}
		for _, name := range []string{".tmp-chot.toml123", "keeper/.tmp-file.key-5", oldSecret} {
			if err := f.Write(name, []byte("$argon2id$ in the clear")); err != nil {
				t.Fatal(err)
			}
		}
		if end {
			id, err := loadIdentity(r.device(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := (ending{Why: whyPINs, Device: id.key.ID()}).carryOut(f, keystore.File{Folder: f}); err != nil {
				t.Fatal(err)
			}
			r.noKeys()
		} else if err := r.open(nil).Close(); err != nil {
			t.Fatal(err)
		}
		r.nothingPlain()
	}
}

// elsewhere is a keeper that is not the folder's own.
type elsewhere struct{ keystore.File }

func (elsewhere) Kind() keystore.Kind { return "elsewhere" }
