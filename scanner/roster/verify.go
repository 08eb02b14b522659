package roster

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Verify checks the whole file: every page against the root, and that rows and
// profiles are as Build writes them. Use it once after a download, before the
// list is installed: it reads and hashes all of it.
func (r *Roster) Verify() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.unmap == nil {
		return fmt.Errorf("verify list: %w", ErrClosed)
	}
	h := r.hashers.Get().(*hasher)
	defer r.hashers.Put(h)
	used := make([]bool, r.header.profiles)
	if err := r.verifyRows(h, used); err != nil {
		return fmt.Errorf("verify list %s: %w", r.manifest.Name, err)
	}
	if err := r.verifyProfiles(h, used); err != nil {
		return fmt.Errorf("verify list %s: %w", r.manifest.Name, err)
	}
	return nil
}

func (r *Roster) verifyRows(h *hasher, used []bool) error {
	bucket, before := 0, uint64(0)
	for rank := 0; rank < int(r.header.rows); {
		if err := r.readPage(h, r.header.firstRowPage()+rank/rowsPerPage); err != nil {
			return err
		}
		b := h.page.bytes()
		for ; len(b) >= rowSize && rank < int(r.header.rows); rank++ {
			fresh := rank == 0 // first of its bucket
			for rank >= int(r.directory[bucket+1]) {
				bucket, fresh = bucket+1, true
			}
			remainder := remainderAt(b, 0)
			if !fresh && remainder <= before {
				return badList("the order of its rows")
			}
			before = remainder
			profile := int(binary.BigEndian.Uint16(b[6:]))
			if profile >= len(used) {
				return badList("a row")
			}
			used[profile] = true
			b = b[rowSize:]
		}
		if !allZero(b) {
			return badList("the padding of its rows")
		}
	}
	return nil
}

func (r *Roster) verifyProfiles(h *hasher, used []bool) error {
	expected := uint32(4 * (r.header.profiles + 1))
	var before []byte
	table := r.header.firstProfilePage() * pageSize
	for i := range used {
		var offset [4]byte
		if err := r.read(h, offset[:], table+4*i); err != nil {
			return err
		}
		b, err := r.profileBytes(h, i)
		if err != nil {
			return err
		}
		if _, err := decodeProfile(b); err != nil || !used[i] || binary.BigEndian.Uint32(offset[:]) != expected ||
			i > 0 && bytes.Compare(before, b) >= 0 {
			return badList("its profile table")
		}
		expected += uint32(len(b))
		before = b
	}
	var last [4]byte
	if err := r.read(h, last[:], table+4*len(used)); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(last[:]) != expected || expected != r.header.profileBytes {
		return badList("its profile table")
	}
	padding := make([]byte, r.header.pages()*pageSize-table-int(expected))
	if err := r.read(h, padding, table+int(expected)); err != nil {
		return err
	}
	if !allZero(padding) {
		return badList("the padding of its profiles")
	}
	return nil
}
