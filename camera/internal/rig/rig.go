// Package rig tests cameras, readers and relays without having any: it boots
// Debian's stock kernel in QEMU, without KVM, with an initramfs that holds a few
// kernel modules, the tests of package guest and the released chotctl and
// chot-hub. The kernel's own
// drivers meet a USB camera made of software (package uvc, through vhci_hcd),
// vivid, a USB serial converter and a UART (QEMU's usb-serial and pci-serial), a
// USB keyboard (usb-kbd) and keyboards made of software (uinput), and a USB
// GPIO adapter made of software (package pins).
//
//	go test -tags devices ./camera/internal/rig
//
// It needs qemu-system-x86_64, kmod and apt (Debian packages qemu-system-x86 and
// kmod) and says so when they are missing. The kernel is fetched once, with
// "apt-get download", into the user's cache folder (70 MB, 400 MB unpacked); it
// is not installed.
package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Modules are the kernel modules the tests load.
var Modules = []string{"vhci-hcd", "uvcvideo", "vivid", "xhci-pci", "ftdi_sio", "usbhid", "hid-generic", "evdev", "uinput", "viperboard", "gpio-viperboard"}

// Tools tells which program is missing, and what to type.
func Tools() error {
	for _, tool := range []string{"qemu-system-x86_64", "depmod", "modprobe", "apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			if _, err := os.Stat("/sbin/" + tool); err != nil {
				return fmt.Errorf("%s is missing: the rig runs on Debian, type: sudo apt-get install qemu-system-x86 kmod", tool)
			}
		}
	}
	return nil
}

// Kernel is an unpacked kernel package.
type Kernel struct {
	Root    string // the package's files
	Release string // 6.1.0-56-amd64
}

// Image is the path of the kernel.
func (k Kernel) Image() string { return filepath.Join(k.Root, "boot", "vmlinuz-"+k.Release) }

var kernelPackage = regexp.MustCompile(`linux-image-([0-9][0-9.]*-[0-9a-z.+-]*amd64)`)

// Fetch gives the kernel that linux-image-amd64 now stands for, from the cache
// folder or else from the distribution.
func Fetch(ctx context.Context, cache string) (Kernel, error) {
	out, err := run(ctx, cache, "apt-cache", "depends", "linux-image-amd64")
	if err != nil {
		return Kernel{}, err
	}
	m := kernelPackage.FindStringSubmatch(out)
	if m == nil {
		return Kernel{}, fmt.Errorf("linux-image-amd64 depends on no kernel: type: sudo apt-get update")
	}
	k := Kernel{Root: filepath.Join(cache, m[0]), Release: m[1]}
	if _, err := os.Stat(k.Image()); err == nil {
		return k, nil
	}
	work, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return Kernel{}, fmt.Errorf("fetch the kernel: %w", err)
	}
	defer os.RemoveAll(work)
	if _, err := run(ctx, work, "apt-get", "download", m[0]); err != nil {
		return Kernel{}, err
	}
	debs, _ := filepath.Glob(filepath.Join(work, "*.deb"))
	if len(debs) != 1 {
		return Kernel{}, fmt.Errorf("fetch %s: got %d packages", m[0], len(debs))
	}
	root := filepath.Join(work, "root")
	if _, err := run(ctx, work, "dpkg-deb", "-x", debs[0], root); err != nil {
		return Kernel{}, err
	}
	// Since Debian 13 the package's modules are below usr.
	if _, err := os.Stat(filepath.Join(root, "lib")); err != nil {
		if err := os.Symlink("usr/lib", filepath.Join(root, "lib")); err != nil {
			return Kernel{}, fmt.Errorf("fetch the kernel: %w", err)
		}
	}
	if _, err := run(ctx, work, "depmod", "-b", root, m[1]); err != nil {
		return Kernel{}, err
	}
	os.RemoveAll(k.Root)
	if err := os.Rename(root, k.Root); err != nil { // the finished folder appears at once
		return Kernel{}, fmt.Errorf("fetch the kernel: %w", err)
	}
	return k, nil
}

// files lists a module's file and those of the modules it needs, in the order of
// loading, as paths below Root.
func (k Kernel) files(ctx context.Context, module string) ([]string, error) {
	out, err := run(ctx, k.Root, "modprobe", "-d", k.Root, "-S", k.Release, "--show-depends", module)
	if err != nil {
		return nil, err
	}
	var list []string
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "insmod" {
			path, err := filepath.Rel(k.Root, f[1])
			if err != nil {
				return nil, fmt.Errorf("module %s: %w", module, err)
			}
			list = append(list, path)
		}
	}
	return list, nil
}

// run runs a program and returns what it prints; the error has its last words.
func run(ctx context.Context, dir, name string, args ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		name = path
	} else {
		name = "/sbin/" + name
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var words strings.Builder
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, strings.TrimSpace(words.String()))
	}
	return string(out), nil
}
