package qr

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLivePhotographs offers each of the ZXing photographs again and again, as a
// camera does that is held still, with 33 ms of work a frame for a desktop core
// and for one that is four times slower: units, so that the machine does not
// decide. It prints how many are read within 1, 5 and 30 frames.
//
//	go test -run LivePhotographs -v ./scanner/qr
func TestLivePhotographs(t *testing.T) {
	if testing.Short() {
		t.Skip("offers some pictures thirty times")
	}
	dir := shared(t)
	for _, units := range []time.Duration{33e6, 8e6} {
		live(t, dir, units)
	}
}

func live(t *testing.T, dir string, units time.Duration) {
	var within [31]int
	pictures := 0
	missed := ""
	for _, m := range minimum[1:] {
		paths, err := filepath.Glob(filepath.Join(dir, m.folder, "*.png"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			want, known := text(path)
			picture := loadGray(t, path)
			pictures++
			d := byWork(NewDecoder())
			read := false
			for frame := 1; frame <= 30 && !read; frame++ {
				for _, s := range d.Decode(picture, units) {
					other := s.Text() == besides[m.folder+"/"+filepath.Base(path)]
					switch {
					case s.Err != nil:
					case known && s.Text() == want, other:
						if !read {
							within[frame]++
						}
						read = true
					default:
						t.Errorf("%s, frame %d: misread as %q", filepath.Base(path), frame, s.Text())
					}
				}
			}
			if !read {
				missed += fmt.Sprintf(" %s/%s", m.folder, strings.TrimSuffix(filepath.Base(path), ".png"))
			}
		}
	}
	sum := func(n int) (all int) {
		for _, k := range within[:n+1] {
			all += k
		}
		return all
	}
	t.Logf("%.0f million units a frame: of %d photographs %d are read within 1 frame, %d within 5, %d within 30; missed%s", float64(units)/1e6, pictures, sum(1), sum(5), sum(30), missed)
	if sum(1) < 165 || sum(30) < 177 {
		t.Errorf("want at least 165 read at once, and 177 in a second")
	}
}
