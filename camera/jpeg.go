package camera

// JPEG marker codes (ITU-T T.81 Table B.1).
const (
	markSOI  = 0xd8
	markEOI  = 0xd9
	markSOS  = 0xda
	markDHT  = 0xc4
	markTEM  = 0x01
	markRST0 = 0xd0
	markRST7 = 0xd7
)

// bare tells whether a marker stands alone, without a length and a body.
func bare(marker byte) bool {
	return marker == markTEM || marker >= markRST0 && marker <= markEOI
}

// withHuffman returns the JPEG j with Huffman tables in it: j itself when it
// defines some before its first scan, else a copy in scratch with the standard
// tables put before the scan. Bytes that are no JPEG come back as they are, for
// the decoder to refuse.
func withHuffman(j, scratch []byte) []byte {
	if len(j) < 2 || j[0] != 0xff || j[1] != markSOI {
		return j
	}
	for i := 2; i+4 <= len(j); {
		if j[i] != 0xff {
			return j
		}
		switch m := j[i+1]; {
		case m == 0xff: // fill byte (T.81 B.1.1.2)
			i++
			continue
		case bare(m):
			i += 2
			continue
		case m == markDHT:
			return j
		case m == markSOS:
			scratch = append(scratch[:0], j[:i]...)
			scratch = append(scratch, huffmanSegment...)
			return append(scratch, j[i:]...)
		}
		i += 2 + (int(j[i+2])<<8 | int(j[i+3]))
	}
	return j
}
