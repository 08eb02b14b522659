package publish

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// A file is one metadata file, encoded and waiting to be written.
type file struct {
	name string
	data []byte
}

// signedAt is the field this package adds to timestamp.json.
const signedAt = "signed_at"

// commit signs the dirty roles anew and publishes them: delegated lists,
// targets, snapshot, and last timestamp.json, the one file whose replacement
// makes the others current. Everything is signed before anything is written,
// so a missing key changes nothing. With no dirty role and snapshot false only
// the timestamp is signed.
func (a *Authority) commit(st *state, now time.Time, dirty []string, snapshot bool, also map[string][]key) (map[string]bool, error) {
	now = now.UTC().Truncate(time.Second)
	if last, ok := st.lastSigned(); ok && now.Before(last) {
		return nil, fmt.Errorf("sign timestamp: %w: it was made at %s; set this computer's clock", ErrClock, last.Format(time.RFC3339))
	}
	var files []file
	signed := map[string]bool{metadata.TIMESTAMP: true}

	dirty = slices.Clone(dirty)
	if st.overdue[metadata.TARGETS] {
		dirty = append(dirty, metadata.TARGETS)
	}
	snapshot = snapshot || st.overdue[metadata.SNAPSHOT]
	slices.SortFunc(dirty, func(a, b string) int { return strings.Compare(order(b), order(a)) })
	for _, role := range slices.Compact(dirty) {
		m := st.roles[role]
		m.Signed.Version++
		m.Signed.Expires = now.Add(a.lifetimes.of(role))
		data, err := sign(st, role, m, also[role])
		if err != nil {
			return nil, err
		}
		files = append(files, file{fmt.Sprintf("%d.%s.json", m.Signed.Version, role), data})
		st.snapshot.Signed.Meta[role+".json"] = describe(data, m.Signed.Version)
		signed[role] = true
	}
	if len(dirty) > 0 || snapshot {
		m := st.snapshot
		m.Signed.Version++
		m.Signed.Expires = now.Add(a.lifetimes.Snapshot)
		data, err := sign(st, metadata.SNAPSHOT, m, also[metadata.SNAPSHOT])
		if err != nil {
			return nil, err
		}
		files = append(files, file{fmt.Sprintf("%d.snapshot.json", m.Signed.Version), data})
		st.timestamp.Signed.Meta["snapshot.json"] = describe(data, m.Signed.Version)
		signed[metadata.SNAPSHOT] = true
	}
	m := st.timestamp
	m.Signed.Version++
	m.Signed.Expires = now.Add(a.lifetimes.Timestamp)
	if m.Signed.UnrecognizedFields == nil {
		m.Signed.UnrecognizedFields = map[string]any{}
	}
	m.Signed.UnrecognizedFields[signedAt] = now.Format(time.RFC3339)
	data, err := sign(st, metadata.TIMESTAMP, m, also[metadata.TIMESTAMP])
	if err != nil {
		return nil, err
	}
	files = append(files, file{"timestamp.json", data})

	for _, f := range files {
		if err := a.disk.write(filepath.Join(a.metadataFolder(), f.name), f.data, 0o644); err != nil {
			return nil, fmt.Errorf("write metadata/%s: %w", f.name, err)
		}
	}
	return signed, nil
}

func (st *state) lastSigned() (time.Time, bool) {
	text, ok := st.timestamp.Signed.UnrecognizedFields[signedAt].(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, text)
	return t, err == nil
}

// sign replaces a role's signatures by those of every key of the role at
// hand, and of the keys in also (a rotation's next key).
func sign[T metadata.Roles](st *state, role string, m *metadata.Metadata[T], also []key) ([]byte, error) {
	ids, threshold := st.signersOf(role)
	signers, err := st.collect(role, ids, threshold)
	if err != nil {
		return nil, err
	}
	return signWith(role, m, append(signers, also...))
}

// collect finds the private keys for ids, at least threshold of them. Of those that
// are encrypted it asks for no more than are needed.
func (st *state) collect(role string, ids []string, threshold int) ([]key, error) {
	var found []key
	var missing []string
	for _, id := range ids {
		if k, ok := st.keys[id]; ok {
			found = append(found, k)
		} else {
			missing = append(missing, id)
		}
	}
	var names []string
	for _, id := range missing {
		l, ok := st.findLocked(role, id)
		if !ok {
			names = append(names, role+"-"+id[:min(8, len(id))]+".pem")
			continue
		}
		if len(found) >= threshold {
			break
		}
		k, err := l.open(id, st.ask)
		if err != nil {
			return nil, fmt.Errorf("sign %s: %w", role, err)
		}
		st.keys[id] = k
		found = append(found, k)
	}
	if threshold < 1 || len(found) < threshold {
		return nil, fmt.Errorf("sign %s: %w: %d of %d needed are in keys/; bring %s",
			role, ErrNoKey, len(found), threshold, strings.Join(names, " or "))
	}
	return found, nil
}

func signWith[T metadata.Roles](role string, m *metadata.Metadata[T], keys []key) ([]byte, error) {
	m.Signatures = []metadata.Signature{}
	for _, k := range keys {
		signer, err := k.signer()
		if err != nil {
			return nil, fmt.Errorf("sign %s: %w", role, err)
		}
		if _, err := m.Sign(signer); err != nil {
			return nil, fmt.Errorf("sign %s: %w", role, err)
		}
	}
	data, err := m.ToBytes(false)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", role, err)
	}
	return data, nil
}

// describe is how a parent names a version of a role: with length and hash,
// so that a carrier can neither mix versions nor send without end.
func describe(data []byte, version int64) *metadata.MetaFiles {
	digest := sha256.Sum256(data)
	info := metadata.MetaFile(version)
	info.Length = int64(len(data))
	info.Hashes = metadata.Hashes{"sha256": digest[:]}
	return info
}

// within runs one operation on freshly read state under the folder's lock.
func (a *Authority) within(op string, f func(*state) (Publication, error)) (Publication, error) {
	unlock, err := lock(filepath.Join(a.dir, ".lock"))
	if err != nil {
		return Publication{}, fmt.Errorf("%s: %w", op, err)
	}
	defer unlock()
	st, err := a.load()
	if err != nil {
		return Publication{}, fmt.Errorf("%s: %w", op, err)
	}
	p, err := f(st)
	if err != nil {
		return Publication{}, fmt.Errorf("%s: %w", op, err)
	}
	return p, nil
}
