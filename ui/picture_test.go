package ui

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"slices"
)

// The golden pictures are kept at half their size in 256 colours, which is
// enough to see every word by eye and a fifteenth of the bytes.

// halved is a picture at half its size, four pixels to one.
func halved(img *image.RGBA) *image.RGBA {
	w, h := img.Rect.Dx()/2, img.Rect.Dy()/2
	half := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		a, b := img.Pix[2*y*img.Stride:], img.Pix[(2*y+1)*img.Stride:]
		out := half.Pix[y*half.Stride:]
		for i := range 4 * w {
			j := i/4*8 + i%4
			out[i] = uint8((int(a[j]) + int(a[j+4]) + int(b[j]) + int(b[j+4]) + 2) / 4)
		}
	}
	return half
}

// indexed is a picture in the 256 colours there are most of; the others become
// the nearest of them.
func indexed(img *image.RGBA) *image.Paletted {
	count := map[color.RGBA]int{}
	at := func(i int) color.RGBA { return color.RGBA{img.Pix[i], img.Pix[i+1], img.Pix[i+2], 0xFF} }
	for i := 0; i < len(img.Pix); i += 4 {
		count[at(i)]++
	}
	all := slices.Collect(maps.Keys(count))
	value := func(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
	slices.SortFunc(all, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(value(a), value(b)))
	})
	var palette color.Palette
	near := map[color.RGBA]uint8{}
	for i, c := range all {
		if i < 256 {
			palette, near[c] = append(palette, c), uint8(i)
		} else {
			near[c] = uint8(palette.Index(c))
		}
	}
	out := image.NewPaletted(img.Rect, palette)
	for i := range out.Pix {
		out.Pix[i] = near[at(4*i)]
	}
	return out
}

func readPNG(path string) (*image.RGBA, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		return nil, err
	}
	rgba := image.NewRGBA(img.Bounds())
	draw.Draw(rgba, rgba.Rect, img, img.Bounds().Min, draw.Src)
	return rgba, nil
}

func writePNG(path string, img *image.RGBA) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(f, indexed(img)); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
