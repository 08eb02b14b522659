package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "authority")
	a, p, err := Create(dir, Options{Authorities: []string{"province", "factory"}}, start)
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	for _, r := range p.Roles {
		roles = append(roles, r.Name)
		want := 1
		if r.Name == metadata.ROOT {
			want = 3
		}
		if !r.Signed || r.Version != 1 || len(r.KeyIDs) != want {
			t.Errorf("role %+v: want version 1 signed by %d", r, want)
		}
		if life := DefaultLifetimes.of(r.Name); !r.Expires.Equal(start.Add(life)) {
			t.Errorf("%s expires %v, want %v after signing", r.Name, r.Expires, life)
		}
	}
	if got, want := strings.Join(roles, " "), "root timestamp snapshot targets lists-factory lists-province"; got != want {
		t.Errorf("roles %q, want %q", got, want)
	}

	keys, err := filepath.Glob(filepath.Join(dir, "keys", "*.pem"))
	if err != nil || len(keys) != 8 {
		t.Errorf("%d key files (%v), want 8", len(keys), err)
	}
	for _, k := range keys {
		if info, err := os.Stat(k); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; want 0600", filepath.Base(k), info.Mode(), err)
		}
	}
	want := []string{"metadata", "metadata/1.lists-factory.json", "metadata/1.lists-province.json", "metadata/1.root.json",
		"metadata/1.snapshot.json", "metadata/1.targets.json", "metadata/timestamp.json"}
	if got := tree(t, a.Repository()); !slices.Equal(got, want) {
		t.Errorf("repository holds %q, want %q", got, want)
	}
	newClient(t, a).mustLook(start)

	if _, err := Open(dir); err != nil {
		t.Errorf("open what was created: %v", err)
	}
	if _, _, err := Create(dir, Options{Authorities: []string{"x"}}, start); !errors.Is(err, ErrExists) {
		t.Errorf("create over it: %v, want ErrExists", err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNotFolder) {
		t.Errorf("open an empty folder: %v, want ErrNotFolder", err)
	}
}

func tree(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		if path != "." {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestNamesRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "A", "a/b", "..", "a b", "ví-dụ", "-a", strings.Repeat("a", 64)} {
		if _, _, err := Create(filepath.Join(t.TempDir(), "a"), Options{Authorities: []string{name}}, start); !errors.Is(err, ErrBadName) {
			t.Errorf("authority %q: %v, want ErrBadName", name, err)
		}
	}
	if _, _, err := Create(filepath.Join(t.TempDir(), "a"), Options{}, start); !errors.Is(err, ErrBadName) {
		t.Errorf("no authority: %v, want ErrBadName", err)
	}
	if _, _, err := Create(filepath.Join(t.TempDir(), "a"), Options{Authorities: []string{"x", "x"}}, start); !errors.Is(err, ErrBadName) {
		t.Errorf("the same twice: %v, want ErrBadName", err)
	}
}

