package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLibrary is the most bytes the stripped arm64 library may have.
const maxLibrary = 14_000_000

// pageSize is that of newer devices; LOAD segments stand on multiples of it.
const pageSize = 16384

// allowed are the libraries of the NDK the app may ask for by name, all there
// since minAPI. What is younger (AAudio, API 26) is looked for at run time.
var allowed = []string{"libandroid.so", "libc.so", "libcamera2ndk.so", "libdl.so", "libEGL.so", "libGLESv2.so", "liblog.so", "libm.so", "libmediandk.so"}

var machines = map[string]elf.Machine{"arm64-v8a": elf.EM_AARCH64, "armeabi-v7a": elf.EM_ARM, "x86_64": elf.EM_X86_64}

// checkLibrary holds a library to what every device asks of it. stubs is the
// sysroot's folder of the oldest Android's libraries: "" where there is none, and
// then nothing is said about symbols.
func checkLibrary(path string, a abi, stubs string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	var wrong []error
	say := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf(filepath.Base(path)+" for "+a.name+" "+format, args...))
	}

	if f.Machine != machines[a.name] {
		say("is for %v", f.Machine)
	}
	if f.Type != elf.ET_DYN {
		say("is no shared library but %v", f.Type)
	}
	loads := 0
	for _, p := range f.Progs {
		switch {
		case p.Type == elf.PT_LOAD:
			loads++
			if p.Align < pageSize || p.Align%pageSize != 0 || (p.Vaddr-p.Off)%pageSize != 0 {
				say("has a segment aligned to %d, want %d", p.Align, pageSize)
			}
			if p.Flags&elf.PF_W != 0 && p.Flags&elf.PF_X != 0 {
				say("has a segment that is written and run")
			}
		case p.Type == elf.PT_GNU_STACK && p.Flags&elf.PF_X != 0:
			say("runs code on its stack")
		}
	}
	if loads == 0 {
		say("has no segments to load")
	}
	if f.Section(".symtab") != nil || f.Section(".debug_info") != nil {
		say("is not stripped")
	}
	if textrel(f) {
		say("has text relocations, which Android refuses")
	}
	needed, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	for _, lib := range needed {
		if !slices.Contains(allowed, lib) {
			say("needs %s, which is not among %s", lib, strings.Join(allowed, ", "))
		}
	}
	if stubs != "" {
		lacks, err := undefined(f, needed, stubs)
		if err != nil {
			return err
		}
		if len(lacks) > 0 {
			say("needs what no Android of API %d has: %s", minAPI, strings.Join(lacks, ", "))
		}
	}
	return errors.Join(wrong...)
}

// textrel tells whether the loader would have to write into code.
func textrel(f *elf.File) bool {
	has := func(tag elf.DynTag, bit uint64) bool {
		values, err := f.DynValue(tag)
		return err == nil && slices.ContainsFunc(values, func(v uint64) bool { return bit == 0 || v&bit != 0 })
	}
	return has(elf.DT_TEXTREL, 0) || has(elf.DT_FLAGS, uint64(elf.DF_TEXTREL))
}

// undefined returns the symbols a library asks for that none of the libraries
// it needs defines at that API level. Weak ones may be absent.
func undefined(f *elf.File, needed []string, stubs string) (lacks []string, err error) {
	there := map[string]bool{}
	for _, lib := range needed {
		s, err := elf.Open(filepath.Join(stubs, lib))
		if errors.Is(err, os.ErrNotExist) {
			lacks = append(lacks, lib)
			continue
		}
		if err != nil {
			return nil, err
		}
		symbols, err := s.DynamicSymbols()
		s.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", lib, err)
		}
		for _, y := range symbols {
			if y.Section != elf.SHN_UNDEF {
				there[y.Name] = true
			}
		}
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return nil, err
	}
	for _, y := range symbols {
		if y.Section == elf.SHN_UNDEF && elf.ST_BIND(y.Info) != elf.STB_WEAK && y.Name != "" && !there[y.Name] {
			lacks = append(lacks, y.Name)
		}
	}
	return lacks, nil
}

// exported returns the functions a library offers to Java.
func exported(path string) (names []string, err error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	for _, y := range symbols {
		if y.Section != elf.SHN_UNDEF && strings.HasPrefix(y.Name, "Java_") {
			names = append(names, y.Name)
		}
	}
	return names, err
}
