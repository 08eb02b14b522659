package publish

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

const gate = "lists/province/gate.roster"

func TestRotateEveryKey(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	publishList(t, a, "province", "gate", 1, ann, start)
	old := newClient(t, a) // remembers the first root throughout
	old.mustLook(start, gate)
	for _, role := range []string{"root", "timestamp", "snapshot", "targets", "lists-province"} {
		key := firstKey(t, a, role)
		p, err := a.RotateKey(role, key, start)
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		if now := firstKey(t, a, role); role != "root" && now == key {
			t.Errorf("%s: the old key still signs", role)
		}
		st, err := a.load()
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		if ids, _ := st.signersOf(role); slices.Contains(ids, key) {
			t.Errorf("%s: the old key is still named", role)
		}
		if _, held := st.keys[key]; held {
			t.Errorf("%s: the old key's file is still there", role)
		}
		if p.Roles[0].Signed != (role != "lists-province") {
			t.Errorf("%s: root signed %v", role, p.Roles[0].Signed)
		}
		if found := old.copy(t).mustLook(start, gate); found[gate] != 1 {
			t.Errorf("%s: a client with the first root sees %v", role, found)
		}
	}
	publishList(t, a, "province", "gate", 2, binh, start)
	if found := old.mustLook(start, gate); found[gate] != 2 {
		t.Errorf("after all rotations: %v, want version 2", found)
	}
	if old.rootVersion() != 5 {
		t.Errorf("client is at root %d, want 5", old.rootVersion())
	}
}

func (c *client) rootVersion() int64 {
	root, err := metadata.Root().FromBytes(c.root)
	if err != nil {
		c.t.Fatal(err)
	}
	return root.Signed.Version
}

func TestRootIsTwoOfThree(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	c := newClient(t, a)
	lost := rootKeyFiles(t, a)[0]
	id := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(lost), "root-"), ".pem")
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	if _, err := a.RotateKey("root", id, start); err != nil {
		t.Fatalf("two of three at hand: %v", err)
	}
	c.mustLook(start)
	if c.rootVersion() != 2 {
		t.Errorf("client is at root %d, want 2", c.rootVersion())
	}

	for _, f := range rootKeyFiles(t, a)[1:] {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.RenewRoot(start); !errors.Is(err, ErrNoKey) {
		t.Errorf("one of three at hand: %v, want ErrNoKey", err)
	}
	if _, err := a.RotateKey("root", "", start); !errors.Is(err, ErrBadName) {
		t.Errorf("which of three not said: %v, want ErrBadName", err)
	}
}

func rootKeyFiles(t *testing.T, a *Authority) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(a.keysFolder(), "root-*.pem"))
	if err != nil || len(files) != 3 && len(files) != 1 {
		t.Fatalf("root keys %q, %v", files, err)
	}
	return files
}

// A lost key is rotated out without it.
func TestRotateLostKey(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"timestamp", "snapshot", "targets", "lists-province"} {
		a := newAuthority(t)
		publishList(t, a, "province", "gate", 1, ann, start)
		c := newClient(t, a)
		c.mustLook(start, gate)
		files, _ := filepath.Glob(filepath.Join(a.keysFolder(), role+"-*.pem"))
		if err := os.Remove(files[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := a.RotateKey(role, "", start); err != nil {
			t.Errorf("%s: %v", role, err)
			continue
		}
		publishList(t, a, "province", "gate", 2, binh, start)
		if found := c.mustLook(start, gate); found[gate] != 2 {
			t.Errorf("%s: client sees %v", role, found)
		}
	}
}

func TestAuthoritiesComeAndGo(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	c := newClient(t, a)
	const market = "lists/market/stalls.roster"
	if _, err := a.AddAuthority("market", start); err != nil {
		t.Fatal(err)
	}
	publishList(t, a, "market", "stalls", 1, ann, start)
	if found := c.mustLook(start, market); found[market] != 1 {
		t.Errorf("added: %v", found)
	}
	if _, err := a.RemoveAuthority("market", start); err != nil {
		t.Fatal(err)
	}
	if found := c.mustLook(start, market); len(found) != 0 {
		t.Errorf("removed: %v", found)
	}
	if _, err := a.AddAuthority("market", start); err != nil {
		t.Fatal(err)
	}
	publishList(t, a, "market", "stalls", 2, ann, start)
	if found := c.mustLook(start, market); found[market] != 2 {
		t.Errorf("added again: %v", found)
	}
	if _, err := a.RemoveAuthority("nobody", start); !errors.Is(err, ErrBadName) {
		t.Errorf("remove a stranger: %v, want ErrBadName", err)
	}
	if _, err := a.AddAuthority("market", start); !errors.Is(err, ErrBadName) {
		t.Errorf("add twice: %v, want ErrBadName", err)
	}
}
