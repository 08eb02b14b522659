package downlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

const (
	// A connection must bring stallBytes within every stallTime, or it is cut
	// and resumed: neither a dead link nor one that drips holds us for ever.
	stallTime  = 60 * time.Second
	stallBytes = 1 << 10

	// So many attempts in a row may bring nothing. One that brought anything
	// starts the count anew, so a link cut every few seconds still gets there.
	fruitless = 3
	pause     = 2 * time.Second // after the first of them; it doubles
)

// A link is a source as one refresh uses it.
type link struct {
	src   Source
	pause time.Duration
	exact bool // a source that can only begin at the beginning gives errNoRange
}

// errNoRange is a server that sends files from their beginning, whatever it is
// asked for.
var errNoRange = errors.New("the server does not give a file's end alone")

// An exacter is a source that can tell.
type exacter interface {
	fetchExactly(ctx context.Context, path string, offset int64) (io.ReadCloser, error)
}

// pull reads the file at path from offset have on into w, until its end or
// limit bytes in all, over as many connections as it takes. It returns how
// much there is now. The end is reported only by a source that says so.
func (l link) pull(ctx context.Context, path string, have, limit int64, w io.Writer) (int64, error) {
	for empty := 0; ; {
		n, err := l.once(ctx, path, have, limit-have, w)
		have += n
		if err == nil {
			return have, nil
		}
		if n > 0 {
			empty = 0
		} else {
			empty++
		}
		if ctx.Err() != nil {
			return have, context.Cause(ctx)
		}
		if CauseOf(err) != ErrNoConnection || empty >= fruitless {
			return have, err
		}
		if empty > 0 {
			select {
			case <-ctx.Done():
				return have, context.Cause(ctx)
			case <-time.After(l.pause << (empty - 1)):
			}
		}
	}
}

// once is one connection's worth.
func (l link) once(ctx context.Context, path string, offset, room int64, w io.Writer) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stall := time.AfterFunc(stallTime, cancel)
	defer stall.Stop()

	fetch := l.src.Fetch
	if src, ok := l.src.(exacter); ok && l.exact {
		fetch = src.fetchExactly
	}
	r, err := fetch(ctx, path, offset)
	if err != nil {
		if missing(err) || errors.Is(err, errNoRange) || CauseOf(err) != ErrUnknown {
			return 0, err
		}
		return 0, because(ErrNoConnection, err)
	}
	defer r.Close()
	buf := make([]byte, 32<<10)
	var done, counted int64
	for done < room {
		n, err := r.Read(buf[:min(int64(len(buf)), room-done)])
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				if bad := badPage(0); errors.As(werr, &bad) {
					return done, werr
				}
				return done, because(ErrStorage, werr)
			}
			done += int64(n)
			if done-counted >= stallBytes {
				stall.Reset(stallTime)
				counted = done
			}
		}
		if err == io.EOF {
			return done, nil
		}
		if err != nil && CauseOf(err) != ErrUnknown {
			return done, fmt.Errorf("read %s at byte %d: %w", path, offset+done, err)
		}
		if err != nil {
			return done, because(ErrNoConnection, fmt.Errorf("read %s at byte %d: %w", path, offset+done, err))
		}
	}
	return done, nil
}

// missing tells that a source is there and has no such file. A source that is
// itself gone says so with a cause, though the system's error may be the same.
func missing(err error) bool { return CauseOf(err) == ErrUnknown && errors.Is(err, fs.ErrNotExist) }
