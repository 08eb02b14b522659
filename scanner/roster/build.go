package roster

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"
)

// Errors of building.
var (
	ErrDuplicate = errors.New("two rows name the same subject and differ")
	ErrCollision = errors.New("two subjects have the same key")
	ErrLimit     = errors.New("the list is too large")
)

// Build writes the list of the rows to w and returns its manifest: m, which names
// the list, completed with rows, size and root. The key has KeySize bytes.
//
// Rows come in any order. A row that repeats another exactly counts once; one that
// names the same subject and says something else is ErrDuplicate. Build holds 16
// bytes for each row in memory. The first error that rows yields ends it.
func Build(w io.Writer, m Manifest, key []byte, rows iter.Seq2[Row, error]) (Manifest, error) {
	m.Issued = m.Issued.UTC().Truncate(time.Second)
	if err := m.checkIdentity(); err != nil {
		return Manifest{}, fmt.Errorf("build list: %w", err)
	}
	if err := checkKeySize(key); err != nil {
		return Manifest{}, fmt.Errorf("build list: %w", err)
	}
	b := builder{hasher: newHasher(key), profileIDs: make(map[string]uint16)}
	number := 0
	for row, err := range rows {
		if err != nil {
			return Manifest{}, fmt.Errorf("build list: %w", err)
		}
		number++
		if err := b.add(row, number); err != nil {
			return Manifest{}, fmt.Errorf("build list: %s: %w", b.place(originOf(row, number)), err)
		}
	}
	if err := b.sort(); err != nil {
		return Manifest{}, fmt.Errorf("build list %s: %w", m.Name, err)
	}
	out := pageWriter{w: bufio.NewWriterSize(w, 1<<18)}
	h, err := b.write(&out, m.Epoch)
	if err != nil {
		return Manifest{}, fmt.Errorf("build list %s: %w", m.Name, err)
	}
	m.Rows, m.Size, m.Root = h.rows, h.size(), merkleRoot(out.hashes)
	return m, nil
}

// BuildMemory is about how much memory, in bytes, building a list of so many rows
// takes: 16 bytes a row, as much again while they are gathered, and the rest of the
// program.
func BuildMemory(rows int) int64 { return 64<<20 + 34*int64(rows) }

// A record is a row while it is sorted: 69 bits of key, where it came from,
// profile, tag.
//
//	rest: 5 bits of key, 27 of origin, 16 of profile, 16 of tag
type record struct{ key, rest uint64 }

const (
	originBits = 27 // more than MaxRows, and room for a file's other lines
	originMask = 1<<originBits - 1
)

func (r record) rowKey() rowKey  { return rowKey{r.key, r.rest >> 59 << 59} }
func (r record) origin() int     { return int(r.rest >> 32 & originMask) }
func (r record) profile() uint16 { return uint16(r.rest >> 16) }
func (r record) tag() uint16     { return uint16(r.rest) }

// A builder gathers records in 256 shards by the key's first byte: appending
// copies a shard at most, and sorting stays in cache.
type builder struct {
	hasher     *hasher
	shards     [256][]record
	rows       int
	lines      bool // origins are lines, not positions
	profileIDs map[string]uint16
	encoded    []byte
}

// originOf is where a row came from: its line, or its position.
func originOf(row Row, number int) int {
	if row.Line > 0 {
		return row.Line
	}
	return number
}

func (b *builder) place(origin int) string {
	if b.lines {
		return fmt.Sprintf("line %d", origin)
	}
	return fmt.Sprintf("row %d", origin)
}

func (b *builder) add(row Row, number int) error {
	b.lines = row.Line > 0
	if err := row.check(); err != nil {
		return err
	}
	// Not above MaxRows even while repeats are among them: the clear refusal has
	// to come before the memory is gone.
	if b.rows++; b.rows > MaxRows {
		return fmt.Errorf("%w: more than %d rows (and building needs 16 bytes of memory for each): split it by area", ErrLimit, MaxRows)
	}
	var err error
	if b.encoded, err = appendProfile(b.encoded[:0], row.Profile); err != nil {
		return err
	}
	id, ok := b.profileIDs[string(b.encoded)]
	if !ok {
		if len(b.profileIDs) == MaxProfiles {
			return fmt.Errorf("%w: more than %d different profiles (status, window, purposes, zones, hours, message): let rows share them", ErrLimit, MaxProfiles)
		}
		id = uint16(len(b.profileIDs))
		b.profileIDs[string(b.encoded)] = id
	}
	key := b.hasher.key(row.Subject)
	t := b.hasher.tag(row.Subject, row.Name, row.Birth)
	origin := uint64(min(originOf(row, number), originMask))
	shard := &b.shards[key.hi>>56]
	*shard = append(*shard, record{key.hi, key.lo>>59<<59 | origin<<32 | uint64(id)<<16 | uint64(t)})
	return nil
}

