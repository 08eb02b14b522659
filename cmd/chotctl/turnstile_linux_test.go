package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// told collects what a LCUS-type relay board is told, command by command, until
// its port is closed.
func told(far io.Reader) <-chan string {
	all := make(chan string, 100)
	go func() {
		defer close(all)
		for {
			command := make([]byte, 4)
			if _, err := io.ReadFull(far, command); err != nil {
				return
			}
			all <- hex.EncodeToString(command)
		}
	}()
	return all
}

// A turnstile without a window: what chot.toml names is enough. A serial reader's
// cards open the barrier when they are admitted and light the lamp when they are
// not, though another source that is named is not plugged in.
func TestTurnstile(t *testing.T) {
	site := newSite(t)
	reader, readerPath := terminal(t)
	gate, gatePath := terminal(t)
	lamp, lampPath := terminal(t)
	opened, lit := told(gate), told(lamp)
	settings := fmt.Sprintf("sources = [\"serial %s,9600\", \"wedge No such reader\"]\n[sound]\non = false\n"+
		"[relay]\nadmit = \"serial:%s,lcus1\"\nrefuse = \"serial:%s,lcus1\"\npulse_ms = 50\n", readerPath, gatePath, lampPath)
	if err := os.WriteFile(site.path("device", "chot.toml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	done(t, chotctl("config", "check", site.path("device", "chot.toml")))

	cmd := chotctl("scan", "--site", site.path("device"), "--offline", "--json")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	verdicts := make(chan scanLine, 10)
	go func() {
		defer close(verdicts)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var l scanLine
			if json.Unmarshal(lines.Bytes(), &l) == nil {
				verdicts <- l
			}
		}
	}()
	await := func(from <-chan string, want, what string) {
		t.Helper()
		select {
		case got, ok := <-from:
			if !ok || got != want {
				t.Fatalf("%s: %q was told, want %s", what, got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: nothing was told", what)
		}
	}
	const on, off = "a00101a2", "a00100a1"
	await(opened, off, "the barrier at the start")
	await(lit, off, "the lamp at the start")

	const (
		mayPass = "001190123456|012345678|Nguyễn Thị Ví Dụ|15011990|Nữ|Số 1 Phố Mẫu, Hà Nội|22062022"
		stopped = "079092007788||Lê Hoàng Thử|20111992|Nam|45 Hẻm Mẫu, TP. Hồ Chí Minh|01122021"
		another = "048085004321||Trần Văn Mẫu|02071985|Nam|12 Đường Thử, Đà Nẵng|10052021"
	)
	for seq, c := range []struct {
		card, outcome, reason string
		board                 <-chan string
	}{{mayPass, "admit", "listed", opened}, {stopped, "refuse", "listed-refuse", lit}, {another, "admit", "listed", opened}} {
		if _, err := fmt.Fprintf(reader, "%s\r\n", c.card); err != nil {
			t.Fatal(err)
		}
		select {
		case l, ok := <-verdicts:
			if !ok || l.Outcome != c.outcome || l.Reason != c.reason || l.Input != "serial" || l.Seq == nil || *l.Seq != uint64(seq) {
				t.Fatalf("card %d: %+v, want %s %s\n%s", seq, l, c.outcome, c.reason, stderr.String())
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("card %d: no verdict", seq)
		}
		await(c.board, on, c.outcome)
		await(c.board, off, "after "+c.outcome)
	}

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for range verdicts { // until it has ended
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(stderr.String(), "The reader is gone") {
		t.Errorf("the reader that is not plugged in is not told of: %v\n%s", err, stderr.String())
	}
	// Neither opened for anybody else.
	gate.Close()
	lamp.Close()
	for name, board := range map[string]<-chan string{"barrier": opened, "lamp": lit} {
		for more := range board {
			if more != off {
				t.Errorf("the %s was told %s for nobody", name, more)
			}
		}
	}
	if n := site.verified(t).Size; n != 3 {
		t.Errorf("the journal holds %d entries, want 3", n)
	}
}
