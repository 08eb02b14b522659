package stick

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func lay(t *testing.T, files ...string) {
	t.Helper()
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHolds(t *testing.T) {
	dir := t.TempDir()
	for i := range looksAt + 100 {
		lay(t, filepath.Join(dir, fmt.Sprint(i, ".ogg")))
	}
	lay(t, filepath.Join(dir, ".x.chot-receipt"), filepath.Join(dir, "x.chot-receipt.txt"))
	if Holds(dir, ".chot-receipt") || Holds(filepath.Join(dir, "gone"), ".chot-receipt") {
		t.Error("a file is found where none is")
	}
	lay(t, filepath.Join(dir, "x.chot-receipt"))
	if !Holds(dir, ".chot-receipt") {
		t.Error("among many files one is not found")
	}
}

func TestRepositories(t *testing.T) {
	dir := t.TempDir()
	at := func(elem ...string) string { return filepath.Join(append([]string{dir}, elem...)...) }
	if got := Repositories(dir); len(got) != 0 {
		t.Errorf("an empty stick holds %q", got)
	}
	if got := Repositories(at("gone")); len(got) != 0 {
		t.Errorf("a stick that is gone holds %q", got)
	}
	lay(t, at("repository", "metadata", "timestamp.json"), at("repository", "targets", "x"),
		at("music", "song.ogg"), at("half", "metadata", "timestamp.json"), at("other", "targets", "x"),
		at(".Trash", "metadata", "timestamp.json"), at(".Trash", "targets", "x"),
		at("deep", "er", "metadata", "timestamp.json"), at("deep", "er", "targets", "x"),
		at("file", "metadata", "timestamp.json", "is a folder"), at("file", "targets", "x"))
	// A link could lead the program anywhere, and a pipe would hold it up.
	if err := os.MkdirAll(at("link", "metadata"), 0o755); err != nil {
		t.Fatal(err)
	}
	lay(t, at("link", "targets", "x"))
	if err := os.Symlink("/etc/passwd", at("link", "metadata", "timestamp.json")); err != nil {
		t.Fatal(err)
	}
	if got := Repositories(dir); !slices.Equal(got, []string{at("repository")}) {
		t.Errorf("found %q", got)
	}
	lay(t, at("metadata", "timestamp.json"), at("targets", "x"))
	if got := Repositories(dir); !slices.Equal(got, []string{dir, at("repository")}) {
		t.Errorf("found %q", got)
	}
	full := t.TempDir()
	for i := range looksAt + 100 {
		lay(t, filepath.Join(full, fmt.Sprint(i), "metadata", "timestamp.json"), filepath.Join(full, fmt.Sprint(i), "targets", "x"))
	}
	if got := len(Repositories(full)); got != looksAt {
		t.Errorf("it looked into %d folders, want %d", got, looksAt)
	}
}
