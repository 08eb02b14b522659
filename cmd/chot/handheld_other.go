//go:build !android

package main

import "chot/cmd/internal/station"

// A kiosk has the first camera there is and the readers that act as keyboards.
func usualSources() station.Sources {
	return station.Sources{Cameras: []string{"auto"}, Wedges: []string{"auto"}}
}

// broadcasts are a handheld's.
func broadcasts() station.Broadcasts { return nil }
