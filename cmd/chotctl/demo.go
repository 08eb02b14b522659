package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
)

// demo sets up a whole site in one folder (or finds it there) and scans.
func demo(ctx context.Context, fs *flag.FlagSet, args []string) error {
	setupOnly := fs.Bool("setup", false, "set the site up and stop")
	noWindow := fs.Bool("no-window", false, "scan without a window even where there is a display")
	if err := command.Parse(fs, args, 1, 1); err != nil {
		return err
	}
	site := demoSite{dir: fs.Arg(0)}
	if err := site.authority(time.Now()); err != nil {
		return err
	}
	stop, err := site.startHub(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if err := site.enrolDevice(ctx); err != nil {
		return err
	}
	if err := site.samples(); err != nil {
		return err
	}
	if *setupOnly {
		fmt.Printf("The site is in %s; its hub is %s.\n", site.dir, site.hubAddress())
		return nil
	}
	if hasDisplay() && !*noWindow {
		return site.window(ctx)
	}
	return site.headless(ctx)
}

func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// A demoSite is the demonstration's one folder:
//
//	authority/   keys, repository
//	lists/       the list's file and key, the trust file
//	trace.key    opens sealed entries; a real authority keeps it offline
//	hub/         the hub's data
//	samples/     the sample frames
//	device/      the enrolled device
type demoSite struct{ dir string }

func (s demoSite) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}
func (s demoSite) hubAddressFile() string { return s.path("hub.address") }

func (s demoSite) hubAddress() string {
	b, _ := os.ReadFile(s.hubAddressFile())
	return strings.TrimSpace(string(b))
}

// program finds another of our programs beside this one.
func program(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is not beside chotctl: build it with make build", name)
	}
	return path, nil
}

// startHub runs chot-hub on loopback, on the same port each time because the
// device was enrolled with it.
func (s demoSite) startHub(ctx context.Context) (stop func(), err error) {
	hub, err := program("chot-hub")
	if err != nil {
		return nil, err
	}
	address := s.hubAddress()
	if address == "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		address = l.Addr().String()
		l.Close()
		if err := os.WriteFile(s.hubAddressFile(), []byte(address+"\n"), 0o644); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(s.path("hub.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, hub, "serve", "--data", s.path("hub"), "--repository", s.path("authority", "repository"), "--listen", address)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Stderr = log
	ready, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(ready).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		return nil, fmt.Errorf("the hub did not start on %s: see %s; if another program has the port, end it or delete %s and set up anew", address, s.path("hub.log"), s.dir)
	}
	go io.Copy(io.Discard, ready)
	fmt.Printf("hub: %s", line)
	return func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}, nil
}

// enrolDevice has the hub make an enrolment and joins with it, once.
func (s demoSite) enrolDevice(ctx context.Context) error {
	device := s.path("device")
	if station.Enrolled(device) {
		fmt.Printf("device: %s, enrolled before\n", device)
		return nil
	}
	hub, err := program("chot-hub")
	if err != nil {
		return err
	}
	file := s.path("enrolment.json")
	out, err := exec.CommandContext(ctx, hub, "enrol", "--data", s.path("hub"),
		"--url", "https://"+s.hubAddress(), "--repository", s.path("authority", "repository"), "--trace", s.path("trace.key.pub"),
		"--checkpoint", "Chốt Cầu Mẫu", "--lane", "1", "--zone", "green",
		"--list", "demo/people="+s.path("lists", "people.key"), "--out", file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("make an enrolment: %w: %s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	out, err = exec.CommandContext(ctx, self, "enrol", "--site", device, file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("enrol the device: %w: %s", err, out)
	}
	fmt.Printf("device: %s", out)
	return os.Remove(file) // its token is used up
}

// headless runs the pipeline over the sample frames, then asks the hub what
// it has received.
func (s demoSite) headless(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println()
	if err := s.child(ctx, self, "scan", "--site", s.path("device"), "--frames", s.path("samples")); err != nil {
		return err
	}
	hub, err := program("chot-hub")
	if err != nil {
		return err
	}
	fmt.Println()
	return s.child(ctx, hub, "status", "--data", s.path("hub"))
}

// window opens the kiosk, fed by the first camera there is, else by the
// sample frames.
func (s demoSite) window(ctx context.Context) error {
	chot, err := program("chot")
	if err != nil {
		return err
	}
	if err := s.child(ctx, chot, "--site", s.path("device"), "--camera-or-frames", s.path("samples")); err != nil {
		return fmt.Errorf("%w; to scan without a window type: chotctl demo --no-window %s", err, s.dir)
	}
	return nil
}

func (s demoSite) child(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%s ended with code %d; it said why above", filepath.Base(name), exit.ExitCode())
	}
	return err
}
