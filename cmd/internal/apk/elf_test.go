package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tool returns where a program is, and skips the test where there is none; in CI
// it must be there.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("needs %s (make need-test installs it)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// compile makes a shared library out of C, as Debian's clang and lld do for
// Android without a sysroot.
func compile(t *testing.T, target, out, source string, flags ...string) string {
	t.Helper()
	tool(t, "ld.lld")
	c := put(t, filepath.Join(t.TempDir(), "x.c"), source)
	args := append([]string{"--target=" + target, "-nostdlib", "-fuse-ld=lld", "-shared", "-fPIC", "-o", out, c}, flags...)
	if !slices.Contains(flags, "-g") {
		args = append(args, "-s")
	}
	if b, err := exec.Command(tool(t, "clang"), args...).CombinedOutput(); err != nil {
		t.Fatalf("clang: %v\n%s", err, b)
	}
	return out
}

const aligned = "-Wl,-z,max-page-size=16384"

func TestLibraryIsHeldToItsDevices(t *testing.T) {
	const target = "aarch64-linux-android24"
	dir := t.TempDir()
	stubs := filepath.Join(dir, "24")
	if err := os.Mkdir(stubs, 0o755); err != nil {
		t.Fatal(err)
	}
	libc := compile(t, target, filepath.Join(stubs, "libc.so"), "void old(void) {}", "-Wl,-soname,libc.so")
	young := compile(t, target, filepath.Join(dir, "libc.so"), "void old(void) {} void young(void) {}", "-Wl,-soname,libc.so")
	other := compile(t, target, filepath.Join(dir, "libother.so"), "void other(void) {}", "-Wl,-soname,libother.so")
	media := compile(t, target, filepath.Join(dir, "libmediandk.so"), "void media(void) {}", "-Wl,-soname,libmediandk.so")

	for _, c := range []struct {
		name, source string
		flags        []string
		says         string // "" passes
	}{
		{"good", "void old(void); void f(void) { old(); }", []string{aligned, libc}, ""},
		{"weak", "void old(void); __attribute__((weak)) void young(void); void f(void) { old(); if (young) young(); }", []string{aligned, libc}, ""},
		{"pages of 4 KiB", "int x; void f(void) { x++; }", []string{"-Wl,-z,max-page-size=4096"}, "aligned to 4096"},
		{"symbol of a younger Android", "void young(void); void f(void) { young(); }", []string{aligned, young}, "has: young"},
		{"library of a younger Android", "void media(void); void f(void) { media(); }", []string{aligned, media}, "has: libmediandk.so, media"},
		{"library Android has not", "void other(void); void f(void) { other(); }", []string{aligned, other}, "needs libother.so"},
		{"text relocations", `asm(".text\n.quad x\n.data\n.globl x\nx: .quad 0\n");`, []string{aligned, "-Wl,-z,notext"}, "text relocations"},
		{"code on the stack", "void f(void) {}", []string{aligned, "-Wl,-z,execstack"}, "stack"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lib := compile(t, target, filepath.Join(t.TempDir(), libraryName), c.source, c.flags...)
			err := checkLibrary(lib, abis[0], stubs)
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("says %v, want %q", err, c.says)
			}
		})
	}

	arm := compile(t, "armv7a-linux-androideabi24", filepath.Join(dir, "arm.so"), "int x; void f(void) { x++; }", aligned)
	if err := checkLibrary(arm, abis[1], stubs); err != nil {
		t.Error(err)
	}
	if err := checkLibrary(arm, abis[0], stubs); err == nil || !strings.Contains(err.Error(), "is for EM_ARM") {
		t.Errorf("arm for arm64: %v", err)
	}
	unstripped := compile(t, target, filepath.Join(dir, "big.so"), "void f(void) {}", aligned, "-g")
	if err := checkLibrary(unstripped, abis[0], stubs); err == nil || !strings.Contains(err.Error(), "not stripped") {
		t.Errorf("with symbols: %v", err)
	}
	if err := checkLibrary(put(t, filepath.Join(dir, "text"), "text"), abis[0], ""); err == nil {
		t.Error("a text file is a library")
	}
}

func TestExported(t *testing.T) {
	lib := compile(t, "aarch64-linux-android24", filepath.Join(t.TempDir(), libraryName), "void Java_vn_chot_A_b(void) {} void other(void) {} void Java_c(void);", aligned)
	names, err := exported(lib)
	if err != nil || strings.Join(names, " ") != "Java_vn_chot_A_b" {
		t.Errorf("%q, %v", names, err)
	}
}

func TestSize(t *testing.T) {
	path := put(t, filepath.Join(t.TempDir(), libraryName), "")
	for size, fits := range map[int64]bool{maxLibrary: true, maxLibrary + 1: false} {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		if err := checkSize(path); (err == nil) != fits {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
