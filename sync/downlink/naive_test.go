package downlink

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"chot/scanner/credential"
	"chot/scanner/roster"
)

const statusURI = "urn:chot:test:status"

var (
	passKey = func() ed25519.PrivateKey {
		seed := sha256.Sum256([]byte("downlink test pass office"))
		return ed25519.NewKeyFromSeed(seed[:])
	}()
	passKeyID = []byte("office")
)

// A signedOnly is a client that thinks signatures are enough: it asks for no
// version, expiry, length, hash or path, and of several keys one will do. It is who
// the attacks below are shown to work against.
type signedOnly struct {
	t    *testing.T
	src  Source
	root *metadata.Metadata[metadata.RootType]
}

func newSignedOnly(t *testing.T, w *world, src Source) *signedOnly {
	t.Helper()
	root, err := metadata.Root().FromBytes(w.root())
	w.check(err)
	c := &signedOnly{t, src, root}
	for c.lax(); ; c.lax() {
		data, err := c.read(fmt.Sprintf("metadata/%d.root.json", c.root.Signed.Version+1))
		if errors.Is(err, fs.ErrNotExist) {
			return c
		}
		w.check(err)
		next, err := metadata.Root().FromBytes(data)
		w.check(err)
		w.check(c.root.VerifyDelegate(metadata.ROOT, next))
		c.root = next
	}
}

// lax makes one key enough.
func (c *signedOnly) lax() {
	for _, r := range c.root.Signed.Roles {
		r.Threshold = 1
	}
}

func (c *signedOnly) read(path string) ([]byte, error) {
	r, err := c.src.Fetch(context.Background(), path, 0)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, 64<<20)) // else a test would not end either
}

// target is the first description of a path that anybody has signed.
func (c *signedOnly) target(path string) *metadata.TargetFiles {
	c.t.Helper()
	must := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatalf("naive client: %v", err)
		}
	}
	file := func(name string) []byte {
		c.t.Helper()
		data, err := c.read("metadata/" + name)
		must(err)
		return data
	}
	ts, err := metadata.Timestamp().FromBytes(file("timestamp.json"))
	must(err)
	must(c.root.VerifyDelegate(metadata.TIMESTAMP, ts))
	sn, err := metadata.Snapshot().FromBytes(file(fmt.Sprintf("%d.snapshot.json", ts.Signed.Meta["snapshot.json"].Version)))
	must(err)
	must(c.root.VerifyDelegate(metadata.SNAPSHOT, sn))
	top, err := metadata.Targets().FromBytes(file(fmt.Sprintf("%d.targets.json", sn.Signed.Meta["targets.json"].Version)))
	must(err)
	must(c.root.VerifyDelegate(metadata.TARGETS, top))
	if t := top.Signed.Targets[path]; t != nil {
		return t
	}
	for _, role := range top.Signed.Delegations.Roles {
		m, err := metadata.Targets().FromBytes(file(fmt.Sprintf("%d.%s.json", sn.Signed.Meta[role.Name+".json"].Version, role.Name)))
		must(err)
		must(top.VerifyDelegate(role.Name, m))
		if t := m.Signed.Targets[path]; t != nil {
			return t
		}
	}
	return nil
}

// fetch is the target's content, as it comes.
func (c *signedOnly) fetch(path string) ([]byte, *metadata.TargetFiles) {
	c.t.Helper()
	t := c.target(path)
	if t == nil {
		c.t.Fatalf("naive client: nobody has signed %s", path)
	}
	data, err := c.read(remote(path, hex.EncodeToString(t.Hashes["sha256"])))
	if err != nil {
		c.t.Fatalf("naive client: %v", err)
	}
	return data, t
}

// lets tells whether the naive client, with what it fetches, lets a subject pass.
func (c *signedOnly) lets(subject string) bool {
	c.t.Helper()
	data, t := c.fetch("lists/" + gate + ".roster")
	m, err := roster.ParseManifest(*t.Custom)
	if err != nil {
		c.t.Fatalf("naive client: %v", err)
	}
	path := filepath.Join(c.t.TempDir(), "naive.roster")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		c.t.Fatal(err)
	}
	return admits(c.t, List{Path: path, Manifest: m}, subject)
}