func TestPublishList(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	c := newClient(t, a)
	const path = "lists/province/gate.roster"
	if found := c.mustLook(start, path); len(found) != 0 {
		t.Fatalf("found %v before anything was published", found)
	}
	p := publishList(t, a, "province", "gate", 3, ann, start)
	if p.Target != path || p.Version != 3 || p.Length == 0 || len(p.SHA256) != 64 {
		t.Errorf("publication %+v", p)
	}
	for _, r := range p.Roles {
		want := r.Name == "timestamp" || r.Name == "snapshot" || r.Name == "lists-province"
		if r.Signed != want {
			t.Errorf("%s signed %v, want %v", r.Name, r.Signed, want)
		}
	}
	if v := c.mustLook(start, path)[path]; v != 3 {
		t.Errorf("client sees version %d, want 3", v)
	}

	file, m := build(t, "gate", 3, ann)
	if p, err := a.PublishList("province", file, m, start); err != nil || p.Roles[4].Signed {
		t.Errorf("the same list again: %v; want only the timestamp signed", err)
	}
	file, m = build(t, "gate", 3, binh)
	if _, err := a.PublishList("province", file, m, start); !errors.Is(err, ErrOldVersion) {
		t.Errorf("other contents, same version: %v, want ErrOldVersion", err)
	}
	file, m = build(t, "gate", 2, binh)
	if _, err := a.PublishList("province", file, m, start); !errors.Is(err, ErrOldVersion) {
		t.Errorf("lower version: %v, want ErrOldVersion", err)
	}
	file, m = build(t, "gate", 4, binh)
	if _, err := a.PublishList("nobody", file, m, start); !errors.Is(err, ErrBadName) {
		t.Errorf("unknown authority: %v, want ErrBadName", err)
	}
	if err := os.Truncate(file, m.Size-1); err != nil {
		t.Fatal(err)
	}
	if _, err := a.PublishList("province", file, m, start); !errors.Is(err, ErrMismatch) {
		t.Errorf("cut file: %v, want ErrMismatch", err)
	}
	if v := c.mustLook(start, path)[path]; v != 3 {
		t.Errorf("after refusals the client sees version %d, want 3", v)
	}

	// A roster's bytes do not depend on its version: 4 shares the file of 3.
	publishList(t, a, "province", "gate", 4, ann, start)
	for v, subject := range []string{4: ann, 5: binh, 6: ann, 7: "vn.id:001190000003"} {
		if v < 5 {
			continue
		}
		publishList(t, a, "province", "gate", uint64(v), subject, start)
		if got := c.mustLook(start, path)[path]; got != uint64(v) {
			t.Errorf("client sees version %d, want %d", got, v)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(a.targetsFolder(), "lists/province/*.roster")); len(files) != 2 {
		t.Errorf("%d list files kept, want the current and the one before", len(files))
	}
}

func TestPublishTrust(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	c := newClient(t, a)
	if _, err := a.PublishTrust([]byte("not trust"), start); err == nil {
		t.Error("published what no device can read")
	}
	p, err := a.PublishTrust(someTrust(t, "one"), start)
	if err != nil || p.Target != "trust.json" {
		t.Fatalf("%+v, %v", p, err)
	}
	if found := c.mustLook(start, "trust.json"); len(found) != 1 {
		t.Error("client does not see trust.json")
	}
	p, err = a.PublishTrust(someTrust(t, "one"), start)
	if err != nil || p.Roles[3].Signed {
		t.Errorf("the same trust signed targets again (%v)", err)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	c := newClient(t, a)
	const path = "lists/province/gate.roster"
	publishList(t, a, "province", "gate", 1, ann, start)

	// A year of daily refreshes: nothing but root ever expires.
	for day := 1; day < 364; day += 5 {
		now := start.AddDate(0, 0, day)
		if _, err := a.Refresh(now); err != nil {
			t.Fatal(err)
		}
		if v := c.mustLook(now.Add(time.Hour), path)[path]; v != 1 {
			t.Fatalf("day %d: list gone", day)
		}
	}
	if _, err := c.look(start.AddDate(0, 0, 370), path); err == nil || !strings.Contains(err.Error(), "root.json is expired") {
		t.Errorf("after a year: %v, want root expired", err)
	}
	now := start.AddDate(0, 0, 370)
	if _, err := a.Refresh(now); err != nil {
		t.Fatal(err)
	}
	if _, err := a.RenewRoot(now); err != nil {
		t.Fatal(err)
	}
	c.mustLook(now, path)
	if _, err := a.Refresh(start); !errors.Is(err, ErrClock) {
		t.Errorf("refresh in the past: %v, want ErrClock", err)
	}
}

// Offline keys are not there, and only what needs them says so.
func TestMissingKeys(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	publishList(t, a, "province", "gate", 1, ann, start)
	for _, pattern := range []string{"root-*", "targets-*", "lists-province-*"} {
		files, _ := filepath.Glob(filepath.Join(a.keysFolder(), pattern))
		for _, f := range files {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := tree(t, a.Repository())
	file, m := build(t, "gate", 2, binh)
	for op, err := range map[string]error{
		"list":          second(a.PublishList("province", file, m, start)),
		"trust":         second(a.PublishTrust(someTrust(t, "one"), start)),
		"root":          second(a.RenewRoot(start)),
		"rotate root":   second(a.RotateKey("root", firstKey(t, a, "root"), start)),
		"rotate top":    second(a.RotateKey("timestamp", "", start)),
		"rotate list":   second(a.RotateKey("lists-factory", "", start)),
		"add authority": second(a.AddAuthority("market", start)),
	} {
		if !errors.Is(err, ErrNoKey) {
			t.Errorf("%s: %v, want ErrNoKey", op, err)
		} else if !strings.Contains(err.Error(), ".pem") {
			t.Errorf("%s: %q does not say which key file to bring", op, err)
		}
	}
	after := tree(t, a.Repository())
	after = slices.DeleteFunc(after, func(f string) bool { return strings.HasPrefix(f, "targets") })
	before = slices.DeleteFunc(before, func(f string) bool { return strings.HasPrefix(f, "targets") })
	if !slices.Equal(before, after) {
		t.Errorf("metadata changed: %q, was %q", after, before)
	}
	now := start.AddDate(0, 0, 60)
	if _, err := a.Refresh(now); err != nil {
		t.Errorf("refresh with the online keys: %v", err)
	}
	publishList(t, a, "factory", "gate", 1, ann, now)
}

func second(_ Publication, err error) error { return err }

func firstKey(t *testing.T, a *Authority, role string) string {
	t.Helper()
	st, err := a.load()
	if err != nil {
		t.Fatal(err)
	}
	ids, _ := st.signersOf(role)
	return ids[0]
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	files, _ := filepath.Glob(filepath.Join(a.keysFolder(), "timestamp-*.pem"))
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(files[0], 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(a.dir); !errors.Is(err, ErrExposedKey) {
		t.Errorf("a key others can read: %v, want ErrExposedKey", err)
	}
	if err := os.Chmod(files[0], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "x", strings.Replace(string(good), "PRIVATE", "PUBLIC", 2), string(good[:60])} {
		if err := os.WriteFile(files[0], []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(a.dir); !errors.Is(err, ErrBadKey) {
			t.Errorf("key file of %d bytes: %v, want ErrBadKey", len(bad), err)
		}
	}
}

// Every byte of what is published is under a signature or a hash.
func TestOpenNoticesDamage(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	publishList(t, a, "province", "gate", 1, ann, start)
	if _, err := Open(a.dir); err != nil {
		t.Fatalf("undamaged: %v", err)
	}
	current := []string{"1.root.json", "timestamp.json", "2.snapshot.json", "1.targets.json", "2.lists-province.json", "1.lists-factory.json"}
	for _, name := range current {
		path := filepath.Join(a.metadataFolder(), name)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		bad := slices.Clone(good)
		i := strings.Index(string(bad), `"version":`) + len(`"version":`)
		bad[i] ^= 1
		for _, data := range [][]byte{bad, good[:len(good)/2], {}} {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(a.dir); !errors.Is(err, ErrDamaged) {
				t.Errorf("%s damaged to %d bytes: %v, want ErrDamaged", name, len(data), err)
			}
		}
		if err := os.WriteFile(path, good, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A timer and a person at once: nothing is lost.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	var lists sync.WaitGroup
	files := map[string]string{}
	const people = 4
	for i := range people {
		name := string(rune('a' + i))
		file, m := build(t, name, 1, ann)
		files[name] = file
		lists.Go(func() {
			other, err := Open(a.dir)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := other.PublishList("province", file, m, start); err != nil {
				t.Error(err)
			}
		})
		lists.Go(func() {
			if _, err := a.Refresh(start); err != nil {
				t.Error(err)
			}
		})
	}
	lists.Wait()
	var paths []string
	for name := range files {
		paths = append(paths, "lists/province/"+name+".roster")
	}
	if found := newClient(t, a).mustLook(start, paths...); len(found) != people {
		t.Errorf("found %v, want %d lists", found, people)
	}
	roles, err := a.Roles()
	if err != nil {
		t.Fatal(err)
	}
	if roles[1].Version != 1+2*people {
		t.Errorf("timestamp version %d, want %d", roles[1].Version, 1+2*people)
	}
}
