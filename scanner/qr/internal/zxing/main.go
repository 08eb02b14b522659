//go:build zxing && cgo

package main

// #cgo CXXFLAGS: -std=c++17 -O2 -DZX_USE_UTF8
// #cgo pkg-config: zxing
// #include "peer.h"
import "C"

import (
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // the formats that pictures come in
	_ "image/png"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"chot/scanner/qr"
)

// rounds is how often each engine reads a picture; the best time counts,
// because others use the machine.
const rounds = 15

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "name pictures")
		os.Exit(2)
	}
	if os.Args[1] == "-rates" && len(os.Args) == 3 {
		rates(os.Args[2])
		return
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "picture\tzxing-cpp ms\tread\tharder ms\tread\tchot first ms\tread\tchot still ms\tread\t")
	for _, path := range os.Args[1:] {
		g, err := luminance(path)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			os.Exit(1)
		}
		d := qr.NewDecoder()
		fmt.Fprintf(table, "%s\t", filepath.Base(path))
		for _, engine := range []func() int{
			func() int { return peer(g, false) },
			func() int { return peer(g, true) },
			func() int { return count(d.Decode(g, 1)) },
			func() int { return count(d.Decode(g, 0)) },
		} {
			best, n := time.Hour, engine()
			for range rounds {
				start := time.Now()
				n = engine()
				best = min(best, time.Since(start))
			}
			fmt.Fprintf(table, "%.2f\t%d\t", float64(best.Microseconds())/1000, n)
		}
		fmt.Fprintln(table)
	}
	table.Flush()
}

// rates prints how many pictures of each folder in dir either engine reads as
// stills. Each is of one symbol, and what it says is not looked at.
func rates(dir string) {
	folders, err := os.ReadDir(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "row\tframes\tzxing-cpp\tchot\t")
	for _, folder := range folders {
		pictures, err := filepath.Glob(filepath.Join(dir, folder.Name(), "*.png"))
		if err != nil || len(pictures) == 0 {
			continue
		}
		var theirs, ours int
		d := qr.NewDecoder()
		for _, path := range pictures {
			g, err := luminance(path)
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
				os.Exit(1)
			}
			theirs += min(peer(g, true), 1)
			ours += min(count(d.Decode(g, 0)), 1)
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t\n", folder.Name(), len(pictures), theirs, ours)
	}
	table.Flush()
}

func peer(g *image.Gray, harder bool) int {
	flag := C.int(0)
	if harder {
		flag = 1
	}
	return int(C.zxing_count((*C.uchar)(&g.Pix[0]), C.int(g.Rect.Dx()), C.int(g.Rect.Dy()), C.int(g.Stride), flag))
}

func count(symbols []qr.Symbol) (n int) {
	for _, s := range symbols {
		if s.Err == nil {
			n++
		}
	}
	return n
}

func luminance(path string) (*image.Gray, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, err
	}
	g := image.NewGray(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(g, g.Rect, img, img.Bounds().Min, draw.Src)
	return g, nil
}
