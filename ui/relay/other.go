//go:build !linux || android

package relay

import "fmt"

// OpenOutput fails: this system has no relays.
func OpenOutput(string) (OutputCloser, error) { return nil, fmt.Errorf("relay: %w", ErrUnsupported) }

// OpenInput fails: this system has no relays.
func OpenInput(string) (InputCloser, error) { return nil, fmt.Errorf("relay: %w", ErrUnsupported) }
