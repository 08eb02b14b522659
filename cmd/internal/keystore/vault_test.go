package keystore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var errCut = errors.New("the power is cut here")

// cut lets n steps of a folder's work happen, and none after.
func cut(dir string, n int) Folder {
	return Folder{Path: dir, Before: func(string) error {
		if n--; n < 0 {
			return errCut
		}
		return nil
	}}
}

func someSecrets() map[string][]byte {
	return map[string][]byte{"device": []byte("PRIVATE+KEY+of+a+test"), "grant": bytes.Repeat([]byte("list keys "), 40), "empty": {}}
}

func holds(t *testing.T, v *Vault, want map[string][]byte) {
	t.Helper()
	for purpose, plain := range want {
		if got, err := v.Secret(purpose); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: got %q, %v", purpose, got, err)
		}
	}
	if got, err := v.Secret("absent"); got != nil || err != nil {
		t.Errorf("a secret nobody kept: %q, %v", got, err)
	}
}

// Every keeper is held to the same: what it wrapped opens after a restart, and
// not after Destroy, which may be repeated.
func keeps(t *testing.T, keeper func(Folder) Keeper) {
	t.Helper()
	f := Folder{Path: t.TempDir()}
	v, err := Create(f, keeper(f), someSecrets())
	if err != nil {
		t.Fatal(err)
	}
	holds(t, v, someSecrets())
	word, err := v.SealText("chot.toml", "pin", "a hash")
	if err != nil || !IsText(word) {
		t.Fatalf("%q, %v", word, err)
	}
	v, err = Open(f, keeper(f))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, v, someSecrets())
	if plain, err := v.OpenText("chot.toml", "pin", word); plain != "a hash" || err != nil {
		t.Errorf("got %q, %v", plain, err)
	}
	for _, other := range [][2]string{{"chot.toml", "operator"}, {"other.toml", "pin"}} {
		if _, err := v.OpenText(other[0], other[1], word); !errors.Is(err, ErrEnvelope) {
			t.Errorf("it opens as %v: %v", other, err)
		}
	}
	if err := v.Put(map[string][]byte{"device": []byte("another")}); err != nil {
		t.Fatal(err)
	}
	if v, err = Open(f, keeper(f)); err != nil {
		t.Fatal(err)
	}
	holds(t, v, map[string][]byte{"device": []byte("another")})
	for _, plain := range []string{"first", "second"} {
		if err := v.Keep("priors", []byte(plain)); err != nil {
			t.Fatal(err)
		}
		if v, err = Open(f, keeper(f)); err != nil {
			t.Fatal(err)
		}
		holds(t, v, map[string][]byte{"device": []byte("another"), "priors": []byte(plain)})
	}
	kept, err := f.Read(sealedFile)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := keeper(f).Destroy(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(f, keeper(f)); !errors.Is(err, ErrDestroyed) {
			t.Errorf("destroyed, it opens: %v", err)
		}
	}
	// A fresh life begins with other keys, which do not open the old envelope.
	if err := Wreck(f); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(f, keeper(f), someSecrets()); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(sealedFile, kept); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(f, keeper(f)); !errors.Is(err, ErrDestroyed) {
		t.Errorf("the next key opens what was destroyed: %v", err)
	}
	everyCut(t, keeper)
}

