package main

import (
	"fmt"
	"path/filepath"
	"slices"
)

// minAPI is the oldest Android the app runs on: 7.0, whose NDK camera this is.
const minAPI = 24

// targetAPI is the Android whose rules the app keeps.
const targetAPI = 34

// abi is one kind of processor a handheld has.
type abi struct {
	name   string // as Android names it
	goarch string
	goarm  string
	triple string // of the sysroot's folders
	target string // of clang
	rt     string // as compiler-rt names it
	code   int    // added to the version code: a device that runs several takes the highest
}

var abis = []abi{
	{"arm64-v8a", "arm64", "", "aarch64-linux-android", "aarch64-linux-android", "aarch64", 2},
	{"armeabi-v7a", "arm", "7", "arm-linux-androideabi", "armv7a-linux-androideabi", "arm", 1},
	{"x86_64", "amd64", "", "x86_64-linux-android", "x86_64-linux-android", "x86_64", 3},
}

// clang is the NDK's own compiler for an ABI, or "".
func (k kit) clang(a abi) string {
	path := filepath.Join(k.prebuilt(), "bin", fmt.Sprintf("%s%d-clang", a.target, minAPI))
	if !executable(path) {
		return ""
	}
	return path
}

// stubs is the folder of the sysroot with an API level's libraries.
func (k kit) stubs(a abi, api int) string {
	return filepath.Join(k.sysroot(), "usr/lib", a.triple, fmt.Sprint(api))
}

// compiler returns CC and what the linker is told besides: the NDK's clang knows
// its sysroot, another clang is shown it and the NDK's builtins.
func (k kit) compiler(a abi, api int) (cc string, link []string, err error) {
	link = []string{"-Wl,--no-undefined", "-Wl,-z,max-page-size=16384", "-Wl,--hash-style=gnu"}
	if own := k.clang(a); own != "" {
		return filepath.Join(filepath.Dir(own), fmt.Sprintf("%s%d-clang", a.target, api)), link, nil
	}
	builtins := k.builtins(a)
	if builtins == "" {
		return "", nil, fmt.Errorf("the NDK in %s holds no libclang_rt.builtins-%s-android.a under %s", k.ndk, a.rt, k.prebuilt())
	}
	cc = fmt.Sprintf("clang --target=%s%d --sysroot=%s", a.target, api, k.sysroot())
	return cc, append(link, "-fuse-ld=lld", "-nodefaultlibs", builtins, "-lc", "-lm", "-ldl"), nil
}

// builtins is the newest compiler-rt of the NDK for an ABI, or "".
func (k kit) builtins(a abi) string {
	var all []string
	for _, lib := range []string{"lib64", "lib"} {
		found, _ := filepath.Glob(filepath.Join(k.prebuilt(), lib, "clang/*/lib/linux/libclang_rt.builtins-"+a.rt+"-android.a"))
		all = append(all, found...)
	}
	if len(all) == 0 {
		return ""
	}
	return slices.MaxFunc(all, func(x, y string) int {
		version := func(p string) []int { return numbers(filepath.Base(filepath.Dir(filepath.Dir(filepath.Dir(p))))) }
		return slices.Compare(version(x), version(y))
	})
}
