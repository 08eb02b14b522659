package serial

import (
	"errors"
	"io"
	"testing"
	"time"
)

// heard reads what the program sends to the reader until it is want, for at
// most ten seconds.
func heard(t *testing.T, far io.Reader, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	done := make(chan error, 1)
	go func() { _, err := io.ReadFull(far, got); done <- err }()
	select {
	case err := <-done:
		if err != nil || string(got) != string(want) {
			t.Fatalf("the reader heard % x (%v), want % x", got, err, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("the reader was not told % x", want)
	}
}

// A reader that waits for a command is started when the port opens and after
// each scan, and stopped at the end; its answers are no scans.
func TestTriggeredReader(t *testing.T) {
	for maker, want := range map[string]Trigger{"gm65": {GM65Start(), GM65Stop()}, "honeywell": {HoneywellStart(), HoneywellStop()}, "zebra": {ZebraStart(), ZebraStop()}} {
		far, path := reader(t)
		lines, ended, cancel := run(t, path+","+maker)
		heard(t, far, want.Start)
		if maker == "gm65" {
			send(t, far, "\x02\x00\x00\x01\x00\x33\x31") // its acknowledgement
		}
		send(t, far, "001190123456\r")
		if got := <-lines; got != "001190123456" {
			t.Errorf("%s: got %q", maker, got)
		}
		heard(t, far, want.Start)
		cancel()
		heard(t, far, want.Stop)
		if err := <-ended; err == nil {
			t.Errorf("%s: ended without the context's error", maker)
		}
	}
}

// Where a suffix is asked for, half a line is lost with a sentence, and the
// next one is not glued to it.
func TestSuffixOnly(t *testing.T) {
	far, path := reader(t)
	lines, _, cancel := run(t, path+",suffix")
	defer cancel()
	send(t, far, "0011901")
	if got := <-lines; got != ErrUnfinished.Error() {
		t.Errorf("half a line gives %q", got)
	}
	send(t, far, "001190123456\r")
	if got := <-lines; got != "001190123456" {
		t.Errorf("after half a line comes %q", got)
	}
	if _, err := Open(path + ",telepathic"); !errors.Is(err, ErrSpec) {
		t.Errorf("an unknown option: %v", err)
	}
}
