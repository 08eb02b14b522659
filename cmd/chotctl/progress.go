package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// A progress is a bar on a terminal, and nothing in a pipe.
type progress struct {
	w     io.Writer // nil: silent
	what  string
	total int64 // 0: not known
	done  int64
	shown time.Time
}

func newProgress(what string, total int64) *progress {
	p := &progress{what: what, total: total}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		p.w = os.Stderr
	}
	return p
}

// add counts n more; the bar moves ten times a second at most.
func (p *progress) add(n int64) {
	p.done += n
	if p.w == nil {
		return
	}
	if now := time.Now(); now.Sub(p.shown) >= 100*time.Millisecond {
		p.shown = now
		p.draw()
	}
}

func (p *progress) draw() {
	if p.total <= 0 {
		fmt.Fprintf(p.w, "\r%s %d ", p.what, p.done)
		return
	}
	const width = 30
	full := int(min(p.done, p.total) * width / p.total)
	fmt.Fprintf(p.w, "\r%s [%s%s] %3d %%", p.what, strings.Repeat("#", full), strings.Repeat(".", width-full), min(p.done, p.total)*100/p.total)
}

// end takes the bar away.
func (p *progress) end() {
	if p.w != nil {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", len(p.what)+45))
	}
}

// reader counts what is read through it.
func (p *progress) reader(r io.Reader) io.Reader { return progressReader{r, p} }

type progressReader struct {
	r io.Reader
	p *progress
}

func (r progressReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	r.p.add(int64(n))
	return n, err
}
