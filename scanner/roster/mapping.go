package roster

import (
	"fmt"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// A mapping is a file's bytes in memory, read only.
type mapping []byte

// mapFile maps the whole of f, which must be size bytes long.
func mapFile(f *os.File, size int64) (mapping, error) {
	if int64(int(size)) != size {
		return nil, fmt.Errorf("map %s: %d bytes are more than this 32-bit device can address: ask for a list of a smaller area", f.Name(), size)
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", f.Name(), err)
	}
	return b, nil
}

// advise tells the kernel how the mapping will be read. Advice refused is no harm.
func (m mapping) advise(inOrder bool) {
	advice := unix.MADV_RANDOM
	if inOrder {
		advice = unix.MADV_SEQUENTIAL
	}
	_ = unix.Madvise(m, advice)
}

func (m mapping) close() error {
	if m == nil {
		return nil
	}
	return unix.Munmap(m)
}

// read copies from the mapping. Where the file was cut short since it was mapped,
// or its medium does not deliver, the kernel sends SIGBUS for the access; that is
// caught here, because a bad memory card must not end the program.
func (m mapping) read(dst []byte, offset int) (err error) {
	if offset < 0 || offset > len(m) || len(dst) > len(m)-offset {
		return fmt.Errorf("%w: a read past its end", ErrDamaged)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			if _, ok := fault.(interface{ Addr() uintptr }); !ok {
				panic(fault) // not a memory fault
			}
			err = fmt.Errorf("%w: the storage does not deliver its bytes", ErrDamaged)
		}
	}()
	copy(dst, m[offset:])
	return nil
}
