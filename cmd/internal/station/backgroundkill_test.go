package station

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"chot/sync/hub"
)

// What a child process that does one background round is told.
const (
	childSite = "CHOT_ROUND_SITE"
	childHub  = "CHOT_ROUND_HUB"
)

// TestBackgroundChild is that process's; run by itself it is nothing.
func TestBackgroundChild(t *testing.T) {
	site, address := os.Getenv(childSite), os.Getenv(childHub)
	if site == "" {
		return
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	if _, err := SyncOnce(t.Context(), site, Network{Metered: true}, Options{Dial: dial}); err != nil {
		t.Fatal(err)
	}
}

// TestSyncOnceKilled has the system end the process in the middle of a round,
// each time after another number of bytes on the wire, in either direction.
// What the hub has got by then it has once, and the journal opens.
func TestSyncOnceKilled(t *testing.T) {
	r := newRig(t)
	numbers := make([]string, 400)
	s := r.open(func(o *Options) { o.Offline = true })
	for i := range numbers {
		numbers[i] = []string{listed, nobody, refused}[i%3]
		r.typed(s, numbers[i])
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	r.killHub()
	h, err := hub.Open(r.path("hub"), hub.Options{Lists: r.path("authority", "repository")})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() { defer close(served); h.Serve(ctx, l) }()
	defer func() { cancel(); <-served; h.Close() }()
	r.hub = h

	kills := 0
	for _, at := range []int64{1, 700, 2000, 4000, 6000, 9000, 13000, 18000, 24000} {
		if r.childRound(l.Addr().String(), at) {
			kills++
		}
		if again, err := Open(r.device(), Options{Offline: true}); err != nil {
			t.Fatalf("after a kill at byte %d: %v", at, err)
		} else if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if kills < 6 {
		t.Errorf("only %d rounds were killed in the middle", kills)
	}
	if r.childRound(l.Addr().String(), 0) {
		t.Error("the last round was killed")
	}
	r.exactlyOnce(len(numbers), func(i int) string { return numbers[i] })
}

// childRound does one round in a process of its own, through a wire that kills
// it after so many bytes; 0 lets it live.
func (r *rig) childRound(hub string, at int64) (killed bool) {
	r.t.Helper()
	wire, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	defer wire.Close()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestBackgroundChild$")
	child.Env = append(os.Environ(), childSite+"="+r.device(), childHub+"="+wire.Addr().String())
	if err := child.Start(); err != nil {
		r.t.Fatal(err)
	}
	var mu sync.Mutex
	var passed int64
	carry := func(to, from net.Conn) {
		defer to.Close()
		b := make([]byte, 256)
		for {
			n, err := from.Read(b)
			mu.Lock()
			passed += int64(n)
			cut := at > 0 && passed >= at
			mu.Unlock()
			if cut {
				child.Process.Kill()
			}
			if n > 0 {
				to.Write(b[:n]) // the last bytes still arrive: they had left
			}
			if err != nil {
				return
			}
		}
	}
	go func() {
		for {
			near, err := wire.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", hub)
			if err != nil {
				near.Close()
				continue
			}
			go carry(far, near)
			go carry(near, far)
		}
	}()
	err = child.Wait()
	if exit := new(exec.ExitError); err != nil && (at == 0 || !errors.As(err, &exit) || exit.Exited()) {
		r.t.Fatalf("the child was not killed but ended with %v", err)
	}
	return err != nil
}
