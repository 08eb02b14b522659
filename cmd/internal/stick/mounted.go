package stick

import (
	"path/filepath"
	"slices"
	"strings"
)

// A Stick is a mounted USB stick.
type Stick struct {
	Path     string // where it is mounted
	Name     string // its label, the last part of Path
	Free     int64  // bytes; 0 when that cannot be told
	ReadOnly bool
}

// roots are the folders in which desktops and administrators mount sticks.
var roots = []string{"/media/", "/run/media/", "/mnt/"}

// parseMounts reads proc_pid_mountinfo(5): the fifth field is the mount point,
// the sixth its options, and after a hyphen stand the type of the file system,
// its source and its own options.
func parseMounts(table string) (sticks []Stick) {
	for line := range strings.Lines(table) {
		front, back, ok := strings.Cut(strings.TrimSpace(line), " - ")
		fields, rest := strings.Fields(front), strings.Fields(back)
		if !ok || len(fields) < 6 || len(rest) < 3 {
			continue
		}
		path := unescape(fields[4])
		if !slices.ContainsFunc(roots, func(root string) bool { return strings.HasPrefix(path, root) }) || !strings.HasPrefix(rest[1], "/dev/") {
			continue
		}
		readOnly := slices.Contains(strings.Split(fields[5], ","), "ro") || slices.Contains(strings.Split(rest[2], ","), "ro")
		sticks = append(sticks, Stick{Path: path, Name: filepath.Base(path), ReadOnly: readOnly})
	}
	slices.SortFunc(sticks, func(a, b Stick) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(sticks, func(a, b Stick) bool { return a.Path == b.Path })
}

// unescape turns the kernel's octal escapes of blanks back.
func unescape(path string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(path)
}
