package camera

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// folder is a folder with pictures, good and bad, and files that are none.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	j := colourJPEG(t, gradient(40, 30))
	for name, b := range map[string][]byte{
		"card2.jpg":      j,
		"card10.JPEG":    withoutHuffman(t, j),
		"card3.png":      pngBytes(t, gradient(40, 30)),
		"card4.pgm":      append([]byte("P5 40 30 255\n"), gradient(40, 30).Pix...),
		"card5-cut.jpg":  j[:len(j)/2],
		"card6-huge.png": hugePNG(10000, 10000),
		"card7-text.jpg": []byte("hello"),
		"expected.json":  []byte("{}"),
		".hidden.jpg":    j,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "card1.jpg"), 0o700); err != nil { // a folder named like a picture
		t.Fatal(err)
	}
	return dir
}

func TestPlayFolder(t *testing.T) {
	dir := folder(t)
	var got []string
	err := Playback{Path: dir}.Run(t.Context(), func(f Frame) error {
		if (f.Image == nil) == (f.Err == nil) || !f.Still || f.At.IsZero() || f.Seq != uint64(len(got)+1) {
			t.Errorf("frame %+v", f)
		}
		if f.Image != nil && (f.Image.Rect.Dx() != 40 || f.Image.Rect.Dy() != 30) {
			t.Errorf("%s is %v", f.Name, f.Image.Rect)
		}
		name := filepath.Base(f.Name)
		for _, c := range []struct {
			name string
			want error
		}{{"card5-cut.jpg", ErrTruncated}, {"card6-huge.png", ErrTooLarge}, {"card7-text.jpg", ErrNotPicture}} {
			if name == c.name {
				if !errors.Is(f.Err, c.want) || !strings.Contains(f.Err.Error(), c.name) {
					t.Errorf("%s gives %v", name, f.Err)
				}
				name += " bad"
			}
		}
		if f.Err != nil && !strings.HasSuffix(name, " bad") {
			t.Errorf("%s gives %v", name, f.Err)
		}
		got = append(got, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "card2.jpg card3.png card4.pgm card5-cut.jpg bad card6-huge.png bad card7-text.jpg bad card10.JPEG"
	if strings.Join(got, " ") != want {
		t.Errorf("played %v, want %s", got, want)
	}
}

func TestPlayPatternAndFile(t *testing.T) {
	dir := folder(t)
	bracket := filepath.Join(dir, "[1].pgm")
	if err := os.WriteFile(bracket, []byte("P5 1 1 255\na"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "card*.jp*g"): "card2.jpg card5-cut.jpg card7-text.jpg", // and not the folder card1.jpg
		filepath.Join(dir, "card3.png"):  "card3.png",
		bracket:                          "[1].pgm", // a name before a pattern
	} {
		files, err := Playback{Path: path}.Files()
		var got []string
		for _, f := range files {
			got = append(got, filepath.Base(f))
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s plays %v, %v; want %s", path, got, err, want)
		}
	}
}

func TestNothingToPlay(t *testing.T) {
	empty := t.TempDir()
	for _, path := range []string{"", empty, filepath.Join(empty, "missing.jpg"), filepath.Join(empty, "*.jpg"), filepath.Join(empty, "[")} {
		err := Playback{Path: path}.Run(t.Context(), func(Frame) error { t.Error("a frame"); return nil })
		if !errors.Is(err, ErrNoPictures) || !strings.Contains(err.Error(), "give a picture") {
			t.Errorf("%q gives %v", path, err)
		}
	}
	err := Playback{Path: "-", In: strings.NewReader(" \n")}.Run(t.Context(), func(Frame) error { t.Error("a frame"); return nil })
	if !errors.Is(err, ErrNoPictures) {
		t.Errorf("an empty stream gives %v", err)
	}
}

func TestUnreadableFilesAreFrames(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "a.jpg")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "b.pgm"), []byte("P5 1 1 255\na"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []error
	if err := (Playback{Path: dir}).Run(t.Context(), func(f Frame) error { got = append(got, f.Err); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || !errors.Is(got[0], ErrUnreadable) || got[1] != nil {
		t.Errorf("got %v", got)
	}
}

func TestPlayStream(t *testing.T) {
	j := colourJPEG(t, gradient(40, 30))
	in := bytes.Join([][]byte{j, j[:len(j)-40], j, pngBytes(t, gradient(8, 8)), hugePNG(10000, 10000)}, nil)
	var got []error
	err := Playback{Path: "-", In: bytes.NewReader(in)}.Run(t.Context(), func(f Frame) error {
		got = append(got, f.Err)
		if f.Name == "" || f.Seq != uint64(len(got)) {
			t.Errorf("frame %+v", f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []error{nil, ErrTruncated, nil, nil, ErrTruncated} // the huge one has no body either
	if len(got) != len(want) {
		t.Fatalf("%d frames: %v", len(got), got)
	}
	for i := range want {
		if !errors.Is(got[i], want[i]) || (got[i] == nil) != (want[i] == nil) {
			t.Errorf("frame %d: %v, want %v", i+1, got[i], want[i])
		}
	}
}

// A camera's stream is not played but looked at: the newest picture, the last one
// at the end, and no word of a damaged one.
func TestPlayLive(t *testing.T) {
	var in []byte
	const n = 60
	for i := range n {
		g := image.NewGray(image.Rect(0, 0, 40, 30))
		for p := range g.Pix {
			g.Pix[p] = byte(4 * i)
		}
		j := colourJPEG(t, g)
		switch i % 5 {
		case 1:
			j = withoutHuffman(t, j)
		case 2:
			in = append(in, j[:len(j)/2]...)
			in = append(in, "rubbish"...)
		case 3:
			j = pngBytes(t, g)
		}
		in = append(in, j...)
	}
	seen, last, level := 0, uint64(0), byte(0)
	err := Playback{Path: "live:-", In: bytes.NewReader(in)}.Run(t.Context(), func(f Frame) error {
		if f.Err != nil || f.Still || f.Seq <= last || f.At.IsZero() {
			t.Errorf("frame %d after %d: %v, still %v", f.Seq, last, f.Err, f.Still)
		}
		seen, last, level = seen+1, f.Seq, f.Image.GrayAt(20, 15).Y
		return nil
	})
	if err != nil || seen == 0 || seen > n || level != 4*(n-1) {
		t.Errorf("%d of %d pictures, the last one %d; %v", seen, n, level, err)
	}
	enough := errors.New("enough")
	if err := (Playback{Path: "live:-", In: bytes.NewReader(in)}).Run(t.Context(), func(Frame) error { return enough }); err != enough {
		t.Errorf("ended with %v", err)
	}
	if err := (Playback{Path: "live:-", In: bytes.NewReader(nil)}).Run(t.Context(), nil); !errors.Is(err, ErrNoPictures) {
		t.Errorf("nothing gives %v", err)
	}
	if !Streams("live:-") || !Streams("-") || Streams("live") {
		t.Error("which paths are streams")
	}
}

func TestStreamFailure(t *testing.T) {
	r, w := io.Pipe()
	w.CloseWithError(fs.ErrClosed)
	if err := (Playback{Path: "-", In: r}).Run(t.Context(), nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// A silent pipe must not hold the program when its context ends.
func TestSilentStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- Playback{Path: "-", In: r}.Run(ctx, func(f Frame) error { close(seen); return nil })
	}()
	if _, err := w.Write(colourJPEG(t, gradient(40, 30))); err != nil {
		t.Fatal(err)
	}
	<-seen
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestConsumerEndsPlayback(t *testing.T) {
	enough := errors.New("enough")
	n := 0
	err := Playback{Path: folder(t), Loop: true}.Run(t.Context(), func(Frame) error {
		if n++; n == 16 {
			return enough
		}
		return nil
	})
	if err != enough || n != 16 {
		t.Errorf("ended with %v after %d", err, n)
	}
}

func TestPacedLoop(t *testing.T) {
	dir := folder(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second-time.Millisecond)
		defer cancel()
		start := time.Now()
		n := 0
		err := Playback{Path: dir, Loop: true, FPS: 4}.Run(ctx, func(f Frame) error {
			if at := time.Since(start); at != time.Duration(n)*250*time.Millisecond {
				t.Errorf("frame %d came at %v", n, at)
			}
			n++
			time.Sleep(100 * time.Millisecond) // decoding takes from the pause, not from the pace
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) || n != 40 {
			t.Errorf("%d frames in ten seconds, ended with %v", n, err)
		}
	})
}
