//go:build !android

package stick

import "os"

// Mounted returns the sticks there are, by path.
func Mounted() []Stick {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	sticks := parseMounts(string(table))
	for i := range sticks {
		sticks[i].Free = free(sticks[i].Path)
	}
	return sticks
}
