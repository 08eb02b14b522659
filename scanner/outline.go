package scanner

import "encoding/binary"

// An Outline is what opening an entry's seal needs of it, read in one pass
// over the bytes and without copying: tracing goes through millions of entries
// and keeps few. It is not a strict reading; ParseEntry is, and whoever acts on
// an entry uses that.
type Outline struct {
	Seq           uint64
	Wall          int64 // milliseconds since 1970-01-01 UTC
	Checkpoint    []byte
	Watch         bool
	Segment       uint64
	Encapsulation []byte // empty but in the entry that opened the segment
	Sealed        []byte

	body   []byte
	sealed int // where key 19 begins
}

// OutlineOf reads an encoded entry; see Entry for the keys. It reports false
// for bytes that are not laid out so, or hold nothing sealed. The outline
// refers to b.
func OutlineOf(b []byte) (Outline, bool) {
	o := Outline{body: b}
	if len(b) == 0 || len(b) > MaxEntry || b[0] < 0xa1 || b[0] > 0xb4 { // RFC 8949 §3.1: a map of 1 to 20 pairs
		return o, false
	}
	rest := b[1:]
	for range int(b[0] - 0xa0) {
		if len(rest) < 2 || rest[0] > 19 {
			return o, false
		}
		key, at := rest[0], len(b)-len(rest)
		kind, n, text, after, ok := item(rest[1:], 2)
		if !ok {
			return o, false
		}
		switch {
		case key == 1 && kind == 0:
			o.Seq = n
		case key == 4 && kind <= 1:
			o.Wall = int64(n)
			if kind == 1 {
				o.Wall = -1 - o.Wall
			}
		case key == 6 && kind == 3:
			o.Checkpoint = text
		case key == 16 && kind == 7:
			o.Watch = n == 21 // RFC 8949 §3.3: true
		case key == 17 && kind == 0:
			o.Segment = n
		case key == 18 && kind == 2:
			o.Encapsulation = text
		case key == 19 && kind == 2:
			o.Sealed, o.sealed = text, at
		}
		rest = after
	}
	// The sealed part is the last: the plain part is what stands before it.
	return o, len(rest) == 0 && o.sealed > 0 && o.sealed+3 <= len(b) && len(o.Sealed) > 0 && &o.Sealed[len(o.Sealed)-1] == &b[len(b)-1]
}

// item reads one CBOR data item of the kinds an entry has: integers, strings,
// booleans, and arrays of them to so many levels.
func item(b []byte, levels int) (kind byte, n uint64, text, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, 0, nil, nil, false
	}
	kind, n = b[0]>>5, uint64(b[0]&31)
	b = b[1:]
	if width := 1 << (n - 24); n >= 24 {
		if n > 27 || len(b) < width {
			return 0, 0, nil, nil, false
		}
		var wide [8]byte
		copy(wide[8-width:], b)
		n, b = binary.BigEndian.Uint64(wide[:]), b[width:]
	}
	switch kind {
	case 0, 1, 7:
		return kind, n, nil, b, true
	case 2, 3:
		if n > uint64(len(b)) {
			return 0, 0, nil, nil, false
		}
		return kind, n, b[:n:n], b[n:], true
	case 4:
		if levels == 0 || n > 16 {
			return 0, 0, nil, nil, false
		}
		for range n {
			if _, _, _, b, ok = item(b, levels-1); !ok {
				return 0, 0, nil, nil, false
			}
		}
		return kind, n, nil, b, true
	}
	return 0, 0, nil, nil, false
}

// AppendPlain appends what the seal is bound to, the same bytes as
// Entry.Plain: the entry with one pair less.
func (o Outline) AppendPlain(dst []byte) []byte {
	dst = append(dst, o.body[0]-1)
	return append(dst, o.body[1:o.sealed]...)
}
