package watchdog

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// listen is systemd's end of the socket.
func listen(t *testing.T, usec string) *net.UnixConn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", usec)
	t.Setenv("WATCHDOG_PID", "")
	return c
}

func hear(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	n, err := c.Read(b)
	if err != nil {
		t.Fatalf("heard nothing: %v", err)
	}
	return string(b[:n])
}

func TestLivesOnlyWhileItAnswers(t *testing.T) {
	c := listen(t, "30000")
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan int, 100)
	n := 0
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, func(context.Context) bool {
			n++
			asked <- n
			return n <= 3
		})
	}()
	for i, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := hear(t, c); got != want {
			t.Fatalf("word %d is %q, want %q", i, got, want)
		}
	}
	for n := range asked { // it goes on asking, and stays silent
		if n == 6 {
			break
		}
	}
	cancel()
	if got := hear(t, c); got != "STOPPING=1" {
		t.Errorf("after it stopped answering systemd heard %q, want only STOPPING=1", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWithoutAWatchdogItIsReadyAndStops(t *testing.T) {
	for name, usec := range map[string]string{"none": "", "nonsense": "soon", "zero": "0"} {
		t.Run(name, func(t *testing.T) {
			c := listen(t, usec)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- Run(ctx, func(context.Context) bool { t.Error("asked without a watchdog"); return true })
			}()
			if got := hear(t, c); got != "READY=1" {
				t.Errorf("heard %q, want READY=1", got)
			}
			cancel()
			if got := hear(t, c); got != "STOPPING=1" {
				t.Errorf("heard %q, want STOPPING=1", got)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMeantForAnotherProcess(t *testing.T) {
	t.Setenv("WATCHDOG_USEC", "30000")
	t.Setenv("WATCHDOG_PID", "1")
	if d := interval(); d != 0 {
		t.Errorf("interval is %v, want 0", d)
	}
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	if d := interval(); d != 30*time.Millisecond {
		t.Errorf("interval is %v, want 30ms", d)
	}
}

func TestNotUnderSystemd(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := Run(t.Context(), nil); err != nil {
		t.Error(err)
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "nobody"))
	if err := Run(t.Context(), nil); err == nil {
		t.Error("a socket that is not there gave no error")
	}
}
