//go:build unix

package camera

import (
	"context"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// interruptible makes reading a file end with the context. A read of standard
// input cannot be called back once it blocks (its descriptor may be shared with
// the shell, so it must stay in blocking mode): it is entered only when poll
// says that there is something to read.
func interruptible(ctx context.Context, f *os.File) io.Reader {
	return &polledFile{ctx: ctx, f: f}
}

type polledFile struct {
	ctx context.Context
	f   *os.File
}

func (p *polledFile) Read(b []byte) (int, error) {
	const beat = 100 // milliseconds between looks at the context
	for {
		if err := p.ctx.Err(); err != nil {
			return 0, err
		}
		fds := []unix.PollFd{{Fd: int32(p.f.Fd()), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, beat)
		if n > 0 || err != nil && err != unix.EINTR {
			return p.f.Read(b)
		}
	}
}
