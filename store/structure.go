package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
)

// bbolt's file format, version 2, as far as walking it needs. bbolt writes the
// machine's own byte order.
const (
	pageSize   = 4096 // fixed at creation, so a file moves between machines
	pageHeader = 16   // id(8) flags(2) count(2) overflow(4)
	element    = 16   // branch: pos(4) ksize(4) page(8); leaf: flags(4) pos(4) ksize(4) vsize(4)
	metaSize   = 64   // magic(4) version(4) pageSize(4) flags(4) root(8) sequence(8) freelist(8) pages(8) txid(8) checksum(8)

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10
	flagBucket   = 0x01

	boltMagic   = 0xED0CDAED
	boltVersion = 2
	maxDepth    = 24
)

var order = binary.NativeEndian

// checkStructure walks all pages of a bbolt file that a reader or writer could
// reach, with plain reads, and reports the first that cannot be right. bbolt
// itself trusts its pages: a damaged one sends it outside the file, which ends
// the process in a way that cannot be caught in the goroutines it starts.
func checkStructure(r io.ReaderAt, size int64) error {
	w := &walker{r: r}
	m, err := w.meta(size)
	if err != nil {
		return err
	}
	w.pages = m.pages
	w.seen = make([]uint64, (m.pages+63)/64)
	if err := w.freelist(m.freelist); err != nil {
		return err
	}
	return w.tree(m.root, nil, nil, 0)
}

type meta struct{ root, freelist, pages, txid uint64 }

type walker struct {
	r     io.ReaderAt
	pages uint64
	seen  []uint64 // bitmap of the pages that are accounted for
	bufs  [maxDepth + 1][]byte
}

// meta returns the newer valid one of the two meta pages, as bbolt chooses.
func (w *walker) meta(size int64) (meta, error) {
	var best meta
	var found bool
	var page [pageHeader + metaSize]byte
	for i := range int64(2) {
		if _, err := w.r.ReadAt(page[:], i*pageSize); err != nil {
			continue
		}
		b := page[pageHeader:]
		sum := fnv.New64a()
		sum.Write(b[:metaSize-8])
		if order.Uint32(b) != boltMagic || order.Uint32(b[4:]) != boltVersion || order.Uint32(b[8:]) != pageSize || order.Uint64(b[56:]) != sum.Sum64() {
			continue
		}
		m := meta{root: order.Uint64(b[16:]), freelist: order.Uint64(b[32:]), pages: order.Uint64(b[40:]), txid: order.Uint64(b[48:])}
		if !found || m.txid > best.txid {
			best, found = m, true
		}
	}
	switch {
	case size == 0:
		return meta{}, fmt.Errorf("%w: it is empty", ErrDamaged)
	case !found:
		return meta{}, fmt.Errorf("%w: it does not begin as a journal does", ErrDamaged)
	case best.pages < 4 || best.pages > uint64(size)/pageSize:
		return meta{}, fmt.Errorf("%w: %d of its %d pages are there", ErrDamaged, size/pageSize, best.pages)
	}
	return best, nil
}

func damagedPage(id uint64, what string) error {
	return fmt.Errorf("%w: page %d %s", ErrDamaged, id, what)
}

// claim marks a page; no page may serve twice.
func (w *walker) claim(id uint64) error {
	if id < 2 || id >= w.pages {
		return damagedPage(id, "is outside the file")
	}
	if w.seen[id/64]&(1<<(id%64)) != 0 {
		return damagedPage(id, "is used twice")
	}
	w.seen[id/64] |= 1 << (id % 64)
	return nil
}

// page reads a page with its overflow into the buffer of this depth.
func (w *walker) page(id uint64, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, damagedPage(id, "lies too deep")
	}
	if err := w.claim(id); err != nil {
		return nil, err
	}
	if w.bufs[depth] == nil {
		w.bufs[depth] = make([]byte, pageSize)
	}
	b := w.bufs[depth][:pageSize]
	if _, err := w.r.ReadAt(b, int64(id)*pageSize); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	if order.Uint64(b) != id {
		return nil, damagedPage(id, "has another page's number")
	}
	overflow := uint64(order.Uint32(b[12:]))
	if overflow == 0 {
		return b, nil
	}
	if overflow >= w.pages-id {
		return nil, damagedPage(id, "reaches outside the file")
	}
	for i := range overflow {
		if err := w.claim(id + 1 + i); err != nil {
			return nil, err
		}
	}
	b = append(b, make([]byte, overflow*pageSize)...)
	w.bufs[depth] = b[:pageSize]
	if _, err := w.r.ReadAt(b[pageSize:], int64(id+1)*pageSize); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	return b, nil
}

