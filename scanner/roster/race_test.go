//go:build race

package roster

// raceEnabled: under the race detector sync.Pool drops some of what it is given, so
// that allocations cannot be counted.
const raceEnabled = true
