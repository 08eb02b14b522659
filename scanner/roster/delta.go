package roster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/klauspost/compress/zstd"
)

const (
	deltaMagic  = "chotdlt1"
	deltaHeader = len(deltaMagic) + hashSize
)

// Errors of deltas. After each of them the whole list has to be fetched.
var (
	ErrDelta = errors.New("the delta cannot be used")
	ErrBase  = errors.New("the delta is for another list than the one here")
)

// A delta is a body, decoded.
type delta struct {
	removed []uint32
	changed []changedRow
	added   []addedRow

	removedProfiles []uint16
	addedProfiles   [][]byte
}

type changedRow struct {
	rank    uint32
	profile uint16
	tag     tag // XOR the base's
}

type addedRow struct {
	key     listKey
	profile uint16
	tag     tag
}

// A listKey is a row's place: bucket and remainder as one number of up to 69 bits.
type listKey struct{ hi, lo uint64 }

func placeOf(bucket uint32, remainder uint64) listKey {
	return listKey{uint64(bucket) >> (64 - remainderBits), uint64(bucket)<<remainderBits | remainder}
}

func (k listKey) bucket() uint32 { return uint32(k.hi<<(64-remainderBits) | k.lo>>remainderBits) }

func (k listKey) remainder() uint64 { return k.lo & (1<<remainderBits - 1) }

func (k listKey) before(other listKey) bool {
	return k.hi < other.hi || k.hi == other.hi && k.lo < other.lo
}

// less is k-other-1.
func (k listKey) less(other listKey) listKey {
	lo, borrow := bits.Sub64(k.lo, other.lo, 1)
	hi, _ := bits.Sub64(k.hi, other.hi, borrow)
	return listKey{hi, lo}
}

// plus is k+gap+1; ok is false past the largest number.
func (k listKey) plus(gap listKey) (sum listKey, ok bool) {
	lo, carry := bits.Add64(k.lo, gap.lo, 1)
	hi, over := bits.Add64(k.hi, gap.hi, carry)
	return listKey{hi, lo}, over == 0
}

// encode writes d behind its base's root.
func (d *delta) encode(w io.Writer, base [hashSize]byte) error {
	if _, err := w.Write(append([]byte(deltaMagic), base[:]...)); err != nil {
		return fmt.Errorf("write delta: %w", err)
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("write delta: %w", err)
	}
	// A flush ends a block, and with it the statistics of what is alike.
	section := func(b []byte) {
		if err == nil && len(b) > 0 {
			if _, err = z.Write(b); err == nil {
				err = z.Flush()
			}
		}
	}
	var counts []byte
	for _, n := range []int{len(d.removed), len(d.changed), len(d.added), len(d.removedProfiles), len(d.addedProfiles)} {
		counts = binary.BigEndian.AppendUint32(counts, uint32(n))
	}
	section(counts)
	column := func(size, n int, at func(i int) uint64) {
		for plane := size - 1; plane >= 0; plane-- {
			b := make([]byte, n)
			for i := range b {
				b[i] = byte(at(i) >> (8 * plane))
			}
			section(b)
		}
	}
	column(4, len(d.removed), func(i int) uint64 { return uint64(gapOf(d.removed, i)) })
	column(4, len(d.changed), func(i int) uint64 {
		if i == 0 {
			return uint64(d.changed[0].rank)
		}
		return uint64(d.changed[i].rank - d.changed[i-1].rank - 1)
	})
	column(2, len(d.changed), func(i int) uint64 { return uint64(d.changed[i].profile) })
	column(2, len(d.changed), func(i int) uint64 { return uint64(d.changed[i].tag) })
	gap := func(i int) listKey {
		if i == 0 {
			return d.added[0].key
		}
		return d.added[i].key.less(d.added[i-1].key)
	}
	column(1, len(d.added), func(i int) uint64 { return gap(i).hi })
	column(8, len(d.added), func(i int) uint64 { return gap(i).lo })
	column(2, len(d.added), func(i int) uint64 { return uint64(d.added[i].profile) })
	column(2, len(d.added), func(i int) uint64 { return uint64(d.added[i].tag) })
	column(2, len(d.removedProfiles), func(i int) uint64 { return uint64(gapOf(d.removedProfiles, i)) })
	column(2, len(d.addedProfiles), func(i int) uint64 { return uint64(len(d.addedProfiles[i])) })
	for _, p := range d.addedProfiles {
		section(p)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("write delta: %w", err)
	}
	return nil
}

// gapOf is a rising number less the one before and one.
func gapOf[T uint16 | uint32](rising []T, i int) T {
	if i == 0 {
		return rising[0]
	}
	return rising[i] - rising[i-1] - 1
}

