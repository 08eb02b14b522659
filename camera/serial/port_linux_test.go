package serial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// reader is the far end of a real terminal, where the reader would be.
func reader(t *testing.T) (far *os.File, path string) {
	t.Helper()
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	if err := unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return far, fmt.Sprintf("/dev/pts/%d", n)
}

// run opens the port and runs it until the test ends. The channels give its
// lines and what it ended with.
func run(t *testing.T, spec string) (lines chan string, ended chan error, cancel func()) {
	t.Helper()
	p, err := Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	lines, ended = make(chan string, 100), make(chan error, 1)
	go func() {
		ended <- p.Run(ctx, func(l Line) error {
			if l.Err != nil {
				lines <- l.Err.Error()
			} else {
				lines <- string(l.Bytes)
			}
			return nil
		})
	}()
	return lines, ended, cancel
}

func send(t *testing.T, far *os.File, s string) {
	t.Helper()
	if _, err := far.WriteString(s); err != nil {
		t.Fatal(err)
	}
}

func TestPort(t *testing.T) {
	for _, baud := range []string{"", ",9600", ",19200", ",38400", ",57600", ",115200"} {
		far, path := reader(t)
		lines, ended, cancel := run(t, path+baud)
		for _, c := range []struct{ in, want string }{
			{"001190123456|one\r\n", "001190123456|one"},
			{"without a suffix", "without a suffix"},
			{"Đỗ Thị Ví Dụ\x11\x13\x1a\x04\x7f\xff\n", "Đỗ Thị Ví Dụ\x11\x13\x1a\x04\x7f\xff"}, // XON, XOFF, EOF… are bytes
			{"\x02framed\x03", "framed"},
			{strings.Repeat("7", maxLine+1) + "\r", ErrOverlong.Error()},
			{"after it\r", "after it"},
		} {
			send(t, far, c.in)
			if got := <-lines; got != c.want {
				t.Errorf("sent %.40q, got %.40q", c.in, got)
			}
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}
}

func TestSend(t *testing.T) {
	far, path := reader(t)
	lines, states, ended := make(chan string), make(chan State), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		ended <- Keep(ctx, path, func(l Line) error { lines <- string(l.Bytes); return nil }, func(s State) { states <- s })
	}()
	s := <-states
	if !s.Up || s.Port == nil {
		t.Fatalf("reported %+v", s)
	}
	if err := s.Port.Send(GM65Start()); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(GM65Start()))
	if _, err := io.ReadFull(far, got); err != nil || !bytes.Equal(got, GM65Start()) {
		t.Errorf("the reader gets % X, %v", got, err)
	}
	send(t, far, "\x02\x00\x00\x01\x00\x33\x31"+"scan\r")
	if got := <-lines; got != "scan" {
		t.Errorf("got %q", got)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if err := s.Port.Send(GM65Stop()); err == nil {
		t.Error("a closed port takes commands")
	}
}

func TestUnplug(t *testing.T) {
	far, path := reader(t)
	lines, ended, _ := run(t, path)
	send(t, far, "whole\rhal")
	if got := <-lines; got != "whole" {
		t.Fatalf("got %q", got)
	}
	far.Close()
	err := <-ended
	if !errors.Is(err, ErrUnplugged) || !strings.Contains(err.Error(), "plug it in again") {
		t.Errorf("ended with %v", err)
	}
	if _, err := Open(path); !errors.Is(err, ErrNoPort) && !errors.Is(err, ErrUnplugged) {
		t.Errorf("opening what is gone gives %v", err)
	}
}

func TestReplug(t *testing.T) {
	link := filepath.Join(t.TempDir(), "reader") // as udev's /dev/serial/by-id
	far, path := reader(t)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines, states, ended := make(chan string), make(chan State), make(chan error, 1)
	go func() {
		ended <- Keep(ctx, link+",115200", func(l Line) error { lines <- string(l.Bytes); return nil }, func(s State) { states <- s })
	}()
	if s := <-states; !s.Up {
		t.Fatalf("reported %+v", s)
	}
	send(t, far, "before\r")
	if got := <-lines; got != "before" {
		t.Fatalf("got %q", got)
	}
	far.Close()
	if s := <-states; s.Up || !errors.Is(s.Err, ErrUnplugged) {
		t.Fatalf("reported %+v", s)
	}
	again, path := reader(t)
	os.Remove(link)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for s := range states {
		if s.Up {
			break
		}
	}
	send(t, again, "after\r")
	if got := <-lines; got != "after" {
		t.Fatalf("got %q", got)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestConsumerEndsRun(t *testing.T) {
	far, path := reader(t)
	p, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	send(t, far, "one\rtwo\r")
	if err := p.Run(t.Context(), func(Line) error { return enough }); err != enough {
		t.Errorf("ended with %v", err)
	}
	if err := p.tty.Close(); !errors.Is(err, os.ErrClosed) {
		t.Error("Run left the port open")
	}
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, path := reader(t)
	for _, c := range []struct {
		spec string
		want error
	}{
		{"/dev/tty-that-is-not-there", ErrNoPort},
		{file, ErrNotPort},
		{t.TempDir(), ErrNotPort},
		{"/dev/null", ErrNotPort},
		{file + "/x", ErrNotPort},
		{path + ",12345", ErrBaud},
		{path + ",x", ErrSpec},
	} {
		if p, err := Open(c.spec); p != nil || !errors.Is(err, c.want) {
			t.Errorf("%s gives %v, want %v", c.spec, err, c.want)
		}
	}
	if !strings.Contains(ErrPermission.Error(), "group dialout") {
		t.Error("the sentence does not name the group")
	}
}

// Two programs on one port would get half of a scan each.
func TestPortIsHeldAlone(t *testing.T) {
	_, path := reader(t)
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := asNobody(func() error { _, err := Open(path); return err }); !errors.Is(err, ErrBusy) {
		t.Errorf("a second program gets %v", err)
	}
	p.Close()
	if err := asNobody(func() error {
		p, err := Open(path)
		if err == nil {
			p.Close()
		}
		return err
	}); err != nil {
		t.Errorf("after closing, another program gets %v", err)
	}
}

func TestPortOfAnotherUser(t *testing.T) {
	_, path := reader(t)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if err := asNobody(func() error { _, err := Open(path); return err }); !errors.Is(err, ErrPermission) {
		t.Errorf("got %v", err)
	}
}

// asNobody runs f without root's rights, in a thread that ends with it.
func asNobody(f func() error) error {
	if os.Geteuid() != 0 {
		return f()
	}
	ended := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread dies here
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534); errno != 0 {
			ended <- errno
			return
		}
		ended <- f()
	}()
	return <-ended
}
