package roster

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Apply writes to w the list that m describes, made from the file at path, which
// is the list that base describes, and a delta. The caller has verified the
// signatures of both manifests. No list key is needed.
//
// Where Apply fails, what it wrote is of no use: the delta is for another base
// (ErrBase), cannot be read (ErrDelta), did not give the list that m names
// (ErrDelta), or the base is damaged (ErrDamaged). The whole list has to be
// fetched then. It writes never more than m.Size bytes.
func Apply(w io.Writer, path string, base Manifest, delta io.Reader, m Manifest) error {
	if err := m.check(); err != nil {
		return fmt.Errorf("apply delta: %w", err)
	}
	r, err := openFrame(path, base)
	if err != nil {
		return fmt.Errorf("apply delta: %w", err)
	}
	if err = errors.Join(r.apply(w, delta, m), r.Close()); err != nil {
		return fmt.Errorf("apply delta to list %s version %d: %w", base.Name, base.Version, err)
	}
	return nil
}

func (r *Roster) apply(w io.Writer, in io.Reader, m Manifest) error {
	d, err := decodeDelta(in, r.manifest, r.header, m)
	if err != nil {
		return err
	}
	texts, moved, err := r.patchProfiles(d)
	if err != nil {
		return err
	}
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	table := profileTable(texts, size)
	next := r.header
	next.rows, next.profiles, next.profileBytes = m.Rows, uint32(len(texts)), uint32(len(table))
	if bucketBitsFor(int(m.Rows)) != next.bucketBits || next.epoch != m.Epoch || next.size() != m.Size {
		return notWhatWasSigned()
	}
	out := pageWriter{w: bufio.NewWriterSize(w, 1<<18)}
	begin(&out, next, r.countRows(d))
	if err := r.patchRows(&out, d, moved, len(texts)); err != nil {
		return err
	}
	end(&out, table)
	if err := out.finish(); err != nil {
		return err
	}
	if merkleRoot(out.hashes) != m.Root {
		return notWhatWasSigned()
	}
	return nil
}

func notWhatWasSigned() error {
	return fmt.Errorf("%w: it does not give the list that was signed: fetch the whole list", ErrDelta)
}

// patchProfiles is the next table's profiles, and the index in it of each of the
// base's, -1 for those that went.
func (r *Roster) patchProfiles(d *delta) (texts []string, moved []int, err error) {
	was, err := r.profileTexts()
	if err != nil {
		return nil, nil, err
	}
	moved = make([]int, len(was))
	removed, added := d.removedProfiles, d.addedProfiles
	for i, text := range was {
		for len(added) > 0 && bytes.Compare(added[0], text) < 0 {
			texts = append(texts, string(added[0]))
			added = added[1:]
		}
		if len(removed) > 0 && int(removed[0]) == i {
			removed = removed[1:]
			moved[i] = -1
			continue
		}
		moved[i] = len(texts)
		texts = append(texts, string(text))
	}
	for _, text := range added {
		texts = append(texts, string(text))
	}
	return texts, moved, nil
}

// countRows is how many rows each bucket of the next list has.
func (r *Roster) countRows(d *delta) []uint32 {
	counts := make([]uint32, len(r.directory)-1)
	for i := range counts {
		counts[i] = r.directory[i+1] - r.directory[i]
	}
	bucket := 0
	for _, rank := range d.removed {
		for rank >= r.directory[bucket+1] {
			bucket++
		}
		counts[bucket]--
	}
	for _, row := range d.added {
		counts[row.key.bucket()]++
	}
	return counts
}

// patchRows merges the base's rows with the delta's.
func (r *Roster) patchRows(out *pageWriter, d *delta, moved []int, profiles int) error {
	removed, changed, added := d.removed, d.changed, d.added
	rank := 0
	write := func(key listKey, profile int, t tag) bool {
		if profile < 0 || profile >= profiles {
			return false
		}
		out.row(rank, key.remainder(), uint16(profile), t)
		rank++
		return true
	}
	in := newRowReader(r)
	for row, more := in.next(); more; row, more = in.next() {
		for len(added) > 0 && added[0].key.before(row.key) {
			if !write(added[0].key, int(added[0].profile), added[0].tag) {
				return notWhatWasSigned()
			}
			added = added[1:]
		}
		if len(removed) > 0 && removed[0] == row.rank {
			removed = removed[1:]
			continue
		}
		if int(row.profile) >= len(moved) {
			return badList("a row")
		}
		profile, t := moved[row.profile], row.tag
		if len(changed) > 0 && changed[0].rank == row.rank {
			profile, t = int(changed[0].profile), t^changed[0].tag
			changed = changed[1:]
		}
		if !write(row.key, profile, t) {
			return notWhatWasSigned()
		}
	}
	if in.err != nil {
		return in.err
	}
	for _, row := range added {
		if !write(row.key, int(row.profile), row.tag) {
			return notWhatWasSigned()
		}
	}
	if len(changed) > 0 { // of a row that is also removed
		return notWhatWasSigned()
	}
	return out.err
}
