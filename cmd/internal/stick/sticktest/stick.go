// Package sticktest plugs in sticks for tests: small file systems of their own
// on loop devices, mounted where desktops mount sticks, that can be full,
// read-only, or pulled out while somebody reads or writes.
package sticktest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A Stick is a file system on a loop device.
type Stick struct {
	Path string // where it is mounted

	t     testing.TB
	image string
	in    bool
}

// Kinds are the file systems that sticks may have here: every kernel that the
// project runs on knows ext4, most know vfat.
func Kinds() []string {
	known, err := os.ReadFile("/proc/filesystems")
	if err == nil && !bytes.Contains(known, []byte("\tvfat\n")) {
		_ = exec.Command("modprobe", "vfat").Run()
		known, err = os.ReadFile("/proc/filesystems")
	}
	if _, missing := exec.LookPath("mkfs.vfat"); err == nil && missing == nil && bytes.Contains(known, []byte("\tvfat\n")) {
		return []string{"ext4", "vfat"}
	}
	return []string{"ext4"}
}

// Plug makes a stick of a size in bytes and plugs it in; with the test it goes.
// Where nobody may mount anything the test is skipped, in CI it fails.
func Plug(t testing.TB, kind string, size int64) *Stick {
	t.Helper()
	need(t, kind)
	s := &Stick{t: t, image: filepath.Join(t.TempDir(), "stick.img")}
	if err := os.WriteFile(s.image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(s.image, size); err != nil {
		t.Fatal(err)
	}
	args := []string{s.image}
	if kind == "ext4" {
		args = append([]string{"-q", "-O", "^has_journal", "-m", "0"}, args...)
	}
	s.run("mkfs."+kind, args...)
	dir, err := os.MkdirTemp("/mnt", "chot-stick-")
	if err != nil {
		t.Fatal(err)
	}
	s.Path = dir
	t.Cleanup(func() {
		if s.in {
			_ = exec.Command("umount", "-l", s.Path).Run()
		}
		if left, err := os.ReadDir(s.Path); err != nil || len(left) > 0 {
			t.Errorf("in the stick's mount point, on this machine's own drive, there is %v, %v", left, err)
		}
		os.RemoveAll(s.Path)
	})
	s.In()
	return s
}

func need(t testing.TB, kind string) {
	t.Helper()
	missing := errors.New("only root can mount a stick: run as root")
	if os.Geteuid() == 0 {
		_, missing = os.Stat("/dev/loop-control")
		for _, program := range []string{"mkfs." + kind, "mount", "umount"} {
			if _, err := exec.LookPath(program); missing == nil {
				missing = err
			}
		}
	}
	switch {
	case missing == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("no stick can be plugged in: %v (.ci/need e2fsprogs dosfstools mount)", missing)
	default:
		t.Skipf("no stick can be plugged in here: %v", missing)
	}
}

func (s *Stick) run(name string, args ...string) {
	s.t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		s.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// In plugs the stick in again, with mount's options such as "ro".
func (s *Stick) In(options ...string) {
	s.t.Helper()
	s.run("mount", "-o", strings.Join(append([]string{"loop"}, options...), ","), s.image, s.Path)
	s.in = true
}

// Out pulls the stick as whoever asks the machine first does.
func (s *Stick) Out() {
	s.t.Helper()
	s.run("umount", s.Path)
	s.in = false
}

// Pull pulls the stick while it is in use: whatever has a file of it open gets
// an error from then on, and its mount point is an empty folder. Its contents
// are gone.
func (s *Stick) Pull() {
	s.t.Helper()
	if err := os.Truncate(s.image, 0); err != nil {
		s.t.Fatal(err)
	}
	s.run("umount", "-l", s.Path)
	s.in = false
}

// ReadOnly slides the stick's lock.
func (s *Stick) ReadOnly() {
	s.t.Helper()
	s.run("mount", "-o", "remount,ro", s.Path)
}

// Fill leaves no room on the stick.
func (s *Stick) Fill() {
	s.t.Helper()
	f, err := os.Create(filepath.Join(s.Path, "somebody's film"))
	if err != nil {
		s.t.Fatal(err)
	}
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	for err = nil; err == nil; { // also the last block's rest
		_, err = f.Write(block[:1])
	}
	if !errors.Is(err, syscall.ENOSPC) {
		s.t.Fatalf("a full stick gives %v", err)
	}
	// A stick delays: what does not fit shows when it is synced at the latest.
	if err := errors.Join(f.Sync(), f.Close()); err != nil && !errors.Is(err, syscall.ENOSPC) {
		s.t.Fatal(err)
	}
}

// Copy puts a folder onto the stick, under a name.
func (s *Stick) Copy(folder, name string) {
	s.t.Helper()
	if err := os.CopyFS(filepath.Join(s.Path, name), os.DirFS(folder)); err != nil {
		s.t.Fatal(fmt.Errorf("copy %s onto the stick: %w", folder, err))
	}
}

// ReadWrite slides it back.
func (s *Stick) ReadWrite() {
	s.t.Helper()
	s.run("mount", "-o", "remount,rw", s.Path)
}
