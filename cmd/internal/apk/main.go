// Apk builds the handheld's app with the SDK's own tools, and checks what can be
// checked of it without a device.
//
//	go run ./cmd/internal/apk build   APKs for each kind of processor, and one for all, into bin/android
//	go run ./cmd/internal/apk check   the libraries alone, against an NDK's sysroot
//	go run ./cmd/internal/apk java    our Java, against android.jar where ANDROID_HOME has one
//
// It needs ANDROID_NDK_HOME (check, build) and ANDROID_HOME (build), says at once
// everything that is missing, and downloads nothing. The same input gives the
// same bytes: no times, no folders, no build ids are in what it makes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	version := flag.String("version", "0.1.0", "version of the app: three numbers, the last two below 100")
	root := flag.String("root", ".", "folder of the project")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Builds the handheld's app, or checks its parts.\n\nExample: go run ./cmd/internal/apk build\n\napk [flags] build|check|java\n\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := do(flag.Arg(0), *root, *version, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "apk: %v\n", err)
		os.Exit(1)
	}
}

func do(verb, root, version string, w io.Writer) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	work := filepath.Join(root, "bin/android")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	var k kit
	var m missing
	switch verb {
	case "build":
		k.findNDK(&m)
		k.findSDK(&m)
		k.findJava(&m)
		signWith, release := releaseKey(&m)
		code, err := versionCode(version)
		if err != nil {
			return err
		}
		if err := m.err(); err != nil {
			return err
		}
		if !release {
			if signWith, err = k.debugKey(work); err != nil {
				return err
			}
			fmt.Fprintln(w, "no APK_KEYSTORE: signed with a throw-away key, for trying only")
		}
		b := bundle{kit: k, root: root, work: work, version: version, code: code, key: signWith, kinds: append([]abi{universal}, abis...)}
		return b.make(w)
	case "check":
		k.findNDK(&m)
		if err := m.err(); err != nil {
			return err
		}
		return k.check(root, work, w)
	case "java":
		k.findJava(&m)
		if err := m.err(); err != nil {
			return err
		}
		k.jar = androidJar(os.Getenv("ANDROID_HOME"))
		if err := k.checkJava(root, filepath.Join(work, "java")); err != nil {
			return err
		}
		n, err := lines(filepath.Join(root, javaDir))
		fmt.Fprintf(w, "%d lines of Java, at most %d; compiled against %s\n", n, maxJava, against(k.jar))
		return err
	}
	return fmt.Errorf("%q is none of build, check and java", verb)
}

func against(jar string) string {
	if jar == "" {
		return stubsDir + " (ANDROID_HOME holds no android.jar)"
	}
	return jar
}

// libraries builds the app for every ABI and holds each library to its checks.
func (k kit) libraries(root, work string, w io.Writer) (map[string]string, error) {
	called, err := natives(filepath.Join(root, javaDir))
	if err != nil {
		return nil, err
	}
	gio, err := gioJava(root)
	if err != nil {
		return nil, err
	}
	of, err := natives(gio)
	if err != nil {
		return nil, err
	}
	built := map[string]string{}
	for _, a := range abis {
		path := filepath.Join(work, "lib", a.name, libraryName)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := k.build(root, path, a); err != nil {
			return nil, err
		}
		if err := checkLibrary(path, a, k.stubs(a, minAPI)); err != nil {
			return nil, err
		}
		names, err := exported(path)
		if err != nil {
			return nil, err
		}
		if err := pair(append(of, called...), names); err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(w, "%-12s %9d bytes stripped, API %d, %d functions for Java\n", a.name, info.Size(), minAPI, len(names))
		built[a.name] = path
	}
	return built, nil
}

// check builds and checks the libraries, and the check itself with what must fail.
func (k kit) check(root, work string, w io.Writer) error {
	if err := k.control(work); err != nil {
		return err
	}
	built, err := k.libraries(root, work, w)
	if err != nil {
		return err
	}
	return checkSize(built["arm64-v8a"]) // last, so that all the rest is known
}

// checkSize holds the arm64 library to its bound. A build goes on without: a
// large app is better than none.
func checkSize(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxLibrary {
		return fmt.Errorf("%s has %d bytes, more than %d", path, info.Size(), maxLibrary)
	}
	return nil
}

// control builds a library that is too young for minAPI, and one that lacks a
// symbol: the checks must find both.
func (k kit) control(work string) error {
	const young = `#include <aaudio/AAudio.h>
const char *f(void) { return AAudio_convertResultToText(0); }
`
	a, dir := abis[0], filepath.Join(work, "control")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	source, out := filepath.Join(dir, "young.c"), filepath.Join(dir, "young.so")
	if err := os.WriteFile(source, []byte(young), 0o644); err != nil {
		return err
	}
	link := func(api int, libs ...string) error {
		cc, flags, err := k.compiler(a, api)
		if err != nil {
			return err
		}
		c := strings.Fields(cc)
		args := append(c[1:], "-shared", "-fPIC", "-s", "-o", out, source)
		return run(c[0], append(append(args, flags...), libs...)...)
	}
	if err := link(26, "-laaudio"); err != nil { // AAudio came with API 26
		return fmt.Errorf("build the control: %w", err)
	}
	err := checkLibrary(out, a, k.stubs(a, minAPI))
	if err == nil || !strings.Contains(err.Error(), "AAudio_convertResultToText") {
		return fmt.Errorf("the check passes a library that needs API 26: %w", err)
	}
	if link(26) == nil {
		return errors.New("the linker passes a library with an undefined symbol")
	}
	return nil
}
