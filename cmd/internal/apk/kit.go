package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// What is needed at least. Newer ones do; these are those the texts name.
const (
	platform   = 34       // android.jar: Gio's GioView.java asks for 30, the manifest for 34
	buildTools = "34.0.0" // aapt2, d8, zipalign, apksigner
	ndkVersion = "26.3.11579264"
	javaMajor  = 17 // d8 of build-tools 34 runs on 17; javac speaks of 11
)

// kit is the tools at hand.
type kit struct {
	ndk                         string // the NDK's folder
	jar                         string // android.jar
	aapt2, d8, zipalign, signer string
	javac, keytool              string
}

// missing is what is not there, each with the line that brings it.
type missing []string

func (m *missing) add(format string, args ...any) { *m = append(*m, fmt.Sprintf(format, args...)) }

// err tells all of it at once.
func (m missing) err() error {
	if len(m) == 0 {
		return nil
	}
	return errors.New("something is missing:\n  - " + strings.Join(m, "\n  - "))
}

// sdkmanager is the line that installs packages of the SDK.
func sdkmanager(packages ...string) string {
	return `sdkmanager --sdk_root="$ANDROID_HOME" "` + strings.Join(packages, `" "`) + `"`
}

// findNDK looks for the NDK that ANDROID_NDK_HOME names.
func (k *kit) findNDK(m *missing) {
	k.ndk = os.Getenv("ANDROID_NDK_HOME")
	how := fmt.Sprintf("type:  %s && export ANDROID_NDK_HOME=\"$ANDROID_HOME/ndk/%s\"", sdkmanager("ndk;"+ndkVersion), ndkVersion)
	if k.ndk == "" {
		m.add("the NDK, version r20 or newer: ANDROID_NDK_HOME is not set; %s", how)
		return
	}
	if _, err := os.Stat(k.sysroot()); err != nil {
		m.add("the NDK: ANDROID_NDK_HOME is %s, which holds no %s; %s", k.ndk, strings.TrimPrefix(k.sysroot(), k.ndk+"/"), how)
		return
	}
	if k.clang(abis[0]) == "" && (which("clang") == "" || which("ld.lld") == "") {
		m.add("a C compiler: this NDK holds none for %s; type:  apt-get install clang lld", runtime.GOOS)
	}
}

// prebuilt is where an NDK since r19 keeps its compiler and its sysroot.
func (k kit) prebuilt() string {
	return filepath.Join(k.ndk, "toolchains/llvm/prebuilt", runtime.GOOS+"-x86_64")
}

func (k kit) sysroot() string { return filepath.Join(k.prebuilt(), "sysroot") }

// findSDK looks for what makes an APK in the SDK that ANDROID_HOME names.
func (k *kit) findSDK(m *missing) {
	home := os.Getenv("ANDROID_HOME")
	if home == "" {
		m.add("the Android SDK: ANDROID_HOME is not set; unpack Google's command-line tools, type:  export ANDROID_HOME=FOLDER && %s",
			sdkmanager(fmt.Sprintf("platforms;android-%d", platform), "build-tools;"+buildTools))
		return
	}
	k.jar = androidJar(home)
	if k.jar == "" {
		m.add("android.jar of API %d or newer in %s/platforms; type:  %s", platform, home, sdkmanager(fmt.Sprintf("platforms;android-%d", platform)))
	}
	tools := newest(filepath.Join(home, "build-tools"), buildTools)
	for name, to := range map[string]*string{"aapt2": &k.aapt2, "d8": &k.d8, "zipalign": &k.zipalign, "apksigner": &k.signer} {
		if path := filepath.Join(tools, name); tools != "" && executable(path) {
			*to = path
		}
	}
	var lacks []string
	for _, t := range []struct{ name, path string }{{"aapt2", k.aapt2}, {"d8", k.d8}, {"zipalign", k.zipalign}, {"apksigner", k.signer}} {
		if t.path == "" {
			lacks = append(lacks, t.name)
		}
	}
	if len(lacks) > 0 {
		m.add("%s of build-tools %s or newer in %s/build-tools; type:  %s", strings.Join(lacks, ", "), buildTools, home, sdkmanager("build-tools;"+buildTools))
	}
}

// findJava looks for a JDK.
func (k *kit) findJava(m *missing) {
	k.javac, k.keytool = which("javac"), which("keytool")
	how := fmt.Sprintf("type:  apt-get install openjdk-%d-jdk-headless", javaMajor)
	if k.javac == "" || k.keytool == "" {
		m.add("a JDK, version %d or newer: no javac or keytool; %s", javaMajor, how)
		return
	}
	out, err := exec.Command(k.javac, "-version").CombinedOutput()
	found := regexp.MustCompile(`javac (\d+)`).FindSubmatch(out)
	if err != nil || found == nil {
		m.add("a JDK, version %d or newer: %s does not tell its version; %s", javaMajor, k.javac, how)
	} else if n, _ := strconv.Atoi(string(found[1])); n < javaMajor {
		m.add("a JDK, version %d or newer: this one is %d; %s", javaMajor, n, how)
	}
}

// androidJar returns the newest android.jar of an SDK that is new enough.
func androidJar(home string) string {
	jars, _ := filepath.Glob(filepath.Join(home, "platforms/android-*/android.jar"))
	best, at := "", platform-1
	for _, jar := range jars {
		n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(filepath.Dir(jar)), "android-"))
		if err == nil && n > at {
			best, at = jar, n
		}
	}
	return best
}

// newest returns the folder in dir with the highest version that is not below
// least.
func newest(dir, least string) string {
	folders, _ := filepath.Glob(filepath.Join(dir, "*"))
	best := ""
	for _, f := range folders {
		v := numbers(filepath.Base(f))
		if v != nil && slices.Compare(v, numbers(least)) >= 0 && (best == "" || slices.Compare(v, numbers(filepath.Base(best))) > 0) {
			best = f
		}
	}
	return best
}

// numbers are a version's; nil for what is none, as 35.0.0-rc1.
func numbers(version string) (all []int) {
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		all = append(all, n)
	}
	return all
}

func which(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