func (w *walker) freelist(id uint64) error {
	b, err := w.page(id, 0)
	if err != nil {
		return err
	}
	if order.Uint16(b[8:]) != flagFreelist {
		return damagedPage(id, "should list the free pages")
	}
	n, at := uint64(order.Uint16(b[10:])), pageHeader
	if n == 0xFFFF { // the true count is the first element
		n, at = order.Uint64(b[at:]), at+8
	}
	if n > uint64(len(b)-at)/8 {
		return damagedPage(id, "lists more free pages than fit")
	}
	for i := range n {
		if err := w.claim(order.Uint64(b[at+int(i)*8:])); err != nil {
			return err
		}
	}
	return nil
}

// tree checks the pages of one bucket; all keys must lie in [from, to).
func (w *walker) tree(id uint64, from, to []byte, depth int) error {
	b, err := w.page(id, depth)
	if err != nil {
		return err
	}
	switch order.Uint16(b[8:]) {
	case flagLeaf:
		return w.leaf(id, b, from, to, depth)
	case flagBranch:
		return w.branch(id, b, from, to, depth)
	}
	return damagedPage(id, "is of no known kind")
}

// slice returns b[at:at+n], or nil if that is outside.
func slice(b []byte, at, n uint64) []byte {
	if at > uint64(len(b)) || n > uint64(len(b))-at {
		return nil
	}
	return b[at : at+n : at+n]
}

func (w *walker) branch(id uint64, b []byte, from, to []byte, depth int) error {
	n := uint64(order.Uint16(b[10:]))
	if n == 0 || pageHeader+n*element > uint64(len(b)) {
		return damagedPage(id, "has a wrong number of branches")
	}
	key := func(i uint64) []byte {
		at := pageHeader + i*element
		return slice(b, at+uint64(order.Uint32(b[at:])), uint64(order.Uint32(b[at+4:])))
	}
	for i := range n {
		if key(i) == nil || i > 0 && bytes.Compare(key(i-1), key(i)) >= 0 {
			return damagedPage(id, "has its branches out of order")
		}
	}
	for i := range n {
		low, high := from, to
		if i > 0 {
			low = key(i)
		}
		if i+1 < n {
			high = key(i + 1)
		}
		if err := w.tree(order.Uint64(b[pageHeader+i*element+8:]), low, high, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) leaf(id uint64, b []byte, from, to []byte, depth int) error {
	n := uint64(order.Uint16(b[10:]))
	if pageHeader+n*element > uint64(len(b)) {
		return damagedPage(id, "has a wrong number of entries")
	}
	var last []byte
	for i := range n {
		at := pageHeader + i*element
		e := b[at:]
		flags, pos, ksize, vsize := order.Uint32(e), uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
		key, value := slice(b, at+pos, ksize), slice(b, at+pos+ksize, vsize)
		if key == nil || value == nil || flags&^flagBucket != 0 || ksize == 0 {
			return damagedPage(id, "has an entry outside itself")
		}
		if i > 0 && bytes.Compare(last, key) >= 0 || from != nil && bytes.Compare(key, from) < 0 || to != nil && bytes.Compare(key, to) >= 0 {
			return damagedPage(id, "has its entries out of order")
		}
		last = key
		if flags == flagBucket {
			if err := w.bucket(id, value, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// bucket checks a bucket's header, root(8) sequence(8), and its tree, which is
// either a page of its own or, when small, a leaf inside the value.
func (w *walker) bucket(id uint64, value []byte, depth int) error {
	if len(value) < 16 {
		return damagedPage(id, "has a bucket cut short")
	}
	if root := order.Uint64(value); root != 0 {
		return w.tree(root, nil, nil, depth+1)
	}
	inline := value[16:]
	if len(inline) < pageHeader || order.Uint16(inline[8:]) != flagLeaf || depth >= maxDepth {
		return damagedPage(id, "has a bucket of no known kind")
	}
	return w.leaf(id, inline, nil, nil, depth+1)
}
