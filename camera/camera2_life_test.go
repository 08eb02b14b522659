//go:build linux && !android

package camera

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The C between Go and Android's camera is led through a camera's life against a
// camera service of our own that behaves as badly as Android's may
// (testdata/camera2/fake.c): once watched for memory that is used after it was freed
// or is never freed, once for threads that meddle with one another. A deadlock ends
// it after minutes.
func TestCamera2Life(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no C compiler: install gcc")
		}
		t.Skip("no C compiler: install gcc")
	}
	// What a compiler reads go does not know of: a change of it must run this anew.
	for _, pattern := range []string{"camera2_android.[ch]", "testdata/camera2/*.[ch]", "testdata/camera2/*/*.h"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			if _, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, watched := range []string{"address,undefined", "thread"} {
		t.Run(watched, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "drive")
			from := filepath.Join("testdata", "camera2")
			build := exec.CommandContext(t.Context(), cc, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-pthread",
				"-fsanitize="+watched, "-fno-sanitize-recover=all", "-I", from, "-o", program,
				"camera2_android.c", filepath.Join(from, "fake.c"), filepath.Join(from, "drive.c"))
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			rounds := "300"
			if testing.Short() {
				rounds = "50"
			}
			if out, err := exec.CommandContext(t.Context(), program, rounds).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
