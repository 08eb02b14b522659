package roster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Diff writes the delta that turns the list at path, which base describes, into the
// list at nextPath, which next describes. No list key is needed. Both must be of one
// key and epoch, and of so similar a length that their rows are divided alike;
// otherwise the error is ErrDelta, and next is published whole.
func Diff(w io.Writer, path string, base Manifest, nextPath string, next Manifest) error {
	old, err := openFrame(path, base)
	if err != nil {
		return err
	}
	defer old.Close()
	fresh, err := openFrame(nextPath, next)
	if err != nil {
		return err
	}
	defer fresh.Close()
	d, err := diff(old, fresh)
	if err == nil {
		err = d.encode(w, base.Root)
	}
	if err != nil {
		return fmt.Errorf("compare list %s versions %d and %d: %w", next.Name, base.Version, next.Version, err)
	}
	return nil
}

// openFrame opens a list for reading it through, without its key.
func openFrame(path string, m Manifest) (*Roster, error) {
	file, err := mapList(path, m)
	if err != nil {
		return nil, err
	}
	file.advise(true)
	r := &Roster{manifest: m, file: file, unmap: file.close}
	r.hashers.New = func() any { return newHasher(nil) }
	if err := r.readFrame(newHasher(nil)); err != nil {
		return nil, fmt.Errorf("open list %s: %w", path, errors.Join(err, file.close()))
	}
	return r, nil
}

func diff(base, next *Roster) (*delta, error) {
	if err := alike(base.header, next.header); err != nil {
		return nil, err
	}
	d := &delta{}
	moved, err := d.diffProfiles(base, next)
	if err != nil {
		return nil, err
	}
	old, fresh := newRowReader(base), newRowReader(next)
	o, more := old.next()
	n, moreNext := fresh.next()
	for more || moreNext {
		switch {
		case more && (!moreNext || o.key.before(n.key)):
			d.removed = append(d.removed, o.rank)
			o, more = old.next()
		case moreNext && (!more || n.key.before(o.key)):
			d.added = append(d.added, addedRow{n.key, n.profile, n.tag})
			n, moreNext = fresh.next()
		default:
			if int(o.profile) >= len(moved) {
				return nil, badList("a row")
			}
			if moved[o.profile] != int(n.profile) || o.tag != n.tag {
				d.changed = append(d.changed, changedRow{o.rank, n.profile, o.tag ^ n.tag})
			}
			o, more = old.next()
			n, moreNext = fresh.next()
		}
	}
	return d, errors.Join(old.err, fresh.err)
}

// alike tells whether one list's rows can be found in the other's.
func alike(base, next header) error {
	switch {
	case base.epoch != next.epoch || base.keyCheck != next.keyCheck:
		return fmt.Errorf("%w: the lists have different keys, so every row differs: publish the list whole", ErrDelta)
	case base.bucketBits != next.bucketBits:
		return fmt.Errorf("%w: the lists' lengths are too different: publish the list whole", ErrDelta)
	}
	return nil
}

// diffProfiles fills in the profiles that go and come, and returns the index in
// next of each of base's, -1 for those that go. Both tables rise.
func (d *delta) diffProfiles(base, next *Roster) (moved []int, err error) {
	was, err := base.profileTexts()
	if err != nil {
		return nil, err
	}
	is, err := next.profileTexts()
	if err != nil {
		return nil, err
	}
	moved = make([]int, len(was))
	i, j := 0, 0
	for i < len(was) || j < len(is) {
		order := 0
		switch {
		case i == len(was):
			order = 1
		case j == len(is):
			order = -1
		default:
			order = bytes.Compare(was[i], is[j])
		}
		switch {
		case order < 0:
			d.removedProfiles = append(d.removedProfiles, uint16(i))
			moved[i] = -1
			i++
		case order > 0:
			d.addedProfiles = append(d.addedProfiles, is[j])
			j++
		default:
			moved[i] = j
			i, j = i+1, j+1
		}
	}
	return moved, nil
}

// profileTexts is the profile table, profile by profile.
func (r *Roster) profileTexts() ([][]byte, error) {
	h := r.hashers.Get().(*hasher)
	defer r.hashers.Put(h)
	table := make([]byte, r.header.profileBytes)
	if err := r.read(h, table, r.header.firstProfilePage()*pageSize); err != nil {
		return nil, err
	}
	texts := make([][]byte, r.header.profiles)
	for i := range texts {
		begin, end := binary.BigEndian.Uint32(table[4*i:]), binary.BigEndian.Uint32(table[4*i+4:])
		if begin > end || int(end) > len(table) {
			return nil, badList("its profile table")
		}
		texts[i] = table[begin:end]
	}
	return texts, nil
}

// A listRow is a row with its place.
type listRow struct {
	rank    uint32
	key     listKey
	profile uint16
	tag     tag
}

// A rowReader reads a list's rows in order, each page once and checked.
type rowReader struct {
	r      *Roster
	h      *hasher
	rank   int
	bucket uint32
	err    error
}

func newRowReader(r *Roster) *rowReader { return &rowReader{r: r, h: r.hashers.New().(*hasher)} }

// next is false after the last row, or when err is set.
func (in *rowReader) next() (listRow, bool) {
	if in.err != nil || in.rank == int(in.r.header.rows) {
		return listRow{}, false
	}
	slot := in.rank % rowsPerPage
	if slot == 0 {
		if in.err = in.r.readPage(in.h, in.r.header.firstRowPage()+in.rank/rowsPerPage); in.err != nil {
			return listRow{}, false
		}
	}
	for uint32(in.rank) >= in.r.directory[in.bucket+1] {
		in.bucket++
	}
	b := in.h.page.bytes()[slot*rowSize:][:rowSize]
	row := listRow{
		rank:    uint32(in.rank),
		key:     placeOf(in.bucket, binary.BigEndian.Uint64(b)>>16),
		profile: binary.BigEndian.Uint16(b[6:]),
		tag:     tag(binary.BigEndian.Uint16(b[8:])),
	}
	in.rank++
	return row, true
}
