//go:build !unix

package camera

import (
	"context"
	"io"
	"os"
)

// interruptible returns the file itself: here a blocked read ends with its
// input.
func interruptible(_ context.Context, f *os.File) io.Reader { return f }
