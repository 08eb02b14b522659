//go:build !jvm

package android

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestJNIInAMachine runs the calls into Java in a desktop's virtual machine,
// which checks every use of JNI as it goes (-Xcheck:jni): Android's speaks the
// same JNI 1.6. It builds a test of its own, machine_test.go, for that needs cgo
// and the machine's headers.
func TestJNIInAMachine(t *testing.T) {
	javac, err := exec.LookPath("javac")
	if err == nil {
		javac, err = filepath.EvalSymlinks(javac)
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v: apt-get install openjdk-17-jdk-headless", err)
		}
		t.Skip("no Java here: apt-get install openjdk-17-jdk-headless")
	}
	home, classes := filepath.Dir(filepath.Dir(javac)), t.TempDir()
	files, err := filepath.Glob("testdata/machine/*/*/*.java")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	more, err := filepath.Glob("testdata/machine/*/*/*/*.java")
	if err != nil {
		t.Fatal(err)
	}
	compile := exec.Command(javac, append([]string{"-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d", classes}, append(files, more...)...)...)
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	include := filepath.Join(home, "include")
	run := exec.Command("go", "test", "-tags", "jvm", "-count=1", "-v", "-run", "TestCallsInAMachine", ".")
	run.Env = append(os.Environ(), "CGO_ENABLED=1", "CGO_CFLAGS=-Werror -I"+include+" -I"+filepath.Join(include, "linux"),
		"CHOT_JVM="+filepath.Join(home, "lib", "server", "libjvm.so"), "CHOT_CLASSES="+classes)
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestCallsInAMachine") {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "WARNING") {
		t.Errorf("the machine warns of how JNI was used:\n%s", out)
	}
}
