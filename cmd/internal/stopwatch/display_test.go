//go:build linux && !android

package stopwatch

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A screen is a virtual one (Xvfb), whose pixels lie in a file: looking at it
// costs nothing. Windows on it are drawn by Mesa's llvmpipe, on the processor,
// which no target machine does.
type screen struct {
	display string
	pixels  []byte
	line    int // bytes
}

func newScreen(t testing.TB) *screen {
	t.Helper()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// -displayfd: the server picks a free number and says which when it is ready.
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x720x24", "-nolisten", "tcp", "-fbdir", dir)
	server.ExtraFiles = []*os.File{w}
	if err := server.Start(); err != nil {
		t.Fatalf("%v; type: .ci/need xvfb", err)
	}
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	w.Close()
	var number int
	if _, err := fmt.Fscan(r, &number); err != nil {
		t.Fatalf("Xvfb: %v", err)
	}
	f, err := os.Open(filepath.Join(dir, "Xvfb_screen0"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(b) })
	// X11/XWDFile.h: numbers in network order, the header's length first, the
	// bytes of a line the thirteenth, the colour map's entries the twentieth.
	number32 := func(i int) int { return int(binary.BigEndian.Uint32(b[4*i:])) }
	s := &screen{display: fmt.Sprintf(":%d", number), line: number32(12)}
	s.pixels = b[number32(0)+12*number32(19):]
	if s.line < 4*1280 || len(s.pixels) < 720*s.line {
		t.Fatalf("the screen's file has lines of %d bytes, %d altogether", s.line, len(s.pixels))
	}
	return s
}

func (s *screen) ColorModel() color.Model { return color.RGBAModel }
func (s *screen) Bounds() image.Rectangle { return image.Rect(0, 0, 1280, 720) }
func (s *screen) At(x, y int) color.Color {
	p := s.pixels[y*s.line+4*x:]
	return color.RGBA{p[2], p[1], p[0], 255}
}

// admits tells whether most of the screen is green.
func (s *screen) admits() bool {
	n, green := 0, 0
	for y := 20; y < 720; y += 40 {
		for x := 20; x < 1280; x += 40 {
			n++
			if c := s.At(x, y).(color.RGBA); c.G > 60 && c.R < 60 && c.B < 90 {
				green++
			}
		}
	}
	return 2*green > n
}

// on puts a program's window on the screen.
func (s *screen) on(cmd *exec.Cmd, run string) *exec.Cmd {
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display, "WAYLAND_DISPLAY=", "XDG_RUNTIME_DIR="+run)
	return cmd
}
