package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// put writes an executable file, and the folders it needs.
func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// All that is missing is told in one go, each with the line that brings it.
func TestMissingToolsAreToldAtOnce(t *testing.T) {
	for _, name := range []string{"ANDROID_HOME", "ANDROID_NDK_HOME", "APK_KEYSTORE_PASSWORD", "APK_KEYSTORE_PASSWORD_FILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("APK_KEYSTORE", "/nowhere/key.p12")
	err := do("build", t.TempDir(), "0.1.0", t.Output())
	if err == nil {
		t.Fatal("builds with nothing")
	}
	for _, want := range []string{
		"ANDROID_NDK_HOME is not set", `sdkmanager --sdk_root="$ANDROID_HOME" "ndk;` + ndkVersion + `"`,
		"ANDROID_HOME is not set", `"platforms;android-34" "build-tools;34.0.0"`,
		"JDK, version 17", "apt-get install openjdk-17-jdk-headless",
		"APK_KEYSTORE: stat /nowhere/key.p12", "keytool -genkeypair", "set APK_KEYSTORE_PASSWORD_FILE",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in:\n%v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "\n  - "); n != 5 {
		t.Errorf("%d things missing, want 5:\n%v", n, err)
	}
}

// A kit that is there but too old or not whole is told by what it lacks.
func TestOldKit(t *testing.T) {
	home := t.TempDir()
	put(t, filepath.Join(home, "platforms/android-33/android.jar"), "")
	put(t, filepath.Join(home, "build-tools/33.0.2/aapt2"), "")
	for _, tool := range []string{"aapt2", "zipalign", "apksigner"} {
		put(t, filepath.Join(home, "build-tools/34.0.0", tool), "")
	}
	bin := t.TempDir()
	put(t, filepath.Join(bin, "javac"), "#!/bin/sh\necho javac 11.0.2\n")
	put(t, filepath.Join(bin, "keytool"), "")
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	t.Setenv("ANDROID_HOME", home)
	t.Setenv("ANDROID_NDK_HOME", home)
	var k kit
	var m missing
	k.findNDK(&m)
	k.findSDK(&m)
	k.findJava(&m)
	for i, want := range []string{"holds no toolchains/llvm/prebuilt", "android.jar of API 34", "d8 of build-tools 34.0.0", "this one is 11"} {
		if i >= len(m) || !strings.Contains(m[i], want) {
			t.Errorf("thing %d does not say %q: %q", i, want, m)
		}
	}
	put(t, filepath.Join(home, "platforms/android-34/android.jar"), "")
	put(t, filepath.Join(home, "platforms/android-36/android.jar"), "")
	put(t, filepath.Join(home, "platforms/android-Baklava/android.jar"), "")
	put(t, filepath.Join(home, "build-tools/34.0.0/d8"), "")
	m = nil
	if k.findSDK(&m); m != nil || filepath.Base(filepath.Dir(k.jar)) != "android-36" {
		t.Errorf("a whole SDK: %q, %q", m, k.jar)
	}
}

func TestNewest(t *testing.T) {
	dir := t.TempDir()
	for _, v := range []string{"9.0.0", "33.0.2", "34.0.0", "35.0.0-rc1", "34.0.10"} {
		put(t, filepath.Join(dir, v, "x"), "")
	}
	if got := filepath.Base(newest(dir, "34.0.0")); got != "34.0.10" {
		t.Errorf("newest is %s", got)
	}
	if got := newest(dir, "36.0.0"); got != "" {
		t.Errorf("none is new enough, found %s", got)
	}
	if got := numbers("1.x"); got != nil {
		t.Errorf("1.x is %v", got)
	}
}

// Both layouts of an NDK: since r19 with its own clang, and one without, whose
// builtins stand under lib64 or lib.
func TestCompilers(t *testing.T) {
	k := kit{ndk: t.TempDir()}
	if _, _, err := k.compiler(abis[0], minAPI); err == nil || !strings.Contains(err.Error(), "libclang_rt.builtins-aarch64-android.a") {
		t.Errorf("an NDK with nothing gives %v", err)
	}
	put(t, filepath.Join(k.prebuilt(), "lib64/clang/9.0.8/lib/linux/libclang_rt.builtins-aarch64-android.a"), "")
	put(t, filepath.Join(k.prebuilt(), "lib/clang/17/lib/linux/libclang_rt.builtins-aarch64-android.a"), "")
	cc, link, err := k.compiler(abis[0], minAPI)
	if err != nil || !strings.HasPrefix(cc, "clang --target=aarch64-linux-android24 --sysroot=") || !slices.ContainsFunc(link, func(s string) bool { return strings.Contains(s, "clang/17/lib") }) {
		t.Errorf("Debian's clang: %q, %q, %v", cc, link, err)
	}
	put(t, filepath.Join(k.prebuilt(), "bin/armv7a-linux-androideabi24-clang"), "")
	cc, link, err = k.compiler(abis[1], minAPI)
	if err != nil || filepath.Base(cc) != "armv7a-linux-androideabi24-clang" || slices.Contains(link, "-nodefaultlibs") {
		t.Errorf("its own clang: %q, %q, %v", cc, link, err)
	}
	for _, l := range [][]string{link} {
		if !slices.Contains(l, "-Wl,--no-undefined") || !slices.Contains(l, "-Wl,-z,max-page-size=16384") {
			t.Errorf("the linker is told %q", l)
		}
	}
}

func TestVersionCode(t *testing.T) {
	for version, want := range map[string]int{"0.1.0": 1000, "1.2.3": 102030, "2000.99.99": 200099990} {
		if got, err := versionCode(version); err != nil || got != want {
			t.Errorf("%s is %d, %v", version, got, err)
		}
	}
	for _, version := range []string{"", "1.2", "1.2.3.4", "1.100.0", "1.0.100", "2001.0.0", "1.2.x", "-1.0.0"} {
		if got, err := versionCode(version); err == nil {
			t.Errorf("%q is %d", version, got)
		}
	}
	// What Google's shops take at most.
	if got, _ := versionCode("2000.99.99"); got+len(abis) > 2_100_000_000 {
		t.Error("the highest version code is too high")
	}
}
