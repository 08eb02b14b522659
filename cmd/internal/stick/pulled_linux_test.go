//go:build linux && !android

package stick_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"chot/cmd/internal/stick"
	"chot/cmd/internal/stick/sticktest"
)

// Real sticks, of every kind there is here: what is written is there, whole,
// after the stick was out; and a stick that is full, read-only or gone fails with
// an error that says which, leaves no half file, and writes nothing to the
// device's own drive.
func TestRealSticks(t *testing.T) {
	for _, kind := range sticktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			s := sticktest.Plug(t, kind, 2<<20)
			content := bytes.Repeat([]byte("bundle"), 20_000)
			mounted := slices.ContainsFunc(stick.Mounted(), func(m stick.Stick) bool { return m.Path == s.Path && m.Free > 0 && !m.ReadOnly })
			if !mounted {
				t.Fatalf("the stick is not among %+v", stick.Mounted())
			}
			if err := stick.Write(filepath.Join(s.Path, "first"), content); err != nil {
				t.Fatal(err)
			}
			s.Out()
			s.In()
			if got, err := stick.Read(filepath.Join(s.Path, "first"), len(content)); err != nil || !bytes.Equal(got, content) {
				t.Fatalf("after it was out it holds %d bytes, %v", len(got), err)
			}

			s.Fill()
			if err := stick.Write(filepath.Join(s.Path, "second"), content); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("a full stick gives %v", err)
			}
			if err := os.Remove(filepath.Join(s.Path, "somebody's film")); err != nil {
				t.Fatal(err)
			}
			s.ReadOnly()
			if err := stick.Write(filepath.Join(s.Path, "second"), content); !errors.Is(err, syscall.EROFS) {
				t.Errorf("a read-only stick gives %v", err)
			}
			if !slices.ContainsFunc(stick.Mounted(), func(m stick.Stick) bool { return m.Path == s.Path && m.ReadOnly }) {
				t.Errorf("a read-only stick shows as %+v", stick.Mounted())
			}
			files, err := os.ReadDir(s.Path)
			names := slices.DeleteFunc(files, func(f fs.DirEntry) bool { return f.Name() == "lost+found" })
			if err != nil || len(names) != 1 || names[0].Name() != "first" {
				t.Errorf("in the end it holds %v, %v", names, err)
			}
		})
	}
}

// A stick that is pulled out between two files fails, and the second file is not
// written into the folder that is left in its place.
func TestPulledBetweenFiles(t *testing.T) {
	s := sticktest.Plug(t, "ext4", 2<<20)
	f, err := stick.Open(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := errors.Join(f.Write("first", []byte("one")), f.There()); err != nil {
		t.Fatal(err)
	}
	s.Pull()
	if err := f.Write("second", []byte("two")); err == nil {
		t.Error("a stick that is gone was written to")
	}
	if err := f.There(); !errors.Is(err, stick.ErrGone) {
		t.Errorf("a stick that is gone gives %v", err)
	}
	if left, err := os.ReadDir(s.Path); err != nil || len(left) > 0 {
		t.Errorf("the device's own drive holds %v, %v", left, err)
	}
	if _, err := stick.Open(filepath.Join(s.Path, "gone")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there gives %v", err)
	}
}
