package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The modules as the pinned versions have them can be cut, and what the app takes
// of them compiles without what was cut.
func TestLeanModules(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	modfile, err := leanModules(root)
	if err != nil {
		t.Fatal(err)
	}
	built := func(packages ...string) (string, error) {
		out, err := exec.Command("go", append([]string{"-C", root, "build", "-modfile", modfile}, packages...)...).CombinedOutput()
		return string(out), err
	}
	if out, err := built("./scanner/qr", "./sync/downlink"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// A control: what was cut is not there.
	if out, err := built("github.com/makiuchi-d/gozxing/qrcode"); err == nil || !strings.Contains(out, "undefined") {
		t.Errorf("gozxing's reader builds from the copy too: %v\n%s", err, out)
	}
	l := leaner["go-tuf"]
	l.change = append(l.change, change{"metadata/updater/updater.go", "words of another version", ""})
	if err := l.cut(filepath.Join(filepath.Dir(modfile), "go-tuf")); err == nil {
		t.Error("a version that looks different is cut all the same")
	}
}
