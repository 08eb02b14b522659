package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"chot/scanner/credential"
	"chot/scanner/roster"
)

// trustTarget is where the issuers' keys are published.
const trustTarget = "trust.json"

// PublishList places a roster file and its manifest as the target
// lists/<authority>/<m.Name>.roster and signs it with that authority's key.
// The manifest's version must be above the published one; the same list again
// is no error and only refreshes the timestamp.
//
// Beside it goes a delta from the version published before, where one is shorter.
//
// The list's key is not needed: that the file belongs to the manifest is
// checked by size here and by Merkle root on every device.
func (a *Authority) PublishList(authority, rosterFile string, m roster.Manifest, now time.Time) (Publication, error) {
	return a.within("publish list "+authority+"/"+m.Name, func(st *state) (Publication, error) {
		if err := checkName("list", listForm, m.Name); err != nil {
			return Publication{}, err
		}
		role := roleOf(authority)
		signer := st.roles[role]
		if signer == nil {
			return Publication{}, fmt.Errorf("%w: there is no authority %q here; there are %s", ErrBadName, authority, strings.Join(st.authorities(), ", "))
		}
		info, err := os.Stat(rosterFile)
		if err != nil {
			return Publication{}, err
		}
		if info.Size() != m.Size {
			return Publication{}, fmt.Errorf("%w: the file has %d bytes, the manifest says %d; build the list again", ErrMismatch, info.Size(), m.Size)
		}
		custom, err := json.Marshal(m)
		if err != nil {
			return Publication{}, fmt.Errorf("encode manifest: %w", err)
		}
		path := "lists/" + authority + "/" + m.Name + ".roster"
		before, err := published(signer, path)
		if err != nil {
			return Publication{}, err
		}
		// Refuse before copying what may be a hundred megabytes.
		if m.Version < before.version {
			return Publication{}, fmt.Errorf("%w: this is version %d and %d is published; build it with a higher version", ErrOldVersion, m.Version, before.version)
		}
		target, err := a.place(rosterFile, path)
		if err != nil {
			return Publication{}, err
		}
		target.Custom = (*json.RawMessage)(&custom)
		dirty := []string{role}
		if m.Version == before.version {
			if !before.same(target) {
				return Publication{}, fmt.Errorf("%w: version %d is published with other contents; build it with a higher version", ErrOldVersion, m.Version)
			}
			dirty = nil
		}
		signer.Signed.Targets[path] = target
		delta := int64(0)
		if dirty != nil {
			if delta, err = a.addDelta(signer, path, before, rosterFile, m); err != nil {
				return Publication{}, err
			}
		}
		p, err := a.publish(st, now, dirty, path, m.Version, target, before.digest)
		if err != nil {
			return Publication{}, err
		}
		a.sweepDeltas(signer, path)
		if delta > 0 {
			p.DeltaFrom, p.DeltaLength = before.version, delta
		}
		return p, nil
	})
}

// PublishTrust places the issuers' keys as the target trust.json, signed by
// the targets key.
func (a *Authority) PublishTrust(trust []byte, now time.Time) (Publication, error) {
	return a.within("publish trust", func(st *state) (Publication, error) {
		if _, err := credential.ParseTrust(trust); err != nil {
			return Publication{}, err
		}
		digest := sum(trust)
		signer := st.roles[metadata.TARGETS]
		before, err := published(signer, trustTarget)
		if err != nil {
			return Publication{}, err
		}
		if err := a.disk.write(a.blob(trustTarget, hex.EncodeToString(digest)), trust, 0o644); err != nil {
			return Publication{}, fmt.Errorf("write %s: %w", trustTarget, err)
		}
		target := &metadata.TargetFiles{Length: int64(len(trust)), Hashes: metadata.Hashes{"sha256": digest}, Path: trustTarget}
		dirty := []string{metadata.TARGETS}
		if before.same(target) {
			dirty = nil
		}
		signer.Signed.Targets[trustTarget] = target
		return a.publish(st, now, dirty, trustTarget, 0, target, before.digest)
	})
}

// place copies a file to where its target path and hash put it.
func (a *Authority) place(src, path string) (*metadata.TargetFiles, error) {
	folder := filepath.Dir(a.blob(path, ""))
	digest, size, err := a.disk.copyHashed(src, folder, func(hash string) string {
		return filepath.Base(a.blob(path, hash))
	})
	if err != nil {
		return nil, fmt.Errorf("place %s: %w", path, err)
	}
	return &metadata.TargetFiles{Length: size, Hashes: metadata.Hashes{"sha256": digest}, Path: path}, nil
}

// blob is a target's file under its hash-prefixed name (TUF specification
// §6.2).
func (a *Authority) blob(path, hash string) string {
	folder, base := filepath.Split(filepath.FromSlash(path))
	return filepath.Join(a.targetsFolder(), folder, hash+"."+base)
}

func (a *Authority) publish(st *state, now time.Time, dirty []string, path string, version uint64, target *metadata.TargetFiles, before []byte) (Publication, error) {
	signed, err := a.commit(st, now, dirty, false, nil)
	if err != nil {
		return Publication{}, err
	}
	a.sweep(path, target.Hashes["sha256"], before)
	return Publication{
		Target: path, Version: version, SHA256: hex.EncodeToString(target.Hashes["sha256"]), Length: target.Length,
		Roles: st.report(signed),
	}, nil
}

// sweep removes a target's superseded files but the last: a device may be in
// the middle of fetching that one. Failing costs disk space, nothing else.
func (a *Authority) sweep(path string, keep ...[]byte) {
	folder := filepath.Dir(a.blob(path, ""))
	base := filepath.Base(path)
	files, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, f := range files {
		hash, ok := strings.CutSuffix(f.Name(), "."+base)
		if !ok || len(hash) != 64 {
			continue
		}
		if !slices.ContainsFunc(keep, func(k []byte) bool { return hex.EncodeToString(k) == hash }) {
			os.Remove(filepath.Join(folder, f.Name()))
		}
	}
}

// placed is what is published under a path so far.
type placed struct {
	version uint64
	digest  []byte
	custom  []byte // nil: none, or of an earlier format
}

func published(m *targetsMeta, path string) (placed, error) {
	t := m.Signed.Targets[path]
	if t == nil {
		return placed{}, nil
	}
	p := placed{digest: t.Hashes["sha256"]}
	if t.Custom == nil {
		return p, nil
	}
	manifest, err := roster.ParseManifest(*t.Custom)
	if errors.Is(err, roster.ErrEarlier) {
		// It can be followed by a list of today's format, without a delta.
		return p, json.Unmarshal(*t.Custom, &struct{ Version *uint64 }{&p.version})
	}
	if err != nil {
		return placed{}, fmt.Errorf("%w: manifest of %s: %w", ErrDamaged, path, err)
	}
	p.version, p.custom = manifest.Version, *t.Custom
	return p, nil
}

func (p placed) same(t *metadata.TargetFiles) bool {
	var custom []byte
	if t.Custom != nil {
		custom = *t.Custom
	}
	return p.digest != nil && bytes.Equal(p.digest, t.Hashes["sha256"]) && bytes.Equal(p.custom, custom)
}

func (st *state) authorities() []string {
	var names []string
	for _, r := range st.delegations().Roles {
		names = append(names, strings.TrimPrefix(r.Name, "lists-"))
	}
	return names
}

func sum(data []byte) []byte {
	digest := sha256.Sum256(data)
	return digest[:]
}
