//go:build linux && !android

package stopwatch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"chot/ui/screentest"

	"golang.org/x/sys/unix"
)

// BenchmarkColdStart is the time from starting a program on an enrolled site to
// the first verdict that is on disk: p50 and the worst. Each run begins with a
// fresh copy of the site, and with the program, the libraries and the site put out
// of the page cache, as far as nobody else has them mapped; warm runs without that.
// Of the window the verdict on disk shows by the relay, which is switched after
// it, and screen-ms is until the screen is green.
//
//	make bench-start
func BenchmarkColdStart(b *testing.B) {
	device, card, _ := enrolled(b)
	for _, what := range []struct {
		name  string
		start func(t testing.TB, site, card string) started
	}{{"scan", startScan}, {"window", startWindow(b)}} {
		files := what.start(b, fresh(b, device), card).files // what it maps, and the first run is not counted
		for _, cold := range []bool{true, false} {
			name := what.name + "/warm"
			if cold {
				name = what.name + "/cold"
			}
			b.Run(name, func(b *testing.B) {
				var verdicts, screens []time.Duration
				for b.Loop() {
					b.StopTimer()
					site := fresh(b, device)
					if cold {
						evict(b, append(files, tree(b, site)...))
					}
					b.StartTimer()
					s := what.start(b, site, card)
					verdicts = append(verdicts, s.verdict)
					if s.screen > 0 {
						screens = append(screens, s.screen)
					}
				}
				report(b, "verdict", verdicts)
				if len(screens) > 0 {
					report(b, "screen", screens)
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func report(b *testing.B, what string, all []time.Duration) {
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Milliseconds()), what+"-p50-ms")
	b.ReportMetric(float64(all[len(all)-1].Milliseconds()), what+"-worst-ms")
}

// started is one start.
type started struct {
	verdict time.Duration // until it was on disk
	screen  time.Duration // until it was to be seen; 0 without a window
	files   []string      // that it has mapped
}

func startScan(t testing.TB, site, card string) (s started) {
	t.Helper()
	cmd := program(t, "chotctl", "scan", "--offline", "--json", "--site", site, "--frames", card, "--typed")
	in, err := cmd.StdinPipe() // which keeps it running
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	s.verdict = time.Since(began)
	if err != nil || !strings.Contains(line, `"outcome":"admit"`) || !strings.Contains(line, `"seq":`) {
		t.Fatalf("the first line is %q, %v %s", line, err, said.String())
	}
	s.files = mapped(t, cmd.Process.Pid)
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v %s", err, said.String())
	}
	return s
}

func startWindow(t testing.TB) func(t testing.TB, site, card string) started {
	x := screentest.New(t)
	return func(t testing.TB, site, card string) (s started) {
		t.Helper()
		board, path := terminal(t)
		defer board.Close()
		settings := fmt.Sprintf("[relay]\nadmit = \"serial:%s@115200,A00101A2,A00100A1\"\n", path)
		if err := os.WriteFile(filepath.Join(site, "chot.toml"), []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := x.On(program(t, "chot", "--site", site, "--camera-or-frames", card), filepath.Dir(site))
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		opened := make(chan time.Time, 1)
		began := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		go func() {
			for command := make([]byte, 4); ; {
				if _, err := io.ReadFull(board, command); err != nil {
					return
				}
				if command[2] == 1 {
					opened <- time.Now()
					return
				}
			}
		}()
		deadline := time.After(time.Minute)
		for tick := time.NewTicker(time.Millisecond); s.verdict == 0 || s.screen == 0; {
			select {
			case <-deadline:
				cmd.Process.Signal(syscall.SIGQUIT) // it says where it hangs
				t.Fatalf("a minute after its start: verdict %v, screen %v; %v\n%s", s.verdict, s.screen, <-ended, said.String())
			case at := <-opened:
				s.verdict = at.Sub(began)
			case err := <-ended:
				t.Fatalf("chot ended: %v\n%s", err, said.String())
			case <-tick.C:
				if s.screen == 0 && admits(x.See()) {
					s.screen = time.Since(began)
				}
			}
		}
		s.files = mapped(t, cmd.Process.Pid)
		cmd.Process.Signal(os.Interrupt)
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s", err, said.String())
			}
		case <-time.After(time.Minute):
			cmd.Process.Signal(syscall.SIGQUIT)
			t.Fatalf("a minute after it was told to end it still runs; %v\n%s", <-ended, said.String())
		}
		for end := time.Now().Add(time.Minute); admits(x.See()); { // until the window is gone
			if time.Now().After(end) {
				t.Fatal("the window stays")
			}
		}
		return s
	}
}

// terminal is the far end of a real terminal, where a relay board would be.
func terminal(t testing.TB) (far *os.File, path string) {
	t.Helper()
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return far, fmt.Sprintf("/dev/pts/%d", n)
}

// fresh copies a device's folder.
func fresh(t testing.TB, device string) string {
	t.Helper()
	site := filepath.Join(t.TempDir(), "device")
	if out, err := exec.Command("cp", "-a", device, site).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return site
}

func tree(t testing.TB, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// mapped lists the files that a process has mapped.
func mapped(t testing.TB, pid int) []string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 6 && strings.HasPrefix(f[5], "/") {
			files[f[5]] = true
		}
	}
	return slices.Sorted(maps.Keys(files))
}

// evict puts files out of the page cache.
func evict(t testing.TB, files []string) {
	t.Helper()
	for _, name := range files {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) { // the site of the run that told of them
			continue
		}
		if err == nil {
			err = errors.Join(f.Sync(), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED), f.Close())
		}
		if err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, fs.ErrPermission) { // memory and devices
			t.Fatal(err)
		}
	}
}
