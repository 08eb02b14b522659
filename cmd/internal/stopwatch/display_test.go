//go:build linux && !android

package stopwatch

import "image"

// admits tells whether most of a screen is green.
func admits(img *image.RGBA) bool {
	n, green := 0, 0
	for y := 20; y < 720; y += 40 {
		for x := 20; x < 1280; x += 40 {
			n++
			if c := img.RGBAAt(x, y); c.G > 60 && c.R < 60 && c.B < 90 {
				green++
			}
		}
	}
	return 2*green > n
}
