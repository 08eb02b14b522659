package rig

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// WriteInitramfs writes an initramfs whose /init is the program, with the other
// programs in /bin, the modules at their usual paths and, for each,
// /modules/NAME: the paths to load, in order. It is not compressed: TCG would
// take longer to unpack it than to read it.
func (k Kernel) WriteInitramfs(ctx context.Context, name, program string, others, modules []string) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("initramfs: %w", err)
	}
	defer f.Close()
	a := &archive{w: bufio.NewWriter(f), dirs: map[string]bool{".": true}}
	programs := map[string]string{"init": program}
	for _, other := range others {
		programs["bin/"+filepath.Base(other)] = other
	}
	for at, from := range programs {
		b, err := os.ReadFile(from)
		if err != nil {
			return fmt.Errorf("initramfs: %w", err)
		}
		a.file(at, 0o755, b)
	}
	seen := map[string]bool{}
	for _, module := range modules {
		paths, err := k.files(ctx, module)
		if err != nil {
			return err
		}
		list := ""
		for _, p := range paths {
			list += "/" + p + "\n"
			if seen[p] {
				continue
			}
			seen[p] = true
			b, err := os.ReadFile(filepath.Join(k.Root, p))
			if err != nil {
				return fmt.Errorf("initramfs: %w", err)
			}
			a.file(p, 0o644, b)
		}
		a.file("modules/"+module, 0o644, []byte(list))
	}
	a.entry("TRAILER!!!", 0, nil)
	for _, step := range []func() error{func() error { return a.err }, a.w.Flush, f.Close} {
		if err := step(); err != nil {
			return fmt.Errorf("initramfs: %w", err)
		}
	}
	return nil
}

// archive writes the kernel's initramfs format: cpio "newc" (Linux
// Documentation/driver-api/early-userspace/buffer-format.rst).
type archive struct {
	w    *bufio.Writer
	n    int
	dirs map[string]bool
	err  error
}

func (a *archive) file(name string, mode int, b []byte) {
	a.dir(path.Dir(name))
	a.entry(name, 0o100000|mode, b)
}

func (a *archive) dir(name string) {
	if a.dirs[name] {
		return
	}
	a.dirs[name] = true
	a.dir(path.Dir(name))
	a.entry(name, 0o040755, nil)
}

func (a *archive) entry(name string, mode int, b []byte) {
	a.n++
	var head strings.Builder
	head.WriteString("070701")
	for _, field := range []int{a.n, mode, 0, 0, 1, 0, len(b), 0, 0, 0, 0, len(name) + 1, 0} {
		fmt.Fprintf(&head, "%08X", field)
	}
	for _, part := range []string{head.String() + name + "\x00", string(b)} {
		if _, err := io.WriteString(a.w, part+strings.Repeat("\x00", -len(part)&3)); err != nil && a.err == nil {
			a.err = err
		}
	}
}