// everyCut cuts the power at every step of making a vault and of destroying
// it: what was there opens, or what is new does, or it says that it is gone.
func everyCut(t *testing.T, keeper func(Folder) Keeper) {
	t.Helper()
	for n, done := 0, false; !done; n++ {
		dir := t.TempDir()
		_, err := Create(cut(dir, n), keeper(cut(dir, n)), someSecrets())
		if done = err == nil; !done && !errors.Is(err, errCut) {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		// The next start finds none and makes one, or finds it whole.
		f := Folder{Path: dir}
		v, err := Open(f, keeper(f))
		if errors.Is(err, ErrDestroyed) && !done {
			v, err = Create(f, keeper(f), someSecrets())
		}
		if err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		holds(t, v, someSecrets())
		if err := keeper(f).Destroy(); err != nil { // gives a chip's room back
			t.Fatal(err)
		}
		if n > 30 {
			t.Fatal("it never ends")
		}
	}
	for n, done := 0, false; !done; n++ {
		dir := t.TempDir()
		f := Folder{Path: dir}
		if _, err := Create(f, keeper(f), someSecrets()); err != nil {
			t.Fatal(err)
		}
		err := keeper(cut(dir, n)).Destroy()
		if done = err == nil; !done && !errors.Is(err, errCut) {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		if _, err := Open(f, keeper(f)); done && !errors.Is(err, ErrDestroyed) {
			t.Fatalf("it says that it is destroyed, and opens: %v", err)
		}
		for range 2 {
			if err := keeper(f).Destroy(); err != nil {
				t.Fatalf("again after a cut at step %d: %v", n, err)
			}
		}
		if _, err := Open(f, keeper(f)); !errors.Is(err, ErrDestroyed) {
			t.Fatalf("destroyed again after a cut at step %d, it opens: %v", n, err)
		}
	}
}

func TestFileKeeper(t *testing.T) {
	keeps(t, func(f Folder) Keeper { return File{f} })
}

// The file keeper's key is its owner's alone, and a copy without it is of no
// use; a copy with it is, which is all that this keeper is worth.
func TestFileKeeperIsWorthItsFile(t *testing.T) {
	f := Folder{Path: t.TempDir()}
	if _, err := Create(f, File{f}, someSecrets()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fileKey, sealedFile} {
		if info, err := os.Stat(f.name(name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
	}
	without := Folder{Path: t.TempDir()}
	copyTo(t, f, without, sealedFile)
	if _, err := Open(without, File{without}); !errors.Is(err, ErrDestroyed) {
		t.Errorf("without its key it opens: %v", err)
	}
	copyTo(t, f, without, fileKey)
	if _, err := Open(without, File{without}); err != nil {
		t.Errorf("the control: with its key it must open: %v", err)
	}
}

func copyTo(t *testing.T, from, to Folder, name string) {
	t.Helper()
	b, err := from.Read(name)
	if err == nil {
		err = to.Write(name, b)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Shredding overwrites the very blocks: another name of the same file shows it.
func TestShredOverwrites(t *testing.T) {
	f := Folder{Path: t.TempDir()}
	if err := f.Write("plain", []byte("a key in the clear")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(f.name("plain"), f.name("witness")); err != nil {
		t.Fatal(err)
	}
	if err := f.Shred("plain"); err != nil || f.Has("plain") {
		t.Fatalf("shredded: %v", err)
	}
	if b, err := f.Read("witness"); err != nil || !bytes.Equal(b, make([]byte, len("a key in the clear"))) {
		t.Errorf("what is left is %q, %v", b, err)
	}
}

// What was being written when the power went is overwritten and gone, and nothing
// else is.
func TestSweep(t *testing.T) {
	f := Folder{Path: t.TempDir()}
	secret := []byte("a PIN's hash in the clear")
	left := []string{temporary + "chot.toml123", "keeper/" + temporary + "file.key-7"}
	for _, name := range append(left, "stays", "keeper/stays") {
		if err := f.Write(name, secret); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(f.name(temporary+"folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(f.name(left[0]), f.name("witness")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Sweep(); err != nil {
			t.Fatal(err)
		}
	}
	if f.Has(left[0]) || f.Has(left[1]) || !f.Has("stays") || !f.Has("keeper/stays") || !f.Has(temporary+"folder") {
		t.Error("too much or too little is gone")
	}
	if b, err := f.Read("witness"); err != nil || !bytes.Equal(b, make([]byte, len(secret))) {
		t.Errorf("what is left is %q, %v", b, err)
	}
	if err := (Folder{Path: filepath.Join(f.Path, "nowhere")}).Sweep(); err != nil {
		t.Errorf("no folder: %v", err)
	}
}

// Whatever byte of the envelope is changed, it does not open.
func TestChangedEnvelope(t *testing.T) {
	f := Folder{Path: t.TempDir()}
	if _, err := Create(f, File{f}, map[string][]byte{"a": []byte("x"), "b": []byte("y")}); err != nil {
		t.Fatal(err)
	}
	whole, err := f.Read(sealedFile)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		for name, b := range map[string][]byte{
			"changed": append(append(bytes.Clone(whole[:i]), whole[i]^1), whole[i+1:]...), "cut": whole[:i],
		} {
			if err := f.Write(sealedFile, b); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(f, File{f}); err == nil {
				t.Errorf("%s at %d it opens", name, i)
			}
		}
	}
}

// Moved to another keeper, the old one opens nothing; cut anywhere, one of the
// two does.
func TestMove(t *testing.T) {
	for n, done := 0, false; !done; n++ {
		dir := t.TempDir()
		f := Folder{Path: dir}
		v, err := Create(f, File{f}, someSecrets())
		if err != nil {
			t.Fatal(err)
		}
		word, err := v.SealText("chot.toml", "pin", "a hash")
		if err != nil {
			t.Fatal(err)
		}
		c := cut(dir, n)
		v.folder = c
		err = v.Move(File{c}, other{File{Folder{Path: filepath.Join(dir, "other"), Before: c.Before}}})
		if done = err == nil; !done && !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		kind, err := Guard(f)
		if err != nil {
			t.Fatal(err)
		}
		var k Keeper = File{f}
		if kind != KindFile {
			k = other{File{Folder{Path: filepath.Join(dir, "other")}}}
		}
		v, err = Open(f, k)
		if err != nil {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		holds(t, v, someSecrets())
		if plain, err := v.OpenText("chot.toml", "pin", word); plain != "a hash" || err != nil {
			t.Errorf("a word sealed before: %q, %v", plain, err)
		}
		if done && (f.Has(fileKey) || kind != "other") {
			t.Error("the keeper before still has its key")
		}
		if err := Forget(f, kind); err != nil { // as the next start does
			t.Fatal(err)
		}
		if _, err := Open(f, k); err != nil || kind == "other" && f.Has(fileKey) {
			t.Errorf("cut at step %d: the keeper before still has its key, or the keys' own does not: %v", n, err)
		}
	}
	f := Folder{Path: t.TempDir()}
	v, err := Create(f, File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Move(File{f}, File{f}); err == nil {
		t.Error("moved to where it is")
	}
	if _, err := Open(f, other{File{f}}); !errors.Is(err, ErrKeeper) {
		t.Errorf("opened with the wrong keeper: %v", err)
	}
}

// A keeper that wraps and cannot unwrap, or gives something else back, is given
// nothing.
func TestMoveToAKeeperThatKeepsNothing(t *testing.T) {
	for name, to := range map[string]Keeper{"deaf": mute{err: ErrKeeper}, "wrong": mute{key: make([]byte, keySize)}} {
		f := Folder{Path: t.TempDir()}
		v, err := Create(f, File{f}, someSecrets())
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Move(File{f}, to); !errors.Is(err, ErrKeeper) {
			t.Errorf("%s: moved: %v", name, err)
		}
		if v, err = Open(f, File{f}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		holds(t, v, someSecrets())
	}
}

type mute struct {
	key []byte
	err error
}

func (mute) Kind() Kind                         { return "mute" }
func (mute) Wrap(secret []byte) ([]byte, error) { return []byte("gone"), nil }
func (m mute) Unwrap([]byte) ([]byte, error)    { return m.key, m.err }
func (mute) Destroy() error                     { return nil }

type other struct{ File }

func (other) Kind() Kind { return "other" }

func TestKindOf(t *testing.T) {
	if k := KindOf(struct{ Keeper }{File{}}); k != KindAndroid {
		t.Errorf("a keeper without a name is %q", k)
	}
	if _, err := Local(Folder{}, KindAndroid); !errors.Is(err, ErrKeeper) {
		t.Errorf("got %v", err)
	}
}

// FuzzEnvelope: no panic, and what decodes encodes to the same bytes.
func FuzzEnvelope(f *testing.F) {
	const folder = "testdata/fuzz/FuzzEnvelope"
	if seeds, err := os.ReadDir(folder); err != nil || len(seeds) == 0 {
		f.Fatalf("%s has no seeds: %v", folder, err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := parseEnvelope(b); err == nil {
			if !bytes.Equal(e.bytes(), b) {
				t.Fatal("an envelope has two forms")
			}
		} else if !errors.Is(err, ErrEnvelope) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if sealed, err := parseText(string(b)); err == nil && len(sealed) == 0 {
			t.Fatal("an empty word is sealed")
		}
		fuzzState(t, b)
	})
}

// TestSeeds holds the committed seeds to what they are for.
func TestSeeds(t *testing.T) {
	e := envelope{keeper: KindTPM, wrapped: []byte("wrapped"), secrets: []secret{{"device", []byte("sealed")}, {"grant", nil}}}
	empty := envelope{keeper: "a", wrapped: []byte{0}}
	unordered := e
	unordered.secrets = []secret{e.secrets[1], e.secrets[0]}
	for name, c := range map[string]struct {
		b  []byte
		ok bool
	}{
		"envelope": {e.bytes(), true}, "empty": {empty.bytes(), true}, "unordered": {unordered.bytes(), false},
		"cut": {e.bytes()[:30], false}, "more": {append(e.bytes(), 0), false}, "nothing": {nil, false}, "word": {[]byte(TextPrefix + strings.Repeat("AAAA", 12)), false},
		"chip": {[]byte("chot tpm2 1\n\x01\x80\x00\x07\x00\x01p\x00\x01q"), false},
	} {
		if _, err := parseEnvelope(c.b); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		path := filepath.Join("testdata/fuzz/FuzzEnvelope", name)
		text := fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", c.b)
		if got, err := os.ReadFile(path); os.Getenv("CHOT_WRITE_SEEDS") != "" {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if err != nil || string(got) != text {
			t.Errorf("seed %s is not what it is for (%v); make it with: CHOT_WRITE_SEEDS=1 go test ./cmd/internal/keystore -run TestSeeds", name, err)
		}
	}
}
