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
	classes := compileJava(t, "testdata/machine/vn/chot/Device.java")
	javac, err := exec.LookPath("javac")
	if err == nil {
		javac, err = filepath.EvalSymlinks(javac)
	}
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Dir(filepath.Dir(javac))
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
