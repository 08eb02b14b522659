package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

// Our Java compiles without a warning, against android.jar where ANDROID_HOME has
// one and against the stubs elsewhere, and is no longer than it may be.
func TestJavaCompiles(t *testing.T) {
	k := kit{javac: tool(t, "javac"), jar: androidJar(os.Getenv("ANDROID_HOME"))}
	if err := k.checkJava(root, t.TempDir()); err != nil {
		t.Error(err)
	}

	// The check itself must be able to fail.
	for name, text := range map[string]string{
		"deprecation": "package a; class A { void f(android.app.Activity a) { a.onBackPressed(); } }",
		"rawtypes":    "package a; class A { java.util.List all; }",
		"cannot find": "package a; class A { void f(android.app.Activity a) { a.dance(); } }",
		"List.of":     "package a; class A { Object o = java.util.List.of(); }", // Java 9: not on Android 7
	} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, "A.java"), text)
		stubs := t.TempDir()
		if err := k.compile(filepath.Join(root, stubsDir), stubs, false); err != nil {
			t.Fatal(err)
		}
		if err := k.compile(dir, t.TempDir(), true, stubs); err == nil || !strings.Contains(err.Error(), name) && name != "List.of" {
			t.Errorf("%s passes, or else: %v", name, err)
		}
	}
	long := t.TempDir()
	put(t, filepath.Join(long, javaDir, "A.java"), "package a; class A {}"+strings.Repeat("\n", maxJava+1))
	if err := k.checkJava(long, t.TempDir()); err == nil || !strings.Contains(err.Error(), "more than 300") {
		t.Errorf("301 lines: %v", err)
	}
}

// Each native method has its function, and each function its method: what does
// not match is found by Java only when it is called.
func TestNativesAreWritten(t *testing.T) {
	called, err := natives(filepath.Join(root, javaDir))
	if err != nil {
		t.Fatal(err)
	}
	functions, err := written(filepath.Join(root, "cmd"))
	if err != nil {
		t.Fatal(err)
	}
	if err := pair(called, functions); err != nil {
		t.Error(err)
	}
	if len(called) < 2 {
		t.Errorf("only %q are called", called)
	}

	dir := t.TempDir()
	put(t, filepath.Join(dir, "A_b.java"), "package vn.chot;\nclass A_b {\n// native int no();\n/* native void never(); */\n"+
		"  static native byte[] read(\n    int n);\n  private native void set_it(long x); public native boolean onStopJob(int j); }\n")
	put(t, filepath.Join(dir, "a.go"), "package a\n//export Java_vn_chot_A_1b_read\nfunc f() {}\n")
	put(t, filepath.Join(dir, "a.c"), "JNIEXPORT void JNICALL Java_vn_chot_A_1b_set_1it(JNIEnv *e, jobject o, jlong x) {}\nvoid Java_vn_chot_A_1b_gone(JNIEnv *e) {}\n")
	called, err = natives(dir)
	if want := []string{"Java_vn_chot_A_1b_onStopJob", "Java_vn_chot_A_1b_read", "Java_vn_chot_A_1b_set_1it"}; err != nil || !slices.Equal(called, want) {
		t.Errorf("called are %q, %v", called, err)
	}
	functions, err = written(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = pair(called, functions)
	if err == nil || !strings.Contains(err.Error(), "called from Java, Java_vn_chot_A_1b_onStopJob is written nowhere") || !strings.Contains(err.Error(), "written for Java, Java_vn_chot_A_1b_gone is called nowhere") {
		t.Errorf("the pairing says %v", err)
	}
}

// The stubs of Gio's classes say what Gio's own Java says.
func TestStubsOfGio(t *testing.T) {
	dir, err := gioJava(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, class := range []string{"Gio", "GioView"} {
		real, err := os.ReadFile(filepath.Join(dir, class+".java"))
		if err != nil {
			t.Fatal(err)
		}
		stub, err := os.ReadFile(filepath.Join(root, stubsDir, "org/gioui", class+".java"))
		if err != nil {
			t.Fatal(err)
		}
		methods := regexp.MustCompile(`(?m)^\tpublic (?:static )?native (\w+) (\w+)\((\w*)`).FindAllSubmatch(stub, -1)
		if len(methods) == 0 {
			t.Errorf("%s: no methods", class)
		}
		for _, m := range methods {
			if !regexp.MustCompile(`public [a-z ]*\b`+string(m[1])+` `+string(m[2])+`\(`+string(m[3])+`\b`).Match(real) && !regexp.MustCompile(`public [a-z ]*\b`+string(m[1])+` `+string(m[2])+`\(\)`).Match(real) {
				t.Errorf("Gio's %s has no public %s %s(%s)", class, m[1], m[2], m[3])
			}
		}
	}
}
