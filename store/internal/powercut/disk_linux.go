//go:build linux && !android

package powercut

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Sizes of the disk, in bytes. The file system ends before the marks' block.
const (
	fileSystem = 32 << 20
	diskSize   = fileSystem + 64<<10
	markAt     = diskSize - markSize
	markSize   = 4096
)

// A Disk is a logged disk with a file system, mounted.
type Disk struct {
	Mount string // where the file system is

	dir    string
	daemon *exec.Cmd
	loop   string
	marks  int // descriptor of the loop device, past the page cache
	buffer []byte
}

// run runs a program of the system; its error holds what it said.
func run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(out))
	}
	return strings.TrimSpace(string(out)), nil
}

// Check reports what this machine lacks for the rig.
func Check() error {
	if os.Geteuid() != 0 {
		return errors.New("the power-cut rig mounts disks: run it as root (make test-powercut uses sudo)")
	}
	for _, node := range []string{"/dev/fuse", "/dev/loop-control"} {
		if _, err := os.Stat(node); err != nil {
			return fmt.Errorf("the power-cut rig: %w; load the kernel's module, or run on a machine that has it", err)
		}
	}
	for _, program := range []string{"qemu-storage-daemon", "mkfs.ext4", "losetup", "mount", "umount"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("the power-cut rig: %w; apt-get install qemu-system-common e2fsprogs mount", err)
		}
	}
	return nil
}

// NewDisk makes a disk with an empty ext4 file system in dir and mounts it.
// With logged, every write and flush from now on is logged.
func NewDisk(dir string, logged bool) (_ *Disk, err error) {
	d := &Disk{dir: dir, Mount: filepath.Join(dir, "mnt"), marks: -1}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	image := d.path("disk.img")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		return nil, err
	}
	if err := os.Truncate(image, diskSize); err != nil {
		return nil, err
	}
	if _, err := run("mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", image, fmt.Sprintf("%dk", fileSystem>>10)); err != nil {
		return nil, err
	}
	first, err := os.ReadFile(image)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.WriteFile(d.path("first.img"), first, 0o600), os.WriteFile(d.path("export"), nil, 0o600),
		os.WriteFile(d.path("log"), nil, 0o600), os.Truncate(d.path("log"), 1<<20), os.Mkdir(d.Mount, 0o700)); err != nil {
		return nil, err
	}
	if err := d.export(logged); err != nil {
		return nil, err
	}
	if d.loop, err = run("losetup", "-f", "--show", d.path("export")); err != nil {
		return nil, err
	}
	if _, err := run("mount", d.loop, d.Mount); err != nil {
		return nil, err
	}
	if d.marks, err = unix.Open(d.loop, unix.O_RDWR|unix.O_DIRECT|unix.O_CLOEXEC, 0); err != nil {
		return nil, fmt.Errorf("open %s: %w", d.loop, err)
	}
	// Anonymous memory is aligned to pages, as O_DIRECT asks.
	d.buffer, err = unix.Mmap(-1, 0, markSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	return d, err
}

func (d *Disk) path(name string) string { return filepath.Join(d.dir, name) }

// export starts the daemon and waits until the image appears under its name.
func (d *Disk) export(logged bool) error {
	args := []string{"--blockdev", "driver=file,node-name=f,filename=" + d.path("disk.img")}
	node := "f"
	if logged {
		node = "d"
		args = append(args, "--blockdev", "driver=file,node-name=l,filename="+d.path("log"), "--blockdev", "driver=blklogwrites,node-name=d,file=f,log=l")
	}
	args = append(args, "--export", "type=fuse,id=e,node-name="+node+",mountpoint="+d.path("export")+",writable=on")
	var said bytes.Buffer
	d.daemon = exec.Command("qemu-storage-daemon", args...)
	d.daemon.Stderr = &said
	if err := d.daemon.Start(); err != nil {
		return err
	}
	for range 500 {
		if info, err := os.Stat(d.path("export")); err == nil && info.Size() == diskSize {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("qemu-storage-daemon exports nothing: %s", said.Bytes())
}

// Mark writes a mark past every cache: it stands in the log after all that is
// complete by now. It is not flushed.
func (d *Disk) Mark(b []byte) error {
	clear(d.buffer)
	copy(d.buffer, b)
	n, err := unix.Pwrite(d.marks, d.buffer, markAt)
	if err == nil && n != markSize {
		err = unix.EIO
	}
	if err != nil {
		return fmt.Errorf("write mark: %w", err)
	}
	return nil
}

// Kill takes the disk away: every read and write from now on fails.
func (d *Disk) Kill() error {
	err := d.daemon.Process.Kill()
	_ = d.daemon.Wait() // "killed" is what was asked for
	d.daemon = nil
	return err
}

// Close unmounts the disk and writes the log out.
func (d *Disk) Close() (err error) {
	if d.marks >= 0 {
		err = errors.Join(err, unix.Close(d.marks))
		d.marks = -1
	}
	if d.buffer != nil {
		err = errors.Join(err, unix.Munmap(d.buffer))
		d.buffer = nil
	}
	if d.loop != "" {
		dead := d.daemon == nil
		_, unmounted := run("umount", d.Mount)
		if unmounted != nil {
			_, _ = run("umount", "-l", d.Mount)
		}
		_, detached := run("losetup", "-d", d.loop)
		if !dead {
			err = errors.Join(err, unmounted, detached)
		}
		d.loop = ""
		if dead {
			_, _ = run("umount", "-l", d.path("export"))
		}
	}
	if d.daemon != nil {
		err = errors.Join(err, d.daemon.Process.Signal(unix.SIGTERM))
		_ = d.daemon.Wait()
		d.daemon = nil
	}
	return err
}

// Log returns the closed disk's first content and its log.
func (d *Disk) Log() (first []byte, writes []Write, err error) {
	if first, err = os.ReadFile(d.path("first.img")); err != nil {
		return nil, nil, err
	}
	b, err := os.ReadFile(d.path("log"))
	if err != nil {
		return nil, nil, err
	}
	writes, err = ParseLog(b)
	return first, writes, err
}

// WithImage mounts a disk's content at dir/crash, runs do and unmounts it.
func WithImage(dir string, content []byte, do func(mount string)) error {
	image := filepath.Join(dir, "crash.img")
	if err := os.WriteFile(image, content, 0o600); err != nil {
		return err
	}
	return WithFile(dir, image, do)
}

// WithFile is WithImage for content that is a file already.
func WithFile(dir, image string, do func(mount string)) error {
	mount := filepath.Join(dir, "crash")
	if err := os.MkdirAll(mount, 0o700); err != nil {
		return err
	}
	if _, err := run("mount", "-o", "loop", image, mount); err != nil {
		return err
	}
	defer func() { _, _ = run("umount", mount) }()
	do(mount)
	return nil
}
