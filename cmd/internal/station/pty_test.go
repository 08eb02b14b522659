package station

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is the far end of a real terminal, where a reader or a relay board
// would be.
func terminal(t *testing.T) (far *os.File, path string) {
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

// board collects what a relay board is told, command by command.
func board(t *testing.T, far io.Reader) <-chan string {
	t.Helper()
	told := make(chan string, 100)
	go func() {
		defer close(told)
		for {
			command := make([]byte, 4) // a LCUS-type board's
			if _, err := io.ReadFull(far, command); err != nil {
				return
			}
			told <- fmt.Sprintf("%x", command)
		}
	}()
	return told
}

// next waits for what comes within ten seconds.
func next[T any](t *testing.T, from <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v, ok := <-from:
		if !ok {
			t.Fatalf("%s: the other end is closed", what)
		}
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not come", what)
		return v
	}
}

const (
	lcusOn  = "a00101a2"
	lcusOff = "a00100a1"
)