// TestAttacks shows each attack working against the naive client, and then that
// here it gives a cause and leaves what is installed as it was. Before each, the
// device has version 2 of the list, on which binh replaced ann, and trust that calls
// pass 7 revoked; the attacker has all that was ever published.
func TestAttacks(t *testing.T) {
	t.Parallel()
	type scene struct {
		*world
		before *world // as it was when version 1 was current
		now    time.Time
	}
	for name, attack := range map[string]struct {
		stage func(t *testing.T, s *scene) Source
		works func(t *testing.T, c *signedOnly) bool // against the naive client
		want  Cause
	}{
		"rollback": {
			stage: func(_ *testing.T, s *scene) Source { return Folder(s.before.Repository()) },
			works: func(_ *testing.T, c *signedOnly) bool { return c.lets(ann) },
			want:  ErrRollback,
		},
		"freeze": {
			stage: func(_ *testing.T, s *scene) Source {
				s.now = start.AddDate(0, 0, 8)
				return Folder(s.Repository())
			},
			works: func(_ *testing.T, c *signedOnly) bool { return c.lets(binh) },
			want:  ErrExpired,
		},
		"mix and match": {
			stage: func(_ *testing.T, s *scene) Source {
				s.list(gate, 3, start, binh)
				// The list role of version 1 under the name of version 3's.
				roles, _ := filepath.Glob(filepath.Join(s.before.Repository(), "metadata", "2.lists-province.json"))
				old, err := os.ReadFile(roles[0])
				s.check(err)
				s.check(os.WriteFile(filepath.Join(s.Repository(), "metadata", "4.lists-province.json"), old, 0o644))
				s.check(os.CopyFS(filepath.Join(s.Repository(), "old"), os.DirFS(filepath.Join(s.before.Repository(), "targets"))))
				blobs, _ := filepath.Glob(filepath.Join(s.Repository(), "old/lists/province/*.roster"))
				for _, b := range blobs {
					s.check(os.Rename(b, filepath.Join(s.Repository(), "targets/lists/province", filepath.Base(b))))
				}
				return Folder(s.Repository())
			},
			works: func(_ *testing.T, c *signedOnly) bool { return c.lets(ann) },
			want:  ErrDamaged,
		},
		"one root key of two": {
			stage: func(t *testing.T, s *scene) Source {
				// A thief with one root key and the timestamp's makes a root in which
				// their own key signs timestamps.
				thief := s.fork()
				root := thief.oneKeyRoot(t)
				if _, err := thief.Refresh(start); err != nil {
					t.Fatal(err)
				}
				s.check(os.WriteFile(filepath.Join(thief.Repository(), "metadata", "2.root.json"), root, 0o644))
				return Folder(thief.Repository())
			},
			works: func(_ *testing.T, c *signedOnly) bool { return c.root.Signed.Version == 2 && c.lets(binh) },
			want:  ErrWrongKeys,
		},
		"a list cut short": {
			stage: func(_ *testing.T, s *scene) Source {
				m := s.list(gate, 3, start, many(700)...)
				s.cut(m.Size - 4096)
				return Folder(s.Repository())
			},
			works: func(_ *testing.T, c *signedOnly) bool {
				data, t := c.fetch("lists/" + gate + ".roster")
				return int64(len(data)) < t.Length
			},
			want: ErrDamaged,
		},
		"a list without end": {
			stage: func(_ *testing.T, s *scene) Source {
				s.list(gate, 3, start, many(700)...)
				return &endless{Source: Folder(s.Repository()), prefix: "targets/"}
			},
			works: func(_ *testing.T, c *signedOnly) bool {
				data, t := c.fetch("lists/" + gate + ".roster")
				return int64(len(data)) > 1000*t.Length // and it would go on
			},
			want: ErrDamaged,
		},
		"a list for another kind of device": {
			stage: func(_ *testing.T, s *scene) Source {
				// The factory's list, which lets ann pass there, in the place of the
				// province's: signed by the province's key by mistake.
				s.list(works, 9, start, ann)
				factory := s.find("lists-factory", "lists/"+works+".roster")
				blob, err := os.ReadFile(filepath.Join(s.Repository(), remotePath("lists/"+works+".roster", factory)))
				s.check(err)
				s.forge("lists-province", func(m *metadata.TargetsType) {
					target := s.put("lists/"+gate+".roster", blob)
					target.Custom = factory.Custom
					m.Targets["lists/"+gate+".roster"] = target
				}, nil, nil)
				return Folder(s.Repository())
			},
			works: func(_ *testing.T, c *signedOnly) bool { return c.lets(ann) },
			want:  ErrDamaged,
		},
		"a replayed status list": {
			stage: func(_ *testing.T, s *scene) Source { return Folder(s.before.Repository()) },
			works: func(t *testing.T, c *signedOnly) bool {
				text, _ := c.fetch("trust.json")
				return passStatus(t, text, 7) == credential.StatusValid
			},
			want: ErrRollback,
		},
	} {
		for how, from := range map[string]int64{"": piecewise, " by pieces": 1} {
			if from == 1 && !strings.HasPrefix(name, "a list") {
				continue // it is about the metadata, or the trust
			}
			t.Run(name+how, func(t *testing.T) {
				s := &scene{world: newWorld(t), now: start}
				s.list(gate, 1, start, ann)
				s.statuses(start)
				s.before = s.fork()
				s.list(gate, 2, start, binh)
				s.statuses(start, 7)
				d := device(t, s.world, Folder(s.Repository()), gate)
				d.piecewise = from
				u := mustRefresh(t, d, start)

				src := attack.stage(t, s)
				if !attack.works(t, newSignedOnly(t, s.world, src)) {
					t.Fatal("the attack is gone: the naive client is not taken in")
				}
				d.config.Source = src
				wantCause(t, d, s.now, attack.want)

				// What was there still decides, also after a restart with the same source.
				again := boot(t, d.config)
				again.piecewise = from
				wantCause(t, again, s.now, attack.want)
				if l := u.Lists[0]; admits(t, l, ann) || !admits(t, l, binh) {
					t.Error("the list decides otherwise now")
				}
				text, err := os.ReadFile(u.Trust.Path)
				if err != nil || passStatus(t, text, 7) != credential.StatusRevoked {
					t.Errorf("the revoked pass is not any more: %v", err)
				}
			})
		}
	}
}

