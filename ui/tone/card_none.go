//go:build !cgo || !linux

package tone

import "context"

// openCard fails: this build has no sound.
func openCard(context.Context) (output, error) { return nil, ErrUnsupported }
