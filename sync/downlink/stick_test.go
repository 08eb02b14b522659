package downlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A pulled source is a stick that is taken out after so many bytes of what is
// wanted from it: its open file fails, and then there is no folder.
type pulled struct {
	Folder
	kind   string // ".roster" or ".delta"
	after  int64
	served int64
}

func (p *pulled) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	if p.after >= 0 && p.served >= p.after {
		return Folder(string(p.Folder)+"/taken/out").Fetch(ctx, path, offset)
	}
	r, err := p.Folder.Fetch(ctx, path, offset)
	if err == nil && strings.HasSuffix(path, p.kind) {
		r = stickFile{&pulledFile{r.(stickFile).ReadCloser, p}}
	}
	return r, err
}

type pulledFile struct {
	io.ReadCloser
	stick *pulled
}

func (f *pulledFile) Read(b []byte) (int, error) {
	if left := f.stick.after - f.stick.served; f.stick.after >= 0 {
		if left <= 0 {
			return 0, syscall.EIO // what reading a file of a stick gives that is gone
		}
		b = b[:min(int64(len(b)), left)]
	}
	n, err := f.ReadCloser.Read(b)
	f.stick.served += int64(n)
	return n, err
}

// TestStickPulledOut takes the stick out in the middle of a whole list, of a list
// by pieces, and of a delta: a sentence says what and where, the list in use
// stays, and when the stick is put in again only the rest is read.
func TestStickPulledOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind string
		at   int64
		mode string
	}{
		{".roster", 20_000, "whole"}, {".roster", 1, "by pieces"}, {".roster", 20_001, "by pieces"}, {".delta", 300, "delta"}, {".roster", 0, "whole"},
	} {
		t.Run(fmt.Sprint(c.mode, " at ", c.at), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			rows := many(6000)
			w.list(gate, 1, start, rows...)
			stick := &pulled{Folder: Folder(w.Repository()), kind: c.kind, after: -1}
			d := device(t, w, stick, gate)
			first := mustRefresh(t, d, start).Lists[0]
			m := w.list(gate, 2, start, append(rows[:4000:4000], binh)...)
			total := m.Size
			switch c.mode {
			case "delta":
				for _, f := range w.deltaFiles() {
					total = size(t, f)
				}
			default:
				w.dropDeltas()
			}
			if c.mode == "by pieces" {
				d.piecewise = 1
			}

			stick.served, stick.after = 0, c.at
			wantCause(t, d, start, ErrStick) // and nothing that was installed changed
			_, err := d.Refresh(context.Background(), start)
			if !errors.Is(err, ErrStick) {
				t.Errorf("with no stick in: %v", err)
			}
			if !admits(t, first, ann) {
				t.Error("the list in use is gone")
			}
			stick.served, stick.after = 0, c.at
			if c.at > 0 {
				d = boot(t, d.config) // the device restarts, too
				if c.mode == "by pieces" {
					d.piecewise = 1
				}
				stick.after += 200
				_, err = d.Refresh(context.Background(), start)
				where := regexp.MustCompile(`read targets/lists/province/[0-9a-f]{64}\.gate\.(1\.delta|roster) at byte [0-9]+: ` +
					`the stick is not in, was taken out or cannot be read; the list in use stays; put the stick in and repeat: what was copied is kept \(input/output error\)`)
				if err == nil || !where.MatchString(err.Error()) {
					t.Errorf("the sentence: %v", err)
				}
			}
			already := c.at
			if c.at > 0 {
				already += c.at + 200
			}
			stick.served, stick.after = 0, -1
			u := mustRefresh(t, d, start)
			if u.Lists[0].Version != 2 || !admits(t, u.Lists[0], binh) || u.Lists[0].Patched != (c.mode == "delta") {
				t.Errorf("in the end: %+v", u.Lists[0])
			}
			if stick.served > total-already {
				t.Errorf("%d bytes were read of %d, %d were here", stick.served, total, already)
			}
		})
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
