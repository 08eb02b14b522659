package downlink

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// forge publishes metadata that package publish would not make, in order but
// for what the edits do: every version one up, every hash and signature right.
// role names the targets role for the first edit.
func (w *world) forge(role string, targets func(*metadata.TargetsType), snapshot func(*metadata.SnapshotType), timestamp func(*metadata.TimestampType)) {
	w.t.Helper()
	folder := filepath.Join(w.Repository(), "metadata")
	ts, err := metadata.Timestamp().FromFile(filepath.Join(folder, "timestamp.json"))
	w.check(err)
	sn, err := metadata.Snapshot().FromFile(filepath.Join(folder, fmt.Sprintf("%d.snapshot.json", ts.Signed.Meta["snapshot.json"].Version)))
	w.check(err)
	if targets != nil {
		m, err := metadata.Targets().FromFile(filepath.Join(folder, fmt.Sprintf("%d.%s.json", sn.Signed.Meta[role+".json"].Version, role)))
		w.check(err)
		m.Signed.Version++
		targets(&m.Signed)
		sn.Signed.Meta[role+".json"] = forged(w, m, role, fmt.Sprintf("%d.%s.json", m.Signed.Version, role), m.Signed.Version)
	}
	sn.Signed.Version++
	if snapshot != nil {
		snapshot(&sn.Signed)
	}
	ts.Signed.Meta["snapshot.json"] = forged(w, sn, "snapshot", fmt.Sprintf("%d.snapshot.json", sn.Signed.Version), sn.Signed.Version)
	ts.Signed.Version++
	if timestamp != nil {
		timestamp(&ts.Signed)
	}
	forged(w, ts, "timestamp", "timestamp.json", ts.Signed.Version)
}

// forged signs and writes one file and returns how its parent names it.
func forged[T metadata.Roles](w *world, m *metadata.Metadata[T], role, file string, version int64) *metadata.MetaFiles {
	w.t.Helper()
	keys, err := filepath.Glob(filepath.Join(w.dir, "keys", role+"-????????.pem"))
	w.check(err)
	if len(keys) != 1 {
		w.t.Fatalf("keys of %s: %q", role, keys)
	}
	text, err := os.ReadFile(keys[0])
	w.check(err)
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	w.check(err)
	signer, err := signature.LoadSigner(key, crypto.Hash(0))
	w.check(err)
	m.Signatures = nil
	_, err = m.Sign(signer)
	w.check(err)
	data, err := json.Marshal(m)
	w.check(err)
	w.check(os.WriteFile(filepath.Join(w.Repository(), "metadata", file), data, 0o644))
	digest := sha256.Sum256(data)
	return &metadata.MetaFiles{Version: version, Length: int64(len(data)), Hashes: metadata.Hashes{"sha256": digest[:]}}
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
