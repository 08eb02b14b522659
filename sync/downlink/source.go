package downlink

import (
	"context"
	"io"
)

// A Source is where a repository can be read: a web server or a folder.
type Source interface {
	// Fetch opens the file at path, slash-separated and relative to the
	// repository, from the given offset on. A file that is not there is an
	// fs.ErrNotExist; every other failure carries a Cause, or counts as
	// ErrNoConnection and is tried again.
	Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error)
}