// TestAuthorityOutOfBounds: the factory signs the province's path, and the naive
// client takes it.
func TestAuthorityOutOfBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(works, 1, start, ann)
	w.forge("lists-factory", func(m *metadata.TargetsType) {
		own := *m.Targets["lists/"+works+".roster"]
		blob, err := os.ReadFile(filepath.Join(w.Repository(), remotePath("lists/"+works+".roster", &own)))
		w.check(err)
		target := w.put("lists/"+gate+".roster", blob)
		target.Custom = own.Custom
		m.Targets["lists/"+gate+".roster"] = target
	}, nil, nil)
	src := Folder(w.Repository())
	if !newSignedOnly(t, w, src).lets(ann) {
		t.Fatal("the attack is gone: the naive client is not taken in")
	}
	wantCause(t, device(t, w, src, gate), start, ErrNotPublished)
}

// statuses publishes a trust whose status list revokes the given passes.
func (w *world) statuses(now time.Time, revoked ...int) {
	w.t.Helper()
	list := credential.NewStatusList(statusURI, 64)
	for _, index := range revoked {
		w.check(list.Set(index, 1))
	}
	trust, err := credential.NewTrust([]credential.Issuer{{Name: "Pass office", KeyID: passKeyID, Key: passKey.Public()}}, []credential.StatusList{list})
	w.check(err)
	text, err := trust.MarshalJSON()
	w.check(err)
	_, err = w.PublishTrust(text, now)
	w.check(err)
}

// passStatus is what a trust says of a pass.
func passStatus(t *testing.T, trust []byte, index int) credential.Status {
	t.Helper()
	parsed, err := credential.ParseTrust(trust)
	if err != nil {
		t.Fatal(err)
	}
	text, err := credential.Issue(credential.Pass{ID: "A1", Name: "Ví Dụ", StatusURI: statusURI, StatusIndex: index}, passKey, passKeyID)
	if err != nil {
		t.Fatal(err)
	}
	c := credential.Open([]byte(text), parsed)
	if c.Proof() != credential.Verified {
		t.Fatal(c.Err(), c.Proof())
	}
	return c.Status()
}

// find is a target as its role signs it now.
func (w *world) find(role, path string) *metadata.TargetFiles {
	w.t.Helper()
	files, _ := filepath.Glob(filepath.Join(w.Repository(), "metadata", "*."+role+".json"))
	var newest *metadata.Metadata[metadata.TargetsType]
	for _, f := range files {
		m, err := metadata.Targets().FromFile(f)
		w.check(err)
		if newest == nil || m.Signed.Version > newest.Signed.Version {
			newest = m
		}
	}
	return newest.Signed.Targets[path]
}

// remotePath is where a target's file lies in a repository.
func remotePath(path string, t *metadata.TargetFiles) string {
	return filepath.FromSlash(remote(path, hex.EncodeToString(t.Hashes["sha256"])))
}

// cut shortens the published list's file and drops the deltas to it.
func (w *world) cut(size int64) {
	w.t.Helper()
	files, _ := filepath.Glob(filepath.Join(w.Repository(), "targets/lists/*/*.delta"))
	for _, f := range files {
		w.check(os.Remove(f))
	}
	t := w.find("lists-province", "lists/"+gate+".roster")
	w.check(os.Truncate(filepath.Join(w.Repository(), remotePath("lists/"+gate+".roster", t)), size))
}

// oneKeyRoot is a next root that only one of the root keys has signed.
func (w *world) oneKeyRoot(t *testing.T) []byte {
	t.Helper()
	if _, err := w.RenewRoot(start); err != nil {
		t.Fatal(err)
	}
	m, err := metadata.Root().FromFile(filepath.Join(w.Repository(), "metadata", "2.root.json"))
	w.check(err)
	w.check(os.Remove(filepath.Join(w.Repository(), "metadata", "2.root.json")))
	m.Signatures = m.Signatures[:1]
	text, err := m.ToBytes(false)
	w.check(err)
	if bytes.Count(text, []byte(`"sig"`)) != 1 {
		t.Fatal("more than one signature")
	}
	return text
}
