package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"chot/cmd/internal/card"
)

// TestReaderOverSerial tests a reader on a real terminal line: one that sends
// UTF-8 fits, one that drops marks is told which setting to change.
func TestReaderOverSerial(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs a pseudo-terminal")
	}
	for _, c := range []struct {
		sent, says string
		code       int
	}{
		{card.Text, "Every letter and sign came through", 0},
		{strings.NewReplacer("ơ", "?", "Ơ", "?", "ư", "?", "Ư", "?").Replace(card.Text), "letters its code page lacks", 1},
	} {
		far, path := terminal(t)
		cmd := exec.Command(filepath.Join(programs, "chotctl"), "reader", "test", "--serial", path+",9600", "--wait", "30s")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		// A reader is held to the card again and again.
		tick := time.NewTicker(100 * time.Millisecond)
		for reading := true; reading; {
			select {
			case <-ended:
				reading = false
			case <-tick.C:
				fmt.Fprintf(far, "%s\r\n", c.sent)
			}
		}
		tick.Stop()
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(out.String(), c.says) {
			t.Errorf("exit %d, want %d:\n%s", code, c.code, out.String())
		}
		far.Close()
	}
}

// terminal is the far end of a real terminal, where a reader would be.
func terminal(t *testing.T) (far *os.File, path string) {
	t.Helper()
	far, path, err := openTerminal()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	return far, path
}
