//go:build linux && !android

// Package screentest gives tests a screen of their own: a virtual one (Xvfb),
// 1280 by 720, whose pixels lie in a file, so that looking at it costs a copy and
// takes no other program. Windows on it are drawn by Mesa's llvmpipe, on the
// processor, which no target machine does.
package screentest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const width, height = 1280, 720

// A Screen is a virtual screen.
type Screen struct {
	Name string // as in $DISPLAY

	pixels []byte
	line   int // bytes
}

// New starts a screen, which goes with the test. Where there is no Xvfb the test
// is skipped, in CI it fails.
func New(t testing.TB) *Screen {
	t.Helper()
	if _, err := exec.LookPath("Xvfb"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("Xvfb is missing: .ci/need xvfb")
		}
		t.Skip("Xvfb is missing: .ci/need xvfb")
	}
	dir := t.TempDir()
	s := &Screen{}
	for s.Name == "" {
		s.Name = start(t, dir, 100+rand.IntN(50_000))
	}
	s.open(t, filepath.Join(dir, "Xvfb_screen0"))
	return s
}

// start starts a server, and returns the name of its screen, or "" if another
// server has that number. Only with a number that was asked for does Xvfb keep a
// lock: with -displayfd, and no abstract socket, the second of two servers takes
// the socket of the first away.
func start(t testing.TB, dir string, number int) string {
	t.Helper()
	name, socket := fmt.Sprintf(":%d", number), fmt.Sprintf("/tmp/.X11-unix/X%d", number)
	server := exec.Command("Xvfb", name, "-screen", "0", fmt.Sprintf("%dx%dx24", width, height),
		"-nolisten", "tcp", "-nolisten", "local", "-noreset", "-fbdir", dir)
	var said bytes.Buffer
	server.Stderr = &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		server.Wait()
	}()
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGTERM) // it takes its lock away
		<-ended
	})
	for {
		if answers(socket) {
			select {
			case <-ended: // what answers is another one
			default:
				return name
			}
		}
		select {
		case <-ended:
			if !strings.Contains(said.String(), "already active") {
				t.Fatalf("Xvfb ended:\n%s", said.String())
			}
			return ""
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// answers reports whether a server takes clients: it listens earlier, and has its
// screen later (X Window System Protocol, 8, Connection Setup).
func answers(socket string) bool {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	defer c.Close()
	if _, err := c.Write([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return false
	}
	answer := []byte{0}
	_, err = c.Read(answer)
	return err == nil && answer[0] == 1 // success
}

// open maps the file that holds what is on the screen (X11/XWDFile.h): numbers in
// network order, the header's length first, the bytes of a line the thirteenth,
// the colour map's entries the twentieth.
func (s *Screen) open(t testing.TB, file string) {
	t.Helper()
	f, err := os.Open(file)
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
	number := func(i int) int { return int(binary.BigEndian.Uint32(b[4*i:])) }
	s.line = number(12)
	s.pixels = b[number(0)+12*number(19):]
	if s.line < 4*width || len(s.pixels) < height*s.line {
		t.Fatalf("the screen's file has lines of %d bytes, %d altogether", s.line, len(s.pixels))
	}
}

// See is what is on the screen now.
func (s *Screen) See() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		from, to := s.pixels[y*s.line:][:4*width], img.Pix[y*img.Stride:]
		for x := 0; x < len(from); x += 4 {
			to[x], to[x+1], to[x+2], to[x+3] = from[x+2], from[x+1], from[x], 255
		}
	}
	return img
}

// On puts a program's window on the screen. XDG_RUNTIME_DIR is a folder of its own.
func (s *Screen) On(cmd *exec.Cmd, run string) *exec.Cmd {
	cmd.Env = append(os.Environ(), "DISPLAY="+s.Name, "WAYLAND_DISPLAY=", "XDG_RUNTIME_DIR="+run)
	return cmd
}
