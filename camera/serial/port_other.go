//go:build !linux

package serial

import (
	"context"
	"fmt"
)

// Port is an open serial port. This system has none.
type Port struct{}

// Open fails: this system has no serial ports.
func Open(spec string) (*Port, error) { return nil, fmt.Errorf("serial port: %w", ErrUnsupported) }

// Close does nothing.
func (p *Port) Close() error { return nil }

// Send fails: this system has no serial ports.
func (p *Port) Send([]byte) error { return fmt.Errorf("serial port: %w", ErrUnsupported) }

// Run fails: this system has no serial ports.
func (p *Port) Run(context.Context, func(Line) error) error {
	return fmt.Errorf("serial port: %w", ErrUnsupported)
}
