package publish

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func init() { workFactor = 10 } // a test need not make guessing dear

// asker answers for every file, and remembers who asked.
type asker struct {
	words string
	asked []string
}

func (a *asker) ask(file string, fresh bool) (string, error) {
	if fresh {
		file += " (fresh)"
	}
	a.asked = append(a.asked, file)
	return a.words, nil
}

func lockedAuthority(t *testing.T) (*Authority, *asker) {
	t.Helper()
	who := &asker{words: "một hai ba"}
	a, _, err := Create(filepath.Join(t.TempDir(), "authority"), Options{Authorities: []string{"province"}, Passphrase: who.ask}, start)
	if err != nil {
		t.Fatal(err)
	}
	return a, who
}

func reopen(t *testing.T, a *Authority) *Authority {
	t.Helper()
	again, err := Open(a.dir)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func lockedFiles(t *testing.T, a *Authority) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(a.keysFolder(), "root-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil || !strings.HasSuffix(f, lockedSuffix) || bytes.Contains(text, []byte("PRIVATE KEY")) || !bytes.HasPrefix(text, []byte("-----BEGIN AGE ENCRYPTED FILE-----")) {
			t.Errorf("%s: not encrypted, %v", f, err)
		}
	}
	return files
}

func TestRootKeysAreEncrypted(t *testing.T) {
	t.Parallel()
	a, who := lockedAuthority(t)
	if files := lockedFiles(t, a); len(files) != rootKeys || len(who.asked) != rootKeys {
		t.Fatalf("%d files, asked %v", len(files), who.asked)
	}
	// Nobody is asked for what needs no root key.
	who.asked = nil
	a = reopen(t, a)
	a.Unlock(who.ask)
	if _, err := a.Refresh(start); err != nil || len(who.asked) != 0 {
		t.Errorf("refresh: %v, asked %v", err, who.asked)
	}
	// Without anybody to ask, nothing happens.
	locked := reopen(t, a)
	if _, err := locked.RenewRoot(start); !errors.Is(err, ErrLocked) {
		t.Errorf("renew without a passphrase: %v", err)
	}
	if _, err := locked.RotateKey("timestamp", "", start); !errors.Is(err, ErrLocked) {
		t.Errorf("rotate without a passphrase: %v", err)
	}
	// With a wrong one neither, and the key files stay.
	wrong := &asker{words: "bốn"}
	locked.Unlock(wrong.ask)
	if _, err := locked.RenewRoot(start); !errors.Is(err, ErrPassphrase) {
		t.Errorf("renew with a wrong passphrase: %v", err)
	}
	locked.Unlock(func(string, bool) (string, error) { return "", os.ErrClosed })
	if _, err := locked.RenewRoot(start); !errors.Is(err, os.ErrClosed) {
		t.Errorf("nobody answers: %v", err)
	}
	// Two are asked for, not three.
	if _, err := a.RenewRoot(start); err != nil || len(who.asked) != rootThreshold {
		t.Errorf("renew: %v, asked %v", err, who.asked)
	}
	c := newClient(t, a)
	c.mustLook(start)
}

func TestRotateEncryptedKeys(t *testing.T) {
	t.Parallel()
	a, who := lockedAuthority(t)
	c := newClient(t, a)
	a = reopen(t, a)
	a.Unlock(who.ask)
	for _, role := range []string{"timestamp", "snapshot", "targets", "lists-province"} {
		if _, err := a.RotateKey(role, "", start); err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		c.mustLook(start)
	}
	// Each root key in turn; its file goes, and the new one is encrypted too.
	for range rootKeys {
		before := lockedFiles(t, a)
		id := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(before[0]), "root-"), lockedSuffix)
		if _, err := a.RotateKey("root", id, start); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(before[0]); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the replaced key is still there: %v", err)
		}
		if after := lockedFiles(t, a); len(after) != rootKeys {
			t.Errorf("%d root keys", len(after))
		}
		c.mustLook(start)
	}
}

// TestRootKeysElsewhere: two sticks with a root key each do; one does not.
func TestRootKeysElsewhere(t *testing.T) {
	t.Parallel()
	a, who := lockedAuthority(t)
	sticks := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	for i, f := range lockedFiles(t, a) {
		if err := os.Rename(f, filepath.Join(sticks[i], filepath.Base(f))); err != nil {
			t.Fatal(err)
		}
	}
	a = reopen(t, a)
	a.Unlock(who.ask, sticks[0])
	if _, err := a.RenewRoot(start); !errors.Is(err, ErrNoKey) || strings.Count(err.Error(), "root-") != 2 {
		t.Errorf("one of three: %v", err)
	}
	a.Unlock(who.ask, sticks[2], sticks[0])
	if _, err := a.RenewRoot(start.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	a.Unlock(who.ask, filepath.Join(sticks[0], "pulled-out"))
	if _, err := a.RenewRoot(start); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a stick that is not there: %v", err)
	}
}

// TestKeysInATokenAreRefused: the place for a token's URI is kept, and said to be
// empty.
func TestKeysInATokenAreRefused(t *testing.T) {
	t.Parallel()
	a, who := lockedAuthority(t)
	for _, uri := range []string{"pkcs11:token=Root%201;object=root?pin-source=/dev/tty", "PKCS11:token=x"} {
		a.Unlock(who.ask, uri)
		if _, err := a.RenewRoot(start); !errors.Is(err, ErrToken) || !strings.Contains(err.Error(), "not supported yet") || strings.Contains(err.Error(), "token=") {
			t.Errorf("%s: %v", uri, err)
		}
	}
	a.Unlock(who.ask)
	if _, err := a.RenewRoot(start); err != nil {
		t.Errorf("control: %v", err)
	}
}

func TestBadEncryptedKeys(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, files []string){
		"damaged": func(t *testing.T, files []string) {
			for _, f := range files {
				text, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(f, text[:len(text)/2], 0o600); err != nil {
					t.Fatal(err)
				}
			}
		},
		"empty": func(t *testing.T, files []string) {
			for _, f := range files {
				if err := os.Truncate(f, 0); err != nil {
					t.Fatal(err)
				}
			}
		},
		"exchanged": func(t *testing.T, files []string) {
			for _, step := range [][2]string{{files[0], "x"}, {files[1], files[0]}, {files[2], files[1]}, {"x", files[2]}} {
				for i := range step {
					if step[i] == "x" {
						step[i] = files[0] + ".x"
					}
				}
				if err := os.Rename(step[0], step[1]); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, who := lockedAuthority(t)
			spoil(t, lockedFiles(t, a))
			a = reopen(t, a)
			a.Unlock(who.ask)
			if _, err := a.RenewRoot(start); !errors.Is(err, ErrBadKey) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, _, err := Create(filepath.Join(t.TempDir(), "a"), Options{Authorities: []string{"province"}, Passphrase: (&asker{}).ask}, start); !errors.Is(err, ErrPassphrase) {
		t.Errorf("an empty passphrase: %v", err)
	}
}
