package android

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// compileJava compiles files against the stubs of Android's classes and returns
// the folder of all of them.
func compileJava(t *testing.T, files ...string) (classes string) {
	t.Helper()
	javac, err := exec.LookPath("javac")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v: apt-get install openjdk-17-jdk-headless", err)
		}
		t.Skip("no Java here: apt-get install openjdk-17-jdk-headless")
	}
	classes = t.TempDir()
	compile := func(warnings []string, files []string) {
		for _, file := range files { // what javac reads go does not know of: a change of it must run this anew
			if _, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
		args := slices.Concat(warnings, []string{"-encoding", "UTF-8", "-cp", classes, "-d", classes}, files)
		if out, err := exec.Command(javac, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	var stubs []string
	err = filepath.WalkDir("../../../assets/android/stubs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".java" {
			stubs = append(stubs, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	compile([]string{"-nowarn", "-Xlint:-deprecation"}, stubs)
	compile([]string{"-Xlint:all", "-Werror"}, files)
	return classes
}

// descriptors are the types of Device's methods as JNI writes them (JNI §3,
// "Type Signatures").
var descriptors = map[string]string{
	"void": "V", "boolean": "Z", "int": "I", "String": "Ljava/lang/String;", "byte[]": "[B", "long[]": "[J", "int[]": "[I",
	"Activity": "Landroid/app/Activity;", "Context": "Landroid/content/Context;",
}

var (
	javaMethod = regexp.MustCompile(`(?m)^\tstatic (\S+) (\w+)\(([^)]*)\)`)
	goCall     = regexp.MustCompile(`\.(?:call|tell)\("(\w+)", "([^"]+)"`)
)

// TestCallsAreJavas holds every call's name and signature to the method there
// is: a mistake would show on a device only.
func TestCallsAreJavas(t *testing.T) {
	java, err := os.ReadFile(filepath.Join("..", "..", "..", "assets", "android", "java", "vn", "chot", "Device.java"))
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]string{}
	for _, m := range javaMethod.FindAllStringSubmatch(string(java), -1) {
		sig := "("
		for _, param := range strings.Split(m[3], ",") {
			typ, _, _ := strings.Cut(strings.TrimSpace(param), " ")
			d, ok := descriptors[typ]
			if !ok {
				t.Fatalf("%s has a parameter of type %q, which no call can hand over", m[2], typ)
			}
			sig += d
		}
		there[m[2]] = sig + ")" + descriptors[m[1]]
	}
	files, err := filepath.Glob("*_android.go")
	if err != nil || len(files) == 0 || len(there) == 0 {
		t.Fatalf("%d files, %d methods, %v", len(files), len(there), err)
	}
	called := map[string]bool{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range goCall.FindAllStringSubmatch(string(b), -1) {
			called[m[1]] = true
			if there[m[1]] != m[2] {
				t.Errorf("%s calls %s%s, Java has %s%s", file, m[1], m[2], m[1], there[m[1]])
			}
		}
	}
	for name := range there {
		if !called[name] {
			t.Errorf("nobody calls Device.%s", name)
		}
	}
}
