package main

import (
	"os"
	"strconv"
	"strings"
)

// freeMemory is how many bytes this machine, or the container around this program,
// has left; 0 when it does not say.
func freeMemory() int64 {
	free := int64(0)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
				if kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64); err == nil {
					free = kib << 10
				}
			}
		}
	}
	limit, used := cgroupBytes("memory.max"), cgroupBytes("memory.current")
	if limit > 0 && (free == 0 || limit-used < free) {
		free = max(limit-used, 1)
	}
	return free
}

// cgroupBytes is a number of the control group, 0 when there is none or it says "max".
func cgroupBytes(file string) int64 {
	text, err := os.ReadFile("/sys/fs/cgroup/" + file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
