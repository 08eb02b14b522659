//go:build !linux || android

package wedge

import (
	"context"
	"fmt"
)

// Reader is a keyboard-wedge reader that this program has for itself. This
// system gives none.
type Reader struct{}

// List fails: this system does not show its input devices.
func List() ([]Device, error) { return nil, fmt.Errorf("reader: %w", ErrUnsupported) }

// Open fails: this system gives no program a reader for itself.
func Open(string) (*Reader, error) { return nil, fmt.Errorf("reader: %w", ErrUnsupported) }

// Close does nothing.
func (r *Reader) Close() error { return nil }

// Run fails: this system gives no program a reader for itself.
func (r *Reader) Run(context.Context, func(Line) error) error {
	return fmt.Errorf("reader: %w", ErrUnsupported)
}
