package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// varying is what differs from run to run: each is replaced by its name.
var varying = []struct {
	name string
	re   *regexp.Regexp
}{
	{"TIME", regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?`)},
	{"PORT", regexp.MustCompile(`127\.0\.0\.1:\d+`)},
	{"HEAD", regexp.MustCompile(`[A-Za-z0-9+/]{43}=`)},
	{"KEY", regexp.MustCompile(`\b[a-z2-7]{16}\b`)},
	{"MS", regexp.MustCompile(` +\d+\.\d ms`)},
}

func steady(line string) string {
	for _, v := range varying {
		line = v.re.ReplaceAllString(line, v.name)
	}
	return strings.TrimRight(line, " ")
}

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestReadmeShowsARun holds the README's first transcript to what a run
// prints, in order, line for line, but for times, keys and ports.
func TestReadmeShowsARun(t *testing.T) {
	_, after, found := strings.Cut(readme(t), "$ make run\n")
	block, _, ended := strings.Cut(after, "$ make test\n")
	if !found || !ended {
		t.Fatal("the README has no transcript of make run")
	}
	dir := t.TempDir()
	cmd := chotctl("demo", "--no-window", "site")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var printed []string
	for line := range strings.Lines(string(out)) {
		printed = append(printed, steady(strings.TrimSuffix(line, "\n")))
	}
	missing := func(lines []string) (string, int) {
		from, n := 0, 0
		for _, line := range lines {
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "  …") || strings.HasPrefix(line, "    ") {
				continue // the README's own ellipsis and what stands under it
			}
			at := slices.Index(printed[from:], steady(line))
			if at < 0 {
				return line, n
			}
			from += at + 1
			n++
		}
		return "", n
	}
	lines := strings.Split(block, "\n")
	if line, n := missing(lines); line != "" {
		t.Errorf("the README shows a line that a run does not print (or not there):\n%s\nthe run printed:\n%s", line, out)
	} else if n < 10 {
		t.Errorf("compared %d lines, want at least 10", n)
	}
	// The same comparison finds a line that nobody prints.
	if line, _ := missing(append(slices.Clone(lines), "ADMIT   listed           cccd         ••••••999999             1.0 ms  99.jpg")); line == "" {
		t.Error("a line that was never printed was not missed")
	}
}

// TestReadmeNamesTestsThatExist: a test the README tells a reader to run is there.
func TestReadmeNamesTestsThatExist(t *testing.T) {
	commands := regexp.MustCompile(`go test (?:-\S+ )*(\./\S+) -run '?([A-Za-z|]+)'?`).FindAllStringSubmatch(readme(t), -1)
	if len(commands) < 3 {
		t.Fatalf("found %d go test commands in the README, want at least 3", len(commands))
	}
	for _, c := range commands {
		out, err := exec.Command("grep", "-rhoE", "--include=*_test.go", "^func Test[A-Za-z0-9]+", filepath.Join("..", "..", c[1])).Output()
		if err != nil {
			t.Errorf("%s: no tests found: %v", c[1], err)
			continue
		}
		for _, name := range strings.Split(c[2], "|") {
			if !regexp.MustCompile(`(?m)^func \w*` + name).Match(out) {
				t.Errorf("the README names %s in %s, which has no such test", name, c[1])
			}
		}
	}
}
