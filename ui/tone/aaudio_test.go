//go:build linux && !android

package tone

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The C between Go and Android's loudspeaker is led through sounds against a
// loudspeaker of our own (testdata/aaudio/fake.c), once watched for memory that is
// used after it was freed, once for threads that meddle with one another. A deadlock
// ends it after minutes.
func TestAAudioLife(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no C compiler: install gcc")
		}
		t.Skip("no C compiler: install gcc")
	}
	// What a compiler reads go does not know of: a change of it must run this anew.
	for _, pattern := range []string{"card_android.[ch]", "testdata/aaudio/*.c", "testdata/aaudio/*/*.h"} {
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
			dir, from := t.TempDir(), filepath.Join("testdata", "aaudio")
			library, program := filepath.Join(dir, "libaaudio.so"), filepath.Join(dir, "drive")
			flags := []string{"-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-pthread",
				"-fsanitize=" + watched, "-fno-sanitize-recover=all", "-I", from}
			for _, args := range [][]string{
				{"-shared", "-fPIC", "-Wl,-soname,libaaudio.so", "-o", library, filepath.Join(from, "fake.c")},
				{"-o", program, "card_android.c", filepath.Join(from, "drive.c"), library, "-ldl"},
			} {
				if out, err := exec.CommandContext(t.Context(), cc, append(flags, args...)...).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			drive := exec.CommandContext(t.Context(), program)
			drive.Env = append(os.Environ(), "LD_LIBRARY_PATH="+dir)
			if out, err := drive.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
