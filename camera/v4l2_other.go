//go:build !linux || (android && !cgo)

package camera

import (
	"context"
	"fmt"
)

// Run fails: this system has no V4L2.
func (c Camera) Run(context.Context, func(Frame) error) error {
	return fmt.Errorf("camera: %w", ErrUnsupported)
}

// List fails: this system has no V4L2.
func List() ([]Info, error) { return nil, fmt.Errorf("camera: %w", ErrUnsupported) }

// Probe fails: this system has no V4L2.
func (c Camera) Probe() (Info, error) { return Info{}, fmt.Errorf("camera: %w", ErrUnsupported) }