// sort orders the records by key, drops repeats and refuses contradictions.
func (b *builder) sort() error {
	total := 0
	for i, shard := range b.shards {
		slices.SortFunc(shard, func(a, b record) int {
			return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.rest, b.rest))
		})
		kept := shard[:0]
		for _, r := range shard {
			if len(kept) > 0 && kept[len(kept)-1].rowKey() == r.rowKey() {
				first := kept[len(kept)-1]
				if first.profile() != r.profile() || first.tag() != r.tag() {
					return fmt.Errorf("%w: %s and %s: keep the one that is right (should their numbers differ after all, build under a new epoch with a new list key)",
						ErrDuplicate, b.place(first.origin()), b.place(r.origin()))
				}
				continue
			}
			kept = append(kept, r)
		}
		b.shards[i] = kept
		total += len(kept)
	}
	b.rows = total
	bucketBits := bucketBitsFor(total)
	var before record
	for i, r := range b.all() {
		if i > 0 {
			bucket, remainder := r.rowKey().split(bucketBits)
			if bucketBefore, remainderBefore := before.rowKey().split(bucketBits); bucket == bucketBefore && remainder == remainderBefore {
				return fmt.Errorf("%w by chance: %s and %s: build the list under a new epoch with a new list key",
					ErrCollision, b.place(before.origin()), b.place(r.origin()))
			}
		}
		before = r
	}
	return nil
}

// all is every record with its rank.
func (b *builder) all() iter.Seq2[int, record] {
	return func(yield func(int, record) bool) {
		rank := 0
		for _, shard := range b.shards {
			for _, r := range shard {
				if !yield(rank, r) {
					return
				}
				rank++
			}
		}
	}
}

// write writes the sorted list.
func (b *builder) write(out *pageWriter, epoch uint32) (header, error) {
	table, rankOf := b.profileTable()
	h := header{
		bucketBits: bucketBitsFor(b.rows), epoch: epoch, rows: uint32(b.rows),
		profiles: uint32(len(b.profileIDs)), profileBytes: uint32(len(table)), keyCheck: b.hasher.keyCheck(),
	}
	counts := make([]uint32, 1<<h.bucketBits)
	for _, r := range b.all() {
		bucket, _ := r.rowKey().split(h.bucketBits)
		counts[bucket]++
	}
	begin(out, h, counts)
	for rank, r := range b.all() {
		_, remainder := r.rowKey().split(h.bucketBits)
		out.row(rank, remainder, rankOf[r.profile()], tag(r.tag()))
	}
	end(out, table)
	return h, out.finish()
}

// profileTable is the profiles section, and the index in it of each profile id:
// ids are given in the order of rows, indexes are not.
func (b *builder) profileTable() (table []byte, rankOf []uint16) {
	texts := make([]string, 0, len(b.profileIDs))
	size := 0
	for text := range b.profileIDs {
		texts = append(texts, text)
		size += len(text)
	}
	slices.Sort(texts)
	rankOf = make([]uint16, len(texts))
	for rank, text := range texts {
		rankOf[b.profileIDs[text]] = uint16(rank)
	}
	return profileTable(texts, size), rankOf
}

// profileTable is the section of profiles in their order, of size bytes together.
func profileTable(texts []string, size int) []byte {
	offset := 4 * (len(texts) + 1)
	table := make([]byte, 0, offset+size)
	for _, text := range texts {
		table = binary.BigEndian.AppendUint32(table, uint32(offset))
		offset += len(text)
	}
	table = binary.BigEndian.AppendUint32(table, uint32(offset))
	for _, text := range texts {
		table = append(table, text...)
	}
	return table
}
