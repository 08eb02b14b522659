package roster

import (
	"bufio"
	"encoding/binary"
	"fmt"
)

// begin writes the header and the directory of a list whose buckets hold so many
// rows each.
func begin(out *pageWriter, h header, counts []uint32) {
	out.write(h.append(nil))
	out.pad()
	var number [4]byte
	total := uint32(0)
	for _, n := range counts {
		binary.BigEndian.PutUint32(number[:], total)
		out.write(number[:])
		total += n
	}
	binary.BigEndian.PutUint32(number[:], total)
	out.write(number[:])
	out.pad()
}

// row writes the row of that rank; rows come in their order.
func (p *pageWriter) row(rank int, remainder uint64, profile uint16, t tag) {
	if rank > 0 && rank%rowsPerPage == 0 {
		p.pad()
	}
	var row [rowSize]byte
	binary.BigEndian.PutUint64(row[:], remainder<<16)
	binary.BigEndian.PutUint16(row[6:], profile)
	binary.BigEndian.PutUint16(row[8:], uint16(t))
	p.write(row[:])
}

// end writes the profile table, after the last row.
func end(out *pageWriter, table []byte) {
	out.pad()
	out.write(table)
	out.pad()
}

// A pageWriter writes pages and keeps their hashes. It remembers the first error
// and does nothing after it.
type pageWriter struct {
	w      *bufio.Writer
	page   page
	used   int
	hashes []byte
	err    error
}

func (p *pageWriter) write(b []byte) {
	for len(b) > 0 {
		n := copy(p.page.bytes()[p.used:], b)
		p.used += n
		b = b[n:]
		if p.used == pageSize {
			p.flush()
		}
	}
}

// pad ends the section: fills the page begun, if one is, with zeros.
func (p *pageWriter) pad() {
	if p.used > 0 {
		clear(p.page.bytes()[p.used:])
		p.flush()
	}
}

func (p *pageWriter) flush() {
	leaf := p.page.leaf()
	p.hashes = append(p.hashes, leaf[:]...)
	p.used = 0
	if p.err == nil {
		_, p.err = p.w.Write(p.page.bytes())
	}
}

// finish writes the hashes section.
func (p *pageWriter) finish() error {
	if p.err == nil {
		_, p.err = p.w.Write(p.hashes)
	}
	if p.err == nil {
		p.err = p.w.Flush()
	}
	if p.err != nil {
		return fmt.Errorf("write list: %w", p.err)
	}
	return nil
}
