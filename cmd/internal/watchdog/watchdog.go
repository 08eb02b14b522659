// Package watchdog tells systemd that a program is up and still answers, so
// that one that hangs is started again (sd_notify(3), sd_watchdog_enabled(3)).
package watchdog

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// Run tells systemd that the program is ready, and from then on, three times
// in each watchdog interval, that it lives, as long as alive returns true in
// time. It ends with ctx. Where systemd did not start the program, or asked
// for nothing, it returns nil at once.
//
// alive must go through what has to answer: a lock, a loop. If it hangs,
// nothing is said, and systemd restarts the program.
func Run(ctx context.Context, alive func(context.Context) bool) error {
	address := os.Getenv("NOTIFY_SOCKET")
	if address == "" {
		return nil
	}
	// A leading @ is Linux's abstract namespace; package net knows it too.
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("tell systemd that the program is up: %w", err)
	}
	defer c.Close()
	say := func(state string) error {
		if _, err := c.Write([]byte(state)); err != nil {
			return fmt.Errorf("tell systemd %s: %w", state, err)
		}
		return nil
	}
	if err := say("READY=1"); err != nil {
		return err
	}
	interval := interval()
	if interval == 0 {
		<-ctx.Done()
		return say("STOPPING=1")
	}
	tick := time.NewTicker(interval / 3)
	defer tick.Stop()
	for {
		if alive(ctx) {
			if err := say("WATCHDOG=1"); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return say("STOPPING=1")
		case <-tick.C:
		}
	}
}

// interval is what systemd asked this process for; zero is no watchdog.
func interval() time.Duration {
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0 // meant for another process
	}
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || usec < 1000 {
		return 0
	}
	return time.Duration(usec) * time.Microsecond
}
