//go:build linux && !android

package android

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The C between Go and Android's camera and loudspeaker is led through their lives
// against fakes of our own that behave as badly as Android's may: once watched for
// memory that is used after it was freed or is never freed, once for threads that
// meddle with one another. A deadlock ends it after minutes. It stands here, for no
// package below cmd is imported by both.
func TestCLivesWell(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no C compiler: install gcc")
		}
		t.Skip("no C compiler: install gcc")
	}
	rounds := "300" // of the camera
	if testing.Short() {
		rounds = "50"
	}
	for _, c := range []struct {
		dir, source, fake string // the fake's folder has fake.c, drive.c and headers
		library           string // that the source loads by name, "" for none
	}{
		{"../../../camera", "camera2_android.c", "testdata/camera2", ""},
		{"../../../ui/tone", "card_android.c", "testdata/aaudio", "libaaudio.so"},
	} {
		// What a compiler reads go does not know of: a change of it must run this anew.
		for _, pattern := range []string{strings.TrimSuffix(c.source, "c") + "[ch]", c.fake + "/*.c", c.fake + "/*.h", c.fake + "/*/*.h"} {
			files, err := filepath.Glob(filepath.Join(c.dir, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if _, err := os.ReadFile(file); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, watched := range []string{"address,undefined", "thread"} {
			t.Run(c.source+"/"+watched, func(t *testing.T) {
				t.Parallel()
				dir, fake := t.TempDir(), filepath.Join(c.fake, "fake.c")
				program := filepath.Join(dir, "drive")
				build := func(args ...string) {
					cmd := exec.CommandContext(t.Context(), cc, append([]string{"-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-pthread",
						"-fsanitize=" + watched, "-fno-sanitize-recover=all", "-I", c.fake}, args...)...)
					cmd.Dir = c.dir
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Fatalf("%v\n%s", err, out)
					}
				}
				if c.library != "" {
					library := filepath.Join(dir, c.library)
					build("-shared", "-fPIC", "-Wl,-soname,"+c.library, "-o", library, fake)
					fake = library
				}
				build("-o", program, c.source, filepath.Join(c.fake, "drive.c"), fake, "-ldl")
				drive := exec.CommandContext(t.Context(), program, rounds)
				drive.Env = append(os.Environ(), "LD_LIBRARY_PATH="+dir)
				if out, err := drive.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}