// decodeDelta reads a delta for the base; h is the base's header, next the manifest
// of what it is to become.
func decodeDelta(r io.Reader, base Manifest, h header, next Manifest) (*delta, error) {
	var head [deltaHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("%w: it is cut short: fetch it again, or the whole list", ErrDelta)
	}
	if string(head[:len(deltaMagic)]) != deltaMagic {
		return nil, fmt.Errorf("%w: it is no delta, or of a later version than this program: fetch the whole list", ErrDelta)
	}
	if [hashSize]byte(head[len(deltaMagic):]) != base.Root {
		return nil, fmt.Errorf("%w: fetch the whole list", ErrBase)
	}
	// A body is never longer than the list it makes: the columns of a row have at
	// most 13 bytes where the row has 10, but a list has its directory besides.
	limit := next.Size + next.Size/2 + int64(base.Rows)*4
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(16<<20), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDelta, err)
	}
	defer z.Close()
	in := columnReader{r: io.LimitReader(z, limit)}
	d := in.read(h, next)
	// Nothing may follow, which also checks the frame's checksum.
	if n, err := in.r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		in.bad = true
	}
	if in.bad {
		return nil, fmt.Errorf("%w: it is damaged or cut short: fetch it again, or the whole list", ErrDelta)
	}
	return d, nil
}

// columnReader reads a body's columns; once something is wrong it is bad, and
// gives nothing.
type columnReader struct {
	r   io.Reader
	bad bool
}

// take reads n bytes. It asks for memory as the bytes come: a count may lie.
func (c *columnReader) take(n int) []byte {
	if c.bad || n == 0 {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(c.r, int64(n)))
	if err != nil || len(b) != n {
		c.bad = true
		return nil
	}
	return b
}

// column reads n numbers of size bytes, in planes.
func (c *columnReader) column(size, n int, set func(i int, v uint64)) {
	planes := c.take(size * n)
	if c.bad {
		return
	}
	for i := range n {
		v := uint64(0)
		for plane := range size {
			v = v<<8 | uint64(planes[plane*n+i])
		}
		set(i, v)
	}
}

// rising reads n numbers from gaps; each must be below limit.
func (c *columnReader) rising(size, n int, limit uint64, set func(i int, v uint64)) {
	next := uint64(0)
	c.column(size, n, func(i int, gap uint64) {
		v := next + gap
		if v >= limit {
			c.bad = true
		}
		set(i, v)
		next = v + 1
	})
}

func (c *columnReader) read(h header, next Manifest) *delta {
	var counts [5]int
	for i := range counts {
		if b := c.take(4); b != nil {
			n := binary.BigEndian.Uint32(b)
			counts[i], c.bad = int(min(n, MaxRows)), c.bad || n > MaxRows
		}
	}
	rows := int(h.rows)
	kept := rows - counts[0]
	switch {
	case c.bad:
		return nil
	case counts[0] > rows, counts[1] > kept, counts[2] > MaxRows, kept+counts[2] != int(next.Rows),
		counts[3] > int(h.profiles), counts[4] > MaxProfiles, int(h.profiles)-counts[3]+counts[4] > MaxProfiles:
		c.bad = true
		return nil
	}
	d := &delta{}
	c.rising(4, counts[0], uint64(rows), func(i int, v uint64) { d.removed = append(d.removed, uint32(v)) })
	c.rising(4, counts[1], uint64(rows), func(i int, v uint64) { d.changed = append(d.changed, changedRow{rank: uint32(v)}) })
	c.column(2, counts[1], func(i int, v uint64) { d.changed[i].profile = uint16(v) })
	c.column(2, counts[1], func(i int, v uint64) { d.changed[i].tag = tag(v) })
	c.column(1, counts[2], func(i int, v uint64) { d.added = append(d.added, addedRow{key: listKey{hi: v}}) })
	c.column(8, counts[2], func(i int, v uint64) {
		k, ok := listKey{d.added[i].key.hi, v}, true
		if i > 0 {
			k, ok = d.added[i-1].key.plus(k)
		}
		// The bucket has to be one there is: keys have b+48 bits.
		if beyond := k.hi<<(64-remainderBits) | k.lo>>remainderBits; !ok || k.hi>>remainderBits != 0 || beyond>>h.bucketBits != 0 {
			c.bad = true
		}
		d.added[i].key = k
	})
	c.column(2, counts[2], func(i int, v uint64) { d.added[i].profile = uint16(v) })
	c.column(2, counts[2], func(i int, v uint64) { d.added[i].tag = tag(v) })
	c.rising(2, counts[3], uint64(h.profiles), func(i int, v uint64) { d.removedProfiles = append(d.removedProfiles, uint16(v)) })
	sizes := make([]int, 0, min(counts[4], MaxProfiles))
	c.column(2, counts[4], func(i int, v uint64) { sizes = append(sizes, int(v)) })
	for _, size := range sizes {
		if size > maxProfileSize {
			c.bad = true
		}
		d.addedProfiles = append(d.addedProfiles, c.take(size))
	}
	if c.bad {
		return nil
	}
	return d
}
