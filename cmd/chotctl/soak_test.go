package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chot/assets"
)

var soak = flag.Duration("soak", 20*time.Second, "how long TestSoak runs")

const (
	soakFPS      = 30
	maxResident  = 150 << 20
	maxGrowth    = 5 << 20
	soakMeasures = 200
)

// measure is what a process has at one moment.
type measure struct {
	resident int64 // bytes
	files    int   // open descriptors
}

// measured reads what a process has from /proc.
func measured(pid int) (m measure, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return m, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) < 2 || fields[1] != "kB" {
		return m, fmt.Errorf("process %d has no VmRSS", pid)
	}
	kb, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return m, err
	}
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return measure{kb << 10, len(list)}, err
}

// grown says what is wrong with a process's measures: too much memory at any
// time, or more in the last quarter than in the second one. Descriptors are
// compared by their fewest, for connections come and go.
func grown(all []measure) (wrong []string) {
	resident := func(part []measure) int64 {
		sizes := make([]int64, len(part))
		for i, m := range part {
			sizes[i] = m.resident
		}
		slices.Sort(sizes)
		return sizes[len(sizes)/2]
	}
	files := func(part []measure) int {
		return slices.MinFunc(part, func(a, b measure) int { return a.files - b.files }).files
	}
	n := len(all) / 4
	if n < 5 {
		return []string{fmt.Sprintf("only %d measures", len(all))}
	}
	early, late := all[n:2*n], all[len(all)-n:]
	most := slices.MaxFunc(all, func(a, b measure) int { return int(a.resident - b.resident) }).resident
	if most > maxResident {
		wrong = append(wrong, fmt.Sprintf("%d MB resident", most>>20))
	}
	if a, b := resident(early), resident(late); b > a+maxGrowth {
		wrong = append(wrong, fmt.Sprintf("resident memory grows from %d to %d kB", a>>10, b>>10))
	}
	if a, b := files(early), files(late); b > a {
		wrong = append(wrong, fmt.Sprintf("descriptors grow from %d to %d", a, b))
	}
	return wrong
}

// TestSoak runs chotctl scan on a camera's stream of 1280×720 JPEGs at 30 frames a
// second, with cards that come and go, silence, damaged pictures, and a hub that
// is killed and comes back, and watches its memory and its descriptors. The long
// form is make soak DURATION=1h.
func TestSoak(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	site := newSite(t)
	hub := site.hub(t)
	scan := chotctl("scan", "--site", site.path("device"), "--frames", "live:-", "--json")
	in, err := scan.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	scan.Stdout, scan.Stderr = &out, &stderr
	if err := scan.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { scan.Process.Kill(); scan.Wait() })

	cards := make([][]byte, 0, 4)
	for _, name := range []string{"01-cccd-admit.jpg", "30-nothing.jpg", "03-cccd-refuse.jpg", "31-papers-without-code.jpg"} {
		b, err := assets.Samples.ReadFile("samples/" + name)
		if err != nil {
			t.Fatal(err)
		}
		cards = append(cards, b)
	}
	send := func(b []byte) {
		t.Helper()
		if _, err := in.Write(b); err != nil {
			t.Fatalf("chotctl scan takes no more pictures: %v %s", err, stderr.String())
		}
	}
	// What happens, again and again, at least once in each quarter: eight cards of
	// two seconds at most, and the cable is out for a second and comes back in
	// the middle of a picture.
	scene := max(1, min(2*soakFPS, int(soakFPS*soak.Seconds()/40)))
	round := 8 * scene
	var all []measure
	began, frames, cuts, kills := time.Now(), 0, 0, 0
	every := max(*soak/soakMeasures, 50*time.Millisecond)
	tick := time.NewTicker(time.Second / soakFPS)
	defer tick.Stop()
	for next := began.Add(every); time.Since(began) < *soak; <-tick.C {
		send(cards[frames/scene%len(cards)])
		frames++
		switch frames % round {
		case round / 2:
			b := cards[0]
			send(b[:len(b)/3])
			send([]byte("rubbish on the line"))
			for range soakFPS {
				<-tick.C
			}
			send(b[len(b)/2:])
			cuts++
		case round / 4:
			hub.Process.Kill()
			hub.Wait()
			kills++
		case round * 3 / 4:
			hub = site.hub(t)
		}
		if time.Now().After(next) {
			m, err := measured(scan.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
			next = time.Now().Add(every)
		}
	}
	in.Close()
	if err := scan.Wait(); err != nil {
		t.Errorf("chotctl scan ended with %v: %s", err, stderr.String())
	}
	seen := map[string]int{}
	for _, l := range lines(t, out.String()) {
		if l.Seq == nil {
			t.Errorf("a scan was not kept: %+v", l)
		}
		seen[l.Outcome]++
	}
	if seen["admit"]+seen["refer"] == 0 || seen["refuse"] == 0 { // an hour later the same card is a repeat
		t.Errorf("verdicts %v: the stream is not scanned", seen)
	}
	if wrong := grown(all); wrong != nil {
		t.Errorf("%s", strings.Join(wrong, "; "))
	}
	first, last := all[len(all)/4], all[len(all)-1]
	t.Logf("%d frames in %v, %d interruptions, %d hubs killed, verdicts %v; after a quarter %d kB and %d descriptors, at the end %d kB and %d", frames,
		time.Since(began).Round(time.Second), cuts, kills, seen, first.resident>>10, first.files, last.resident>>10, last.files)
}

// TestSoakControl shows that a process which leaks memory and descriptors is
// found. The process is this test once more.
func TestSoakControl(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	const leaking = "CHOT_TEST_LEAKING"
	if os.Getenv(leaking) != "" {
		leak()
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSoakControl$")
	cmd.Env = append(os.Environ(), leaking+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	var all []measure
	for leaked := bufio.NewScanner(out); len(all) < 40 && leaked.Scan(); {
		m, err := measured(cmd.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	wrong := strings.Join(grown(all), "; ")
	if !strings.Contains(wrong, "resident memory grows") || !strings.Contains(wrong, "descriptors grow") {
		t.Errorf("of a leaking process is said: %q", wrong)
	}
	for i := range all { // what grows slowly but is too much from the start
		all[i] = measure{maxResident + 1, 5}
	}
	if wrong := grown(all); len(wrong) != 1 || !strings.Contains(wrong[0], "MB resident") {
		t.Errorf("of a large process is said: %q", wrong)
	}
}

// leak takes a megabyte and a descriptor for every line it prints, for ever.
func leak() {
	var kept [][]byte
	var files []io.Closer
	for {
		b := make([]byte, 1<<20)
		for i := range b {
			b[i] = byte(i)
		}
		f, err := os.Open(filepath.Join("/proc", "self", "status"))
		if err != nil {
			os.Exit(1)
		}
		kept, files = append(kept, b), append(files, f)
		fmt.Println(len(kept), len(files))
	}
}
