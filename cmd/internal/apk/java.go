package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// maxJava is the most lines of Java the project has: what only Java can do.
const maxJava = 300

// Our Java, and the signatures it is checked against where there is no SDK.
const (
	javaDir  = "assets/android/java"
	stubsDir = "assets/android/stubs"
)

// javaFiles are the sources under a folder, in order.
func javaFiles(dir string) ([]string, error) { return filesBelow(dir, ".java") }

// classFiles are the classes under a folder, in order.
func classFiles(dir string) ([]string, error) { return filesBelow(dir, ".class") }

func filesBelow(dir, ext string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) == ext {
			files = append(files, path)
		}
		return err
	})
	slices.Sort(files)
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s holds no %s files", dir, ext)
	}
	return files, err
}

// gioJava is the folder of Gio's own Java.
func gioJava(root string) (string, error) {
	out, err := exec.Command("go", "-C", root, "list", "-m", "-f", "{{.Dir}}", "gioui.org").Output()
	if err != nil {
		return "", fmt.Errorf("go list -m gioui.org: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "app"), nil
}

// compile compiles the Java in dir to classes in out. strict turns every
// warning into an error. It is held to Java 8, whose library is the one that
// Android 7 has nearly all of.
func (k kit) compile(dir, out string, strict bool, classpath ...string) error {
	files, err := javaFiles(dir)
	if err != nil {
		return err
	}
	args := []string{"--release", "8", "-encoding", "UTF-8", "-proc:none", "-g:source,lines", "-d", out, "-cp", strings.Join(classpath, string(os.PathListSeparator))}
	if strict {
		args = append(args, "-Xlint:all", "-Xlint:-options", "-Werror") // options: a newer javac finds 8 old
	} else {
		args = append(args, "-nowarn", "-Xlint:-options", "-Xlint:-deprecation")
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	return run(k.javac, append(args, files...)...)
}

// checkJava compiles our Java against android.jar and Gio's Java, or where
// there is no SDK against the stubs, and holds it to its size.
func (k kit) checkJava(root, work string) error {
	ours := filepath.Join(root, javaDir)
	n, err := lines(ours)
	if err != nil {
		return err
	}
	if n > maxJava {
		return fmt.Errorf("%s has %d lines of Java, more than %d", javaDir, n, maxJava)
	}
	against, gio := k.jar, filepath.Join(work, "gio")
	if against == "" {
		against, gio = filepath.Join(work, "stubs"), ""
		if err := k.compile(filepath.Join(root, stubsDir), against, false); err != nil {
			return err
		}
	} else {
		dir, err := gioJava(root)
		if err != nil {
			return err
		}
		if err := k.compile(dir, gio, false, against); err != nil {
			return err
		}
	}
	return k.compile(ours, filepath.Join(work, "classes"), true, against, gio)
}

// lines counts the lines of the Java under a folder.
func lines(dir string) (n int, err error) {
	files, err := javaFiles(dir)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return 0, err
		}
		n += bytes.Count(b, []byte("\n"))
	}
	return n, err
}

var (
	packageLine = regexp.MustCompile(`(?m)^package ([\w.]+);`)
	comments    = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	nativeMeth  = regexp.MustCompile(`\bnative\b[^;(]*?(\w+)\s*\(`)
	exportLine  = regexp.MustCompile(`(?m)^//export (Java_\w+)|\b(Java_vn_chot_\w+)\s*\(JNIEnv`)
)

// natives are the names the functions behind our native methods have in C
// (JNI §2, "Resolving Native Method Names").
func natives(dir string) (names []string, err error) {
	files, err := javaFiles(dir)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		p := packageLine.FindSubmatch(b)
		if p == nil {
			return nil, fmt.Errorf("%s names no package", f)
		}
		class := string(p[1]) + "." + strings.TrimSuffix(filepath.Base(f), ".java")
		for _, m := range nativeMeth.FindAllSubmatch(comments.ReplaceAll(b, nil), -1) {
			names = append(names, "Java_"+mangle(class)+"_"+mangle(string(m[1])))
		}
	}
	slices.Sort(names)
	return names, err
}

func mangle(name string) string {
	return strings.NewReplacer("_", "_1", ".", "_", "$", "_00024").Replace(name)
}

// written are the functions for Java that the Go and C sources under a folder
// define.
func written(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".go", ".c"}, filepath.Ext(path)) || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range exportLine.FindAllSubmatch(b, -1) {
			names = append(names, string(m[1])+string(m[2]))
		}
		return err
	})
	slices.Sort(names)
	return slices.Compact(names), err
}

// pair holds what Java calls and what is written to each other.
func pair(called, written []string) error {
	var wrong []error
	for _, n := range called {
		if !slices.Contains(written, n) {
			wrong = append(wrong, fmt.Errorf("called from Java, %s is written nowhere", n))
		}
	}
	for _, n := range written {
		if !slices.Contains(called, n) {
			wrong = append(wrong, fmt.Errorf("written for Java, %s is called nowhere", n))
		}
	}
	return errors.Join(wrong...)
}

// run runs a tool and shows what it says only when it fails.
func run(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, bytes.TrimSpace(out))
	}
	return nil
}
