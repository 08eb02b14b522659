package publish

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"chot/scanner/roster"
)

// maxDeltas is how many versions back deltas are kept: a device that was away for
// longer fetches the list whole.
const maxDeltas = 14

// deltaPath is the target path of the delta from a version of a list to the next
// one published: lists/<authority>/<name>.<version>.delta.
func deltaPath(listPath string, base uint64) string {
	return strings.TrimSuffix(listPath, ".roster") + "." + strconv.FormatUint(base, 10) + ".delta"
}

// baseOf is the inverse of deltaPath.
func baseOf(listPath, path string) (base uint64, ok bool) {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(listPath, ".roster")+".")
	if !ok {
		return 0, false
	}
	number, ok := strings.CutSuffix(rest, ".delta")
	if !ok {
		return 0, false
	}
	base, err := strconv.ParseUint(number, 10, 64)
	return base, err == nil && deltaPath(listPath, base) == path
}

// addDelta places the delta from the version published before, and drops those that
// are too old. Where there is none to be had (another key, a very different length,
// the file before is gone) the list is published whole, which works for every
// device; then the older deltas lead nowhere and go too. It returns the delta's
// length, 0 for none.
func (a *Authority) addDelta(signer *targetsMeta, path string, before placed, rosterFile string, m roster.Manifest) (int64, error) {
	length, err := a.placeDelta(signer, path, before, rosterFile, m)
	if err != nil {
		return 0, err
	}
	var bases []uint64
	for p := range signer.Signed.Targets {
		if base, ok := baseOf(path, p); ok {
			bases = append(bases, base)
		}
	}
	slices.SortFunc(bases, func(a, b uint64) int { // the newest first
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	total := int64(0)
	for i, base := range bases {
		p := deltaPath(path, base)
		total += signer.Signed.Targets[p].Length
		// Who needs so many fetches the list whole for less.
		if length == 0 || i >= maxDeltas || total > m.Size/2 {
			delete(signer.Signed.Targets, p)
		}
	}
	return length, nil
}

func (a *Authority) placeDelta(signer *targetsMeta, path string, before placed, rosterFile string, m roster.Manifest) (int64, error) {
	if before.custom == nil || before.version >= m.Version {
		return 0, nil
	}
	base, err := roster.ParseManifest(before.custom)
	if err != nil {
		return 0, fmt.Errorf("%w: manifest of %s: %w", ErrDamaged, path, err)
	}
	f, err := os.CreateTemp(a.dir, ".delta-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	err = roster.Diff(f, a.blob(path, hex.EncodeToString(before.digest)), base, rosterFile, m)
	if err := errors.Join(err, f.Close()); err != nil {
		return 0, nil // as said above: no delta is no harm
	}
	if info, err := os.Stat(f.Name()); err != nil || info.Size() > m.Size/2 {
		return 0, err
	}
	at := deltaPath(path, before.version)
	target, err := a.place(f.Name(), at)
	if err != nil {
		return 0, err
	}
	custom, err := json.Marshal(roster.Step{Base: base, Next: m})
	if err != nil {
		return 0, fmt.Errorf("describe delta: %w", err)
	}
	target.Custom = (*json.RawMessage)(&custom)
	signer.Signed.Targets[at] = target
	return target.Length, nil
}

// sweepDeltas removes the files of deltas that are not published any more.
func (a *Authority) sweepDeltas(signer *targetsMeta, path string) {
	folder := filepath.Dir(a.blob(path, ""))
	files, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, f := range files {
		hash, name, ok := strings.Cut(f.Name(), ".")
		if !ok || len(hash) != 64 {
			continue
		}
		at := filepath.ToSlash(filepath.Dir(filepath.FromSlash(path))) + "/" + name
		if _, isDelta := baseOf(path, at); !isDelta {
			continue
		}
		if t := signer.Signed.Targets[at]; t == nil || hex.EncodeToString(t.Hashes["sha256"]) != hash {
			os.Remove(filepath.Join(folder, f.Name()))
		}
	}
}
