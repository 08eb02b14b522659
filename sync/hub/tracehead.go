package hub

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// traceHeadFile holds, in a hub's folder, the number and the chain of the last
// use of a trace key that this folder saw written down.
//
// The chain in the database shows a use that was changed or taken out, but not
// that the last ones were cut off. The file shows that, to whoever can write
// the database and not this folder: a PostgreSQL server's keeper, or somebody
// with a copy of hub.db. Who can write both is held by what is outside of
// either: each use prints its number and chain to the one who traced, and logs
// them.
const traceHeadFile = "trace.head"

// Trace says its number and chain in this form.
const traceHeadForm = "chot trace %d %x\n"

func (h *Hub) keepTraceHead(t Trace) error {
	path := filepath.Join(h.dir, traceHeadFile)
	temp, err := os.CreateTemp(h.dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone when all went well
	_, err = fmt.Fprintf(temp, traceHeadForm, t.N, t.Chain)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// heldAgainst compares the audit with what this folder knows of it.
func (h *Hub) heldAgainst(all []Trace) error {
	text, err := os.ReadFile(filepath.Join(h.dir, traceHeadFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	var n uint64
	var chain []byte
	if _, err := fmt.Sscanf(string(text), "chot trace %d %x\n", &n, &chain); err != nil || n == 0 {
		return fmt.Errorf("%w cannot be held against %s, which was changed: restore that file from a backup", ErrAudit, traceHeadFile)
	}
	switch {
	case n > uint64(len(all)):
		return fmt.Errorf("%w was cut short: %d uses were written down from this folder's side, the database has %d: keep both as evidence; if the database was restored from a backup, write down that uses %d to %d are lost, and remove %s", ErrAudit, n, len(all), len(all)+1, n, traceHeadFile)
	case !bytes.Equal(all[n-1].Chain[:], chain):
		return fmt.Errorf("%w was written anew: use %d is not the one this folder saw: keep the database as evidence, and restore it from a backup", ErrAudit, n)
	}
	return nil
}
