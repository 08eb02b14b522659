package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// bundle is one build of the app.
type bundle struct {
	kit
	root, work string
	version    string
	code       int // of the version, before the ABI's is added
	key        key
	kinds      []abi // of APKs; universal is one for all
}

var universal = abi{name: "universal"}

// versionCode makes 1.2.3 into 102030: what Android compares. The last digit is
// the ABI's.
func versionCode(version string) (int, error) {
	n := numbers(version)
	if len(n) != 3 || n[0] > 2000 || n[1] > 99 || n[2] > 99 || n[0] < 0 || n[1] < 0 || n[2] < 0 {
		return 0, fmt.Errorf("version %q: three numbers are wanted, as 1.2.3, the last two below 100", version)
	}
	return (n[0]*10_000 + n[1]*100 + n[2]) * 10, nil
}

// make builds everything and leaves chot_VERSION_ABI.apk in the work folder.
func (b bundle) make(w io.Writer) error {
	libraries, err := b.libraries(b.root, b.work, w)
	if err != nil {
		return err
	}
	gio, err := gioJava(b.root)
	if err != nil {
		return err
	}
	return b.assemble(libraries, []string{gio}, w)
}

// assemble makes the APKs from built libraries and the Java that ours stands on.
func (b bundle) assemble(libraries map[string]string, java []string, w io.Writer) error {
	dex, err := b.dex(java)
	if err != nil {
		return err
	}
	resources := filepath.Join(b.work, "resources.zip")
	if err := run(b.aapt2, "compile", "--dir", filepath.Join(b.root, "assets/android/res"), "-o", resources); err != nil {
		return err
	}
	for _, a := range b.kinds {
		parts, err := b.linked(resources, b.code+a.code)
		if err != nil {
			return err
		}
		parts = append(parts, part{name: "classes.dex", bytes: dex})
		for _, l := range abis {
			if a.name != l.name && a.name != universal.name {
				continue
			}
			lib, err := os.ReadFile(libraries[l.name])
			if err != nil {
				return err
			}
			parts = append(parts, part{name: "lib/" + l.name + "/" + libraryName, bytes: lib, align: pageSize})
		}
		var plain bytes.Buffer
		if err := pack(&plain, parts); err != nil {
			return err
		}
		unsigned := filepath.Join(b.work, "unsigned.apk")
		if err := os.WriteFile(unsigned, plain.Bytes(), 0o644); err != nil {
			return err
		}
		out := filepath.Join(b.work, fmt.Sprintf("chot_%s_%s.apk", b.version, a.name))
		if err := b.sign(unsigned, out, b.key); err != nil {
			return err
		}
		if err := os.Remove(unsigned); err != nil {
			return err
		}
		fmt.Fprintln(w, out)
	}
	return nil
}

// dex compiles the Java, what ours stands on first, into one classes.dex.
func (b bundle) dex(java []string) ([]byte, error) {
	classes, out := filepath.Join(b.work, "classes"), filepath.Join(b.work, "dex")
	for _, dir := range []string{classes, out} {
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	for _, dir := range java {
		if err := b.compile(dir, classes, false, b.jar); err != nil {
			return nil, err
		}
	}
	if err := b.compile(filepath.Join(b.root, javaDir), classes, true, b.jar, classes); err != nil {
		return nil, err
	}
	files, err := classFiles(classes)
	if err != nil {
		return nil, err
	}
	if err := run(b.d8, append([]string{"--release", "--min-api", fmt.Sprint(minAPI), "--lib", b.jar, "--output", out}, files...)...); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(out, "classes.dex"))
}

// linked returns the manifest and the resources with a version code.
func (b bundle) linked(resources string, code int) ([]part, error) {
	out := filepath.Join(b.work, "linked.apk")
	defer os.Remove(out)
	err := run(b.aapt2, "link", "-I", b.jar, "--manifest", filepath.Join(b.root, "assets/android", manifestName), "-o", out,
		"--min-sdk-version", fmt.Sprint(minAPI), "--target-sdk-version", fmt.Sprint(targetAPI),
		"--version-code", fmt.Sprint(code), "--version-name", b.version, resources)
	if err != nil {
		return nil, err
	}
	return unpack(out)
}
