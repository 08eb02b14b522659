package qr

import "github.com/makiuchi-d/gozxing/qrcode/decoder"

// What stands at a module of a symbol (ISO/IEC 18004 §6.3).
const (
	kindContent = iota // data or error correction
	kindDark           // a function pattern's dark module
	kindLight          // a function pattern's light module, separators included
	kindInfo           // format or version information
)

// layout is where a version keeps its modules.
type layout struct {
	version, side int
	kind          []uint8 // side*side, row by row
	order         []int32 // modules of the codewords' bits, highest bit first
	centres       []int   // rows and columns of alignment patterns' centres
	blocks        [4]split
}

// split says how one error correction level divides a version's codewords
// (ISO/IEC 18004 table 9). Long blocks hold one data codeword more.
type split struct {
	short, long int // blocks
	words       int // data codewords of a short block
	check       int // error correction codewords of each block
}

// levels are the error correction levels in the order of their two bits
// (ISO/IEC 18004 table 12).
var levels = [4]string{"M", "L", "H", "Q"}

var levelOf = [4]decoder.ErrorCorrectionLevel{
	decoder.ErrorCorrectionLevel_M, decoder.ErrorCorrectionLevel_L,
	decoder.ErrorCorrectionLevel_H, decoder.ErrorCorrectionLevel_Q,
}

func newLayout(version int) *layout {
	v, err := decoder.Version_GetVersionForNumber(version)
	if err != nil {
		return nil
	}
	n := v.GetDimensionForVersion()
	l := &layout{version: version, side: n, kind: make([]uint8, n*n), centres: v.GetAlignmentPatternCenters()}
	for i, level := range levelOf {
		b := v.GetECBlocksForLevel(level)
		s := split{check: b.GetECCodewordsPerBlock()}
		for k, e := range b.GetECBlocks() {
			if k == 0 {
				s.short, s.words = e.GetCount(), e.GetDataCodewords()
			} else {
				s.long = e.GetCount()
			}
		}
		l.blocks[i] = s
	}
	l.functions()
	l.order = make([]int32, 0, 8*v.GetTotalCodewords())
	up := true
	for right := n - 1; right > 0; right -= 2 {
		if right == 6 {
			right-- // the vertical timing pattern has its column alone
		}
		for i := range n {
			y := i
			if up {
				y = n - 1 - i
			}
			for x := right; x > right-2; x-- {
				if l.kind[y*n+x] == kindContent && len(l.order) < cap(l.order) {
					l.order = append(l.order, int32(y*n+x))
				}
			}
		}
		up = !up
	}
	return l
}

func (l *layout) functions() {
	n := l.side
	put := func(x, y int, dark bool) {
		if x < 0 || y < 0 || x >= n || y >= n {
			return
		}
		l.kind[y*n+x] = kindLight
		if dark {
			l.kind[y*n+x] = kindDark
		}
	}
	rings := func(cx, cy, reach int, light ...int) {
		for y := -reach; y <= reach; y++ {
			for x := -reach; x <= reach; x++ {
				ring := max(max(x, -x), max(y, -y))
				dark := true
				for _, r := range light {
					dark = dark && ring != r
				}
				put(cx+x, cy+y, dark)
			}
		}
	}
	for i := range n {
		put(i, 6, i&1 == 0)
		put(6, i, i&1 == 0)
	}
	for _, y := range l.centres {
		for _, x := range l.centres {
			if x == 6 && y == 6 || x == 6 && y == n-7 || x == n-7 && y == 6 {
				continue
			}
			rings(x, y, 2, 1)
		}
	}
	rings(3, 3, 4, 2, 4)
	rings(n-4, 3, 4, 2, 4)
	rings(3, n-4, 4, 2, 4)
	for i := range 15 {
		for _, p := range formatPlaces(i, n) {
			l.kind[p[1]*n+p[0]] = kindInfo
		}
	}
	put(8, n-8, true)
	if l.version >= 7 {
		for i := range 18 {
			a, b := n-11+i%3, i/3
			l.kind[a*n+b], l.kind[b*n+a] = kindInfo, kindInfo
		}
	}
}

// formatPlaces is where bit i of the format information stands, twice
// (ISO/IEC 18004 §7.9.1); bit 0 is the lowest.
func formatPlaces(i, n int) [2][2]int {
	var a [2]int
	switch {
	case i < 6:
		a = [2]int{8, i}
	case i < 8:
		a = [2]int{8, i + 1}
	case i == 8:
		a = [2]int{7, 8}
	default:
		a = [2]int{14 - i, 8}
	}
	if i < 8 {
		return [2][2]int{a, {n - 1 - i, 8}}
	}
	return [2][2]int{a, {8, n - 15 + i}}
}

// masked reports whether a mask pattern inverts a module (ISO/IEC 18004 table 10).
func masked(mask, x, y int) bool {
	switch mask {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (y/2+x/3)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}
