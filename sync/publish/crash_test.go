package publish

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var errPower = errors.New("the power went")

// operations are everything that writes, with what a client may see of the
// list afterwards.
func operations(t *testing.T) map[string]func(*Authority) error {
	next, manifest := build(t, "gate", 2, binh)
	trust := someTrust(t, "one")
	later := start.AddDate(0, 0, 60)
	rotate := func(role string) func(*Authority) error {
		return func(a *Authority) error {
			st, err := a.load()
			if err != nil {
				return err
			}
			ids, _ := st.signersOf(role)
			return second(a.RotateKey(role, ids[0], start))
		}
	}
	return map[string]func(*Authority) error{
		"list":             func(a *Authority) error { return second(a.PublishList("province", next, manifest, start)) },
		"trust":            func(a *Authority) error { return second(a.PublishTrust(trust, start)) },
		"refresh":          func(a *Authority) error { return second(a.Refresh(start)) },
		"refresh all":      func(a *Authority) error { return second(a.Refresh(later)) },
		"renew root":       func(a *Authority) error { return second(a.RenewRoot(start)) },
		"add authority":    func(a *Authority) error { return second(a.AddAuthority("market", start)) },
		"remove authority": func(a *Authority) error { return second(a.RemoveAuthority("factory", start)) },
		"rotate root":      rotate("root"),
		"rotate timestamp": rotate("timestamp"),
		"rotate snapshot":  rotate("snapshot"),
		"rotate targets":   rotate("targets"),
		"rotate list":      rotate("lists-province"),
	}
}

// Whatever step the power fails at, every client sees the old state or the
// new one, and the next attempt succeeds.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	publishList(t, a, "province", "gate", 1, ann, start)
	if _, err := a.PublishTrust(someTrust(t, "none"), start); err != nil {
		t.Fatal(err)
	}
	known := newClient(t, a)
	known.mustLook(start, gate)

	for name, op := range operations(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait for the disk, not for each other
			steps := 0
			whole := duplicate(t, a)
			whole.disk.fail = func(step, path string) error { steps++; return nil }
			if err := op(whole); err != nil {
				t.Fatal(err)
			}
			if steps < 5 {
				t.Fatalf("only %d steps: the fault is not where the writes are", steps)
			}
			for at := range steps {
				broken := duplicate(t, a)
				n, where := 0, ""
				broken.disk.fail = func(step, path string) error {
					n++
					if n-1 < at {
						return nil
					}
					if where == "" {
						where = fmt.Sprintf("step %d, %s %s", at, step, filepath.Base(path))
					}
					return errPower // and it stays off
				}
				if err := op(broken); !errors.Is(err, errPower) {
					t.Fatalf("%s: %v, want the power failure", where, err)
				}
				known := known.copy(t)
				known.repository = broken.Repository()
				fresh := newClientAt(t, known.repository)
				for who, c := range map[string]*client{"known": known, "fresh": fresh} {
					if _, err := c.look(start, gate, "trust.json"); err != nil {
						t.Errorf("%s: %s client: %v", where, who, err)
					}
				}
				again, err := Open(broken.dir)
				if err != nil {
					t.Errorf("%s: open: %v", where, err)
					continue
				}
				// After the very last step it is done already, and adding or
				// removing an authority says so.
				if err = op(again); err != nil && !(errors.Is(err, ErrBadName) && at == steps-1) {
					t.Errorf("%s: the next attempt: %v", where, err)
				}
				if _, err := fresh.look(start, gate, "trust.json"); err != nil {
					t.Errorf("%s: after the next attempt: %v", where, err)
				}
			}
		})
	}
}

// A lost key is replaced root first, so clients may have to wait for the next
// attempt; but there always is one.
func TestCrashReplacingLostKey(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"timestamp", "snapshot", "targets"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			a := newAuthority(t)
			publishList(t, a, "province", "gate", 1, ann, start)
			lost, err := filepath.Glob(filepath.Join(a.keysFolder(), role+"-*.pem"))
			if err != nil || len(lost) != 1 {
				t.Fatalf("keys %q, %v", lost, err)
			}
			if err := os.Remove(lost[0]); err != nil {
				t.Fatal(err)
			}
			crashed := true
			for at := 0; crashed; at++ {
				broken := duplicate(t, a)
				n := 0
				broken.disk.fail = func(string, string) error {
					if n++; n > at {
						return errPower
					}
					return nil
				}
				_, err := broken.RotateKey(role, "", start)
				crashed = errors.Is(err, errPower)
				again, err := Open(broken.dir)
				if err != nil {
					t.Fatalf("step %d: open: %v", at, err)
				}
				if _, err := again.RotateKey(role, "", start); err != nil {
					t.Errorf("step %d: the next attempt: %v", at, err)
				}
				if _, err := newClientAt(t, broken.Repository()).look(start, gate); err != nil {
					t.Errorf("step %d: after the next attempt: %v", at, err)
				}
			}
		})
	}
}

// The controls: states that a careless order of writes would leave, which the
// clients above must notice.
func TestCrashControls(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(*Authority) error{
		"timestamp before snapshot": func(a *Authority) error { return os.Remove(filepath.Join(a.metadataFolder(), "2.snapshot.json")) },
		"timestamp before list":     func(a *Authority) error { return os.Remove(filepath.Join(a.metadataFolder(), "2.lists-province.json")) },
		"half a timestamp":          func(a *Authority) error { return os.Truncate(filepath.Join(a.metadataFolder(), "timestamp.json"), 200) },
		"metadata before target": func(a *Authority) error {
			return os.RemoveAll(filepath.Join(a.targetsFolder(), "lists"))
		},
	} {
		a := newAuthority(t)
		publishList(t, a, "province", "gate", 1, ann, start)
		newClientAt(t, a.Repository()).mustLook(start, gate)
		if err := harm(a); err != nil {
			t.Fatal(err)
		}
		if _, err := newClientAt(t, a.Repository()).look(start, gate); err == nil {
			t.Errorf("%s: the client saw nothing wrong", name)
		}
	}
}

func newClientAt(t *testing.T, repository string) *client {
	t.Helper()
	root, err := os.ReadFile(filepath.Join(repository, "metadata", "1.root.json"))
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, repository: repository, root: root, cache: t.TempDir()}
}

func duplicate(t *testing.T, a *Authority) *Authority {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "authority")
	if err := os.CopyFS(dir, os.DirFS(a.dir)); err != nil {
		t.Fatal(err)
	}
	keys, err := filepath.Glob(filepath.Join(dir, "keys", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys { // CopyFS widens the mode
		if err := os.Chmod(k, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

func TestCreateCrash(t *testing.T) {
	t.Parallel()
	steps := 0
	o := Options{Authorities: []string{"province"}}
	if _, _, err := create(filepath.Join(t.TempDir(), "a"), o, start, disk{fail: func(string, string) error { steps++; return nil }}); err != nil {
		t.Fatal(err)
	}
	for at := range steps {
		parent := t.TempDir()
		dir, n := filepath.Join(parent, "a"), 0
		_, _, err := create(dir, o, start, disk{fail: func(string, string) error {
			if n++; n > at {
				return errPower
			}
			return nil
		}})
		if !errors.Is(err, errPower) {
			t.Fatalf("step %d: %v", at, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("step %d: half an authority is left", at)
		}
		if _, _, err := Create(dir, o, start); err != nil {
			t.Errorf("step %d: the next attempt: %v", at, err)
		}
	}
}
