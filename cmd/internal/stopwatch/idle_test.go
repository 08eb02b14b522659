//go:build linux && !android

package stopwatch

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chot/ui/screentest"

	"golang.org/x/sys/unix"
)

var watched = flag.Duration("watched", time.Minute, "how long BenchmarkGate watches each program")

// BenchmarkGate is what the released programs cost while nobody is in front of the
// camera: processor time in hundredths of one core, as the kernel counts it, and
// resident memory. The camera is a stream of 1280×720 frames on standard input, 30
// a second, each with a sensor's noise of its own; the pipe stands for the driver's
// copy. The window is drawn by llvmpipe, on the processor, which no target machine
// does: its row shows what to look into, and is no result.
//
//	make bench-gate
func BenchmarkGate(b *testing.B) {
	device, _, _ := enrolled(b)
	ground, err := jpeg.Decode(bytes.NewReader(sample(b, "30-nothing.jpg")))
	if err != nil {
		b.Fatal(err)
	}
	yuyv, mjpeg := footage(b, ground)
	x := screentest.New(b)
	for _, form := range []struct {
		name, path string
		frames     [][]byte
	}{{"YUYV", "live:YUYV,1280x720", yuyv}, {"MJPG", "live:-", mjpeg}} {
		for _, name := range []string{"chotctl", "chot"} {
			b.Run(name+"/"+form.name, func(b *testing.B) {
				site := fresh(b, device)
				cmd := program(b, name, "--site", site, "--frames", form.path)
				if name == "chotctl" {
					cmd.Args = append([]string{cmd.Path, "scan", "--offline"}, cmd.Args[1:]...)
				} else {
					x.On(cmd, filepath.Dir(site))
				}
				b.ReportMetric(0, "ns/op")
				for b.Loop() {
					watch(b, cmd, form.frames)
				}
			})
		}
	}
}

// footage is the same scene, with noise, as a camera's frames.
func footage(b *testing.B, ground image.Image) (yuyv, mjpeg [][]byte) {
	luma, ok := ground.(*image.YCbCr)
	if !ok || luma.Rect.Dx() < 1280 || luma.Rect.Dy() < 720 {
		b.Fatalf("the sample is %T of %v", ground, ground.Bounds())
	}
	r := rand.New(rand.NewPCG(11, 12))
	for range 8 {
		m := image.NewYCbCr(image.Rect(0, 0, 1280, 720), image.YCbCrSubsampleRatio420)
		for i := range m.Cb {
			m.Cb[i], m.Cr[i] = 110, 140
		}
		packed := make([]byte, 0, 2*len(m.Y))
		for y := range 720 {
			for x := range 1280 {
				v := byte(min(255, max(0, float64(luma.Y[luma.YOffset(x, y)])+r.NormFloat64()*2)))
				m.Y[y*m.YStride+x] = v
				packed = append(packed, v, 110+30*byte(x%2))
			}
		}
		var j bytes.Buffer
		if err := jpeg.Encode(&j, m, &jpeg.Options{Quality: 80}); err != nil {
			b.Fatal(err)
		}
		yuyv, mjpeg = append(yuyv, packed), append(mjpeg, j.Bytes())
	}
	return yuyv, mjpeg
}

// watch feeds a program at a camera's pace and looks at what it takes, once it has
// found its way for five seconds.
func watch(b *testing.B, cmd *exec.Cmd, frames [][]byte) {
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	// A whole frame at once, as a driver gives it, where the pipe may be so large.
	_, _ = unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, 1<<20)
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = r, &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	r.Close()
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	tick := time.NewTicker(time.Second / 30)
	defer tick.Stop()
	n := 0
	feed := func(d time.Duration) (sent int, took time.Duration) {
		began := time.Now()
		for ; time.Since(began) < d; <-tick.C {
			if _, err := w.Write(frames[n%len(frames)]); err != nil {
				b.Fatalf("%v: %s", err, said.String())
			}
			n++
			sent++
		}
		return sent, time.Since(began)
	}
	feed(5 * time.Second)
	before := processor(b, cmd.Process.Pid)
	sent, took := feed(*watched)
	spent := processor(b, cmd.Process.Pid) - before
	b.ReportMetric(100*spent.Seconds()/took.Seconds(), "core-%")
	b.ReportMetric(float64(sent)/took.Seconds(), "frames/s")
	b.ReportMetric(resident(b, cmd.Process.Pid), "MB")
}

// processor is the processor time of a process so far (proc_pid_stat(5)).
func processor(t testing.TB, pid int) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	spent, err := ticks(string(b))
	if err != nil {
		t.Fatal(err)
	}
	return spent
}

// ticks adds up user and system time, fields 14 and 15, in hundredths of a second
// on every Linux. The second field, the program's name, may hold anything.
func ticks(stat string) (time.Duration, error) {
	f := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(f) < 13 {
		return 0, fmt.Errorf("a process's state is %q", stat)
	}
	sum := time.Duration(0)
	for _, n := range f[11:13] {
		v, err := strconv.ParseInt(n, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(v) * time.Second / 100
	}
	return sum, nil
}

func resident(t testing.TB, pid int) float64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(b))[1])
	if err != nil {
		t.Fatal(err)
	}
	return float64(pages*os.Getpagesize()) / 1e6
}

func TestTicks(t *testing.T) {
	got, err := ticks("42 (a) b) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 7 9 20 0 1 0 100 1 1")
	if err != nil || got != 3*time.Second {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ticks("42 (x) S"); err == nil {
		t.Error("half a line was taken")
	}
}
