package stick

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// looksAt bounds how many folders of a stick are looked into: a stick with
// somebody's whole music on it must not hold up whoever waits for an answer.
const looksAt = 200

// Repositories returns the folders of a stick that are laid out as a list
// repository: the stick itself, or folders at its top. Whose lists they hold,
// and whether they are any good, only their signatures tell.
func Repositories(path string) (all []string) {
	if repository(path) {
		all = append(all, path)
	}
	dir, err := os.Open(path)
	if err != nil {
		return all
	}
	defer dir.Close()
	entries, _ := dir.ReadDir(looksAt) // what could be read counts
	for _, e := range entries {
		if folder := filepath.Join(path, e.Name()); e.IsDir() && !strings.HasPrefix(e.Name(), ".") && repository(folder) {
			all = append(all, folder)
		}
	}
	return all
}

// Holds reports whether a folder holds a file that ends in ext.
func Holds(path, ext string) bool {
	dir, err := os.Open(path)
	if err != nil {
		return false
	}
	defer dir.Close()
	for range looksAt {
		names, err := dir.Readdirnames(looksAt)
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, ext) && !strings.HasPrefix(name, ".") }) {
			return true
		}
		if err != nil {
			return false
		}
	}
	return false
}

// repository reports whether a folder is laid out as package publish does it:
// TUF metadata (The Update Framework, §3.1) beside its targets.
func repository(folder string) bool {
	timestamp, err := os.Lstat(filepath.Join(folder, "metadata", "timestamp.json"))
	if err != nil || !timestamp.Mode().IsRegular() {
		return false
	}
	targets, err := os.Lstat(filepath.Join(folder, "targets"))
	return err == nil && targets.IsDir()
}
