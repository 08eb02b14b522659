package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"chot/camera"
	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
)

// benchSize is what a camera is asked for.
var benchSize = image.Pt(1280, 720)

// scanBench measures from the frame, and from a reader's payload, to the
// verdict that is on disk.
func scanBench(ctx context.Context, site string, from []string, times int, asJSON bool) error {
	if len(from) == 0 || times < 1 {
		return fmt.Errorf("%w: --bench needs --frames, and --times of at least 1", command.ErrUsage)
	}
	var frames []*image.Gray
	for _, path := range from {
		err := camera.Playback{Path: path}.Run(ctx, func(f camera.Frame) error {
			if f.Err != nil {
				return f.Err
			}
			frames = append(frames, fitted(f.Image, benchSize))
			return nil
		})
		if err != nil {
			return err
		}
	}
	bar := newProgress("scanning", int64(times*len(frames)))
	b, err := station.Benchmark(ctx, site, frames, times, func(int, int) { bar.add(1) })
	bar.end()
	if err != nil {
		return err
	}
	if len(b.FromFrame) == 0 {
		return errors.New("no code was read in any of the frames: give pictures of cards")
	}
	rows := benchRows(b)
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(struct {
			Frames int        `json:"frames"`
			Coded  int        `json:"coded"`
			Width  int        `json:"width"`
			Height int        `json:"height"`
			Scans  int        `json:"scans"`
			Rows   []benchRow `json:"rows"`
		}{b.Frames, b.Coded, b.Size.X, b.Size.Y, len(b.FromFrame), rows})
	}
	fmt.Printf("%d frames of %d×%d, a code read in %d, %d scans; the journal's copy holds %d\n\n", b.Frames, b.Size.X, b.Size.Y, b.Coded, len(b.FromFrame), b.Kept)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tp50 ms\tp99 ms\tshare\t")
	for _, r := range rows {
		share := ""
		if r.Share > 0 {
			share = fmt.Sprintf("%.1f %%", 100*r.Share)
		}
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%s\t\n", r.What, r.P50, r.P99, share)
	}
	return w.Flush()
}

// fitted puts a picture in the middle of a frame of the size a camera gives,
// thinned by whole steps if it is larger.
func fitted(img *image.Gray, size image.Point) *image.Gray {
	if img.Rect.Size() == size {
		out := image.NewGray(img.Rect)
		copy(out.Pix, img.Pix)
		return out
	}
	step := max(1, (img.Rect.Dx()+size.X-1)/size.X, (img.Rect.Dy()+size.Y-1)/size.Y)
	out := image.NewGray(image.Rectangle{Max: size})
	for i := range out.Pix {
		out.Pix[i] = 128
	}
	w, h := img.Rect.Dx()/step, img.Rect.Dy()/step
	left, top := (size.X-w)/2, (size.Y-h)/2
	for y := range h {
		for x := range w {
			out.Pix[(top+y)*out.Stride+left+x] = img.Pix[y*step*img.Stride+x*step]
		}
	}
	return out
}

// A benchRow is one line of the table, in milliseconds.
type benchRow struct {
	What  string  `json:"what"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Share float64 `json:"share,omitempty"` // of all the time from the frames to their verdicts
}

func benchRows(b station.Bench) []benchRow {
	var total time.Duration
	for _, s := range b.FromFrame {
		total += s.Total
	}
	row := func(what string, samples []station.Sample, of func(station.Sample) time.Duration, share bool) benchRow {
		all := make([]time.Duration, len(samples))
		var sum time.Duration
		for i, s := range samples {
			all[i] = of(s)
			sum += all[i]
		}
		r := benchRow{What: what, P50: milliseconds(quantile(all, 50)), P99: milliseconds(quantile(all, 99))}
		if share && total > 0 {
			r.Share = float64(sum) / float64(total)
		}
		return r
	}
	type S = station.Sample
	rows := []benchRow{
		row("find and decode", b.FromFrame, func(s S) time.Duration { return s.Decode }, true),
		row("open", b.FromFrame, func(s S) time.Duration { return s.Open }, true),
		row("look up", b.FromFrame, func(s S) time.Duration { return s.Lookup }, true),
		row("prior use", b.FromFrame, func(s S) time.Duration { return s.Prior }, true),
		row("decide", b.FromFrame, func(s S) time.Duration { return s.Stages.Decide }, true),
		row("seal and append", b.FromFrame, func(s S) time.Duration { return s.Append }, true),
		row("frame to durable verdict", b.FromFrame, func(s S) time.Duration { return s.Total }, true),
		row("reader's payload to durable verdict", b.FromPayload, func(s S) time.Duration { return s.Total }, false),
	}
	slices.Sort(b.Sync)
	return append(rows, benchRow{What: "for comparison: 4 KiB to the same disk, synced", P50: milliseconds(quantile(b.Sync, 50)), P99: milliseconds(quantile(b.Sync, 99))})
}

// quantile is the nearest rank.
func quantile(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, (len(all)*percent+99)/100-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
