//go:build !linux || android

package relay

import "fmt"

// Ports opens no outputs here.
type Ports struct{}

// Output fails: this system has no relays.
func (*Ports) Output(string) (OutputCloser, error) {
	return nil, fmt.Errorf("relay: %w", ErrUnsupported)
}

// OpenOutput fails: this system has no relays.
func OpenOutput(string) (OutputCloser, error) { return nil, fmt.Errorf("relay: %w", ErrUnsupported) }

// OpenInput fails: this system has no relays.
func OpenInput(string) (InputCloser, error) { return nil, fmt.Errorf("relay: %w", ErrUnsupported) }
