package publish

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"

	"chot/scanner/credential"
	"chot/scanner/roster"
)

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// A client is go-tuf's own, reading the repository folder: the judge of what
// this package publishes.
type client struct {
	t          *testing.T
	repository string
	root       []byte
	cache      string
}

func newClient(t *testing.T, a *Authority) *client {
	t.Helper()
	root, err := a.Root()
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, repository: a.Repository(), root: root, cache: t.TempDir()}
}

// copy is a client with the same memory, so that looking does not teach it.
func (c *client) copy(t *testing.T) *client {
	t.Helper()
	fresh := *c
	fresh.t, fresh.cache = t, t.TempDir()
	if err := os.CopyFS(fresh.cache, os.DirFS(c.cache)); err != nil {
		t.Fatal(err)
	}
	return &fresh
}

func (c *client) DownloadFile(path string, limit int64, _ time.Duration) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(c.repository, filepath.FromSlash(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &metadata.ErrDownloadHTTP{StatusCode: http.StatusNotFound, URL: path}
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: %d bytes, limit %d", path, len(data), limit)
	}
	return data, err
}

// look refreshes at now and returns the targets asked for, after checking
// that each one's file is there and right. Versions of lists come from the
// manifest.
func (c *client) look(now time.Time, paths ...string) (map[string]uint64, error) {
	cfg, err := config.New("metadata", c.root)
	if err != nil {
		return nil, err
	}
	cfg.Fetcher, cfg.LocalMetadataDir, cfg.LocalTargetsDir = c, c.cache, c.cache
	u, err := updater.New(cfg)
	if err != nil {
		return nil, err
	}
	u.UnsafeSetRefTime(now)
	if err := u.Refresh(); err != nil {
		return nil, err
	}
	trusted := u.GetTrustedMetadataSet()
	if c.root, err = trusted.Root.ToBytes(false); err != nil {
		return nil, err
	}
	found := map[string]uint64{}
	for _, path := range paths {
		info, err := u.GetTargetInfo(path)
		if err != nil && strings.Contains(err.Error(), "not found") {
			continue
		}
		if err != nil {
			return nil, err
		}
		hash := hex.EncodeToString(info.Hashes["sha256"])
		folder, base := filepath.Split(path)
		data, err := os.ReadFile(filepath.Join(c.repository, "targets", folder, hash+"."+base))
		if err != nil {
			return nil, err
		}
		if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != hash || int64(len(data)) != info.Length {
			return nil, fmt.Errorf("%s: file does not match", path)
		}
		found[path] = 0
		if info.Custom != nil {
			m, err := roster.ParseManifest(*info.Custom)
			if err != nil {
				return nil, err
			}
			found[path] = m.Version
		}
	}
	return found, nil
}

func (c *client) mustLook(now time.Time, paths ...string) map[string]uint64 {
	c.t.Helper()
	found, err := c.look(now, paths...)
	if err != nil {
		c.t.Fatalf("client: %v", err)
	}
	return found
}

// listKey is a list key that no list outside these tests has.
var listKey = func() []byte {
	sum := sha256.Sum256([]byte("publish test list key"))
	return sum[:]
}()

// build makes a roster file of one invented person and returns its path.
func build(t *testing.T, name string, version uint64, subject string) (string, roster.Manifest) {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("%s.%d.roster", name, version))
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := roster.Manifest{
		Name: name, Authority: "Ví Dụ", Version: version, Epoch: 1, Issued: start,
		StaleAfter: 24 * time.Hour, ExpireAfter: 7 * 24 * time.Hour,
	}
	rows := func(yield func(roster.Row, error) bool) {
		yield(roster.Row{Subject: subject, Name: "NGUYEN THI VI DU", Birth: "1990-01-15", Profile: roster.Profile{Status: roster.Admit}}, nil)
	}
	if m, err = roster.Build(f, m, listKey, rows); err != nil {
		t.Fatal(err)
	}
	return path, m
}

const (
	ann  = "vn.id:001190000001"
	binh = "vn.id:001190000002"
)

func newAuthority(t *testing.T) *Authority {
	t.Helper()
	a, _, err := Create(filepath.Join(t.TempDir(), "authority"), Options{Authorities: []string{"province", "factory"}}, start)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func publishList(t *testing.T, a *Authority, authority, name string, version uint64, subject string, now time.Time) Publication {
	t.Helper()
	path, m := build(t, name, version, subject)
	p, err := a.PublishList(authority, path, m, now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// someTrust is the trust of one issuer, differing by name.
func someTrust(t *testing.T, issuer string) []byte {
	t.Helper()
	seed := sha256.Sum256([]byte(issuer))
	trust, err := credential.NewTrust([]credential.Issuer{{
		Name: issuer, KeyID: seed[:8], Key: ed25519.NewKeyFromSeed(seed[:]).Public(), Namespace: "vn.id",
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(trust)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
