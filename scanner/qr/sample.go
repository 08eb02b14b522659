package qr

import (
	"math"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
	"github.com/makiuchi-d/gozxing/common/reedsolomon"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// read samples the grid a triple spans and decodes it. ok is false where there
// is no grid at all; otherwise found tells what was read or why not.
func (s *scanner) read(t triple, thorough bool) (f found, ok bool) {
	info := detector.NewFinderPatternInfo(t.bottomLeft, t.topLeft, t.topRight)
	result, err := detector.NewDetector(s.bits.matrix).ProcessFinderPatternInfo(info)
	if err != nil {
		// No estimate of the size, or a false alignment pattern that bends the
		// grid out of the picture: go by the finder patterns alone.
		f, ok = s.readAs(t, t.dimension(), nil)
	} else {
		grid := result.GetBits()
		var alignment *detector.AlignmentPattern
		if points := result.GetPoints(); len(points) > 3 {
			alignment, _ = points[3].(*detector.AlignmentPattern)
		}
		f, ok = s.decode(grid, t.transform(alignment, grid.GetWidth())), true
		if f.err != nil && thorough && alignment != nil {
			if g, good := s.readAs(t, grid.GetWidth(), nil); good && g.err == nil {
				return g, true
			}
		}
	}
	if ok && f.err == nil || !thorough || f.err != nil && f.err != ErrFormat {
		return f, ok
	}
	// The size is the shakiest estimate: the next ones may fit.
	dimension := t.dimension()
	if ok {
		dimension = 17 + 4*f.version
	}
	for _, next := range [...]int{dimension + 4, dimension - 4} {
		if next < 21 || next > 177 {
			continue
		}
		if g, good := s.readAs(t, next, s.align(t, next)); good && g.err == nil {
			return g, true
		}
	}
	return f, ok
}

// readAs reads a triple as a symbol of a given size.
func (s *scanner) readAs(t triple, dimension int, alignment *detector.AlignmentPattern) (found, bool) {
	transform := t.transform(alignment, dimension)
	grid, err := detector.Detector_sampleGrid(s.bits.matrix, transform, dimension)
	if err != nil {
		return found{}, false
	}
	return s.decode(grid, transform), true
}

// align looks for the alignment pattern nearest the corner without a finder
// (ISO/IEC 18004 §6.3.6).
func (s *scanner) align(t triple, dimension int) *detector.AlignmentPattern {
	if dimension < 25 {
		return nil
	}
	module := (distance(t.topLeft, t.topRight) + distance(t.topLeft, t.bottomLeft)) / 2 / float64(dimension-7)
	k := 1 - 3/float64(dimension-7)
	x := t.topLeft.GetX() + k*(t.topRight.GetX()+t.bottomLeft.GetX()-2*t.topLeft.GetX())
	y := t.topLeft.GetY() + k*(t.topRight.GetY()+t.bottomLeft.GetY()-2*t.topLeft.GetY())
	for reach := 4.0; reach <= 16; reach *= 2 {
		left, top := max(0, int(x-reach*module)), max(0, int(y-reach*module))
		right := min(s.bits.width-1, int(x+reach*module))
		bottom := min(s.bits.height-1, int(y+reach*module))
		if float64(right-left) < 3*module || float64(bottom-top) < 3*module {
			continue
		}
		a, err := detector.NewAlignmentPatternFinder(s.bits.matrix, left, top, right-left, bottom-top, module, nil).Find()
		if err == nil {
			return a
		}
	}
	return nil
}

func (t triple) transform(alignment *detector.AlignmentPattern, dimension int) *common.PerspectiveTransform {
	return detector.Detector_createTransform(t.topLeft, t.topRight, t.bottomLeft, alignment, dimension)
}

// dimension estimates the modules a side from the finder patterns' own sizes.
func (t triple) dimension() int {
	module := (t.topLeft.GetEstimatedModuleSize() + t.topRight.GetEstimatedModuleSize() + t.bottomLeft.GetEstimatedModuleSize()) / 3
	between := (distance(t.topLeft, t.topRight) + distance(t.topLeft, t.bottomLeft)) / 2 / module
	version := int(math.Round((between + 7 - 17) / 4))
	return 17 + 4*min(max(version, 1), 40)
}

// guess is where a triple's symbol would lie, before its size is known.
func (t triple) guess(scale float64) found {
	f := found{corners: outline(t.transform(nil, t.dimension()), t.dimension()), finders: t.finders(scale)}
	for i := range f.corners {
		f.corners[i][0] *= scale
		f.corners[i][1] *= scale
	}
	return f
}

func (t triple) finders(scale float64) [3][2]float64 {
	return [3][2]float64{
		{t.topLeft.GetX() * scale, t.topLeft.GetY() * scale},
		{t.topRight.GetX() * scale, t.topRight.GetY() * scale},
		{t.bottomLeft.GetX() * scale, t.bottomLeft.GetY() * scale},
	}
}

// outline is where the outer corners of a grid lie: 3.5 modules beyond the
// finder patterns' centres.
func outline(transform *common.PerspectiveTransform, dimension int) (c [4][2]float64) {
	n := float64(dimension)
	points := []float64{0, 0, n, 0, n, n, 0, n}
	transform.TransformPoints(points)
	for i := range c {
		c[i] = [2]float64{points[2*i], points[2*i+1]}
	}
	return c
}

// decode reads a grid of modules, as printed or else as in a mirror
// (ISO/IEC 18004 §6.2).
func (s *scanner) decode(grid *gozxing.BitMatrix, transform *common.PerspectiveTransform) found {
	f := found{
		corners: outline(transform, grid.GetWidth()),
		version: (grid.GetWidth() - 17) / 4,
	}
	parser, err := decoder.NewBitMatrixParser(grid)
	if err != nil {
		f.err = ErrFormat
		return f
	}
	f.message, f.ecc, f.err = s.message(parser)
	if f.err == nil {
		return f
	}
	parser.Remask()
	parser.SetMirror(true)
	if _, err := parser.ReadVersion(); err != nil {
		return f
	}
	if _, err := parser.ReadFormatInformation(); err != nil {
		return f
	}
	parser.Mirror()
	if m, ecc, err := s.message(parser); err == nil {
		f.message, f.ecc, f.err, f.mirrored = m, ecc, nil, true
		f.corners[1], f.corners[3] = f.corners[3], f.corners[1]
	}
	return f
}

// message reads the codewords of a grid, corrects them (ISO/IEC 18004 §7.5)
// and parses the bit stream they hold.
func (s *scanner) message(parser *decoder.BitMatrixParser) (message, string, error) {
	version, err := parser.ReadVersion()
	if err != nil || version == nil {
		return message{}, "", ErrFormat
	}
	format, err := parser.ReadFormatInformation()
	if err != nil {
		return message{}, "", ErrFormat
	}
	level := format.GetErrorCorrectionLevel()
	codewords, err := parser.ReadCodewords()
	if err != nil {
		return message{}, level.String(), ErrFormat
	}
	blocks, err := decoder.DataBlock_GetDataBlocks(codewords, version, level)
	if err != nil {
		return message{}, level.String(), ErrFormat
	}
	if s.solomon == nil {
		s.solomon = reedsolomon.NewReedSolomonDecoder(reedsolomon.GenericGF_QR_CODE_FIELD_256)
	}
	var stream []byte
	for _, b := range blocks {
		words, count := b.GetCodewords(), b.GetNumDataCodewords()
		received := make([]int, len(words))
		for i, w := range words {
			received[i] = int(w)
		}
		if s.solomon.Decode(received, len(words)-count) != nil {
			return message{}, level.String(), ErrDamaged
		}
		corrected := 0
		for i, w := range words {
			if received[i] != int(w) {
				corrected++
			}
		}
		if corrected > (len(words)-count-reserved(version.GetVersionNumber(), level.String()))/2 {
			return message{}, level.String(), ErrDamaged
		}
		for _, w := range received[:count] {
			stream = append(stream, byte(w))
		}
	}
	m, err := parseStream(stream, version.GetVersionNumber())
	if err != nil {
		return message{}, level.String(), err
	}
	return m, level.String(), nil
}

// reserved is p of ISO/IEC 18004 table 9: codewords of the smallest symbols
// that protect against misdecoding instead of correcting.
func reserved(version int, ecc string) int {
	switch {
	case version == 1 && ecc == "L":
		return 3
	case version == 1 && ecc == "M", version == 2 && ecc == "L":
		return 2
	case version == 1, version == 3 && ecc == "L":
		return 1
	}
	return 0
}
