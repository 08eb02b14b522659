package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"strings"
)

// part is a file of an APK.
type part struct {
	name  string
	bytes []byte
	align int // of a stored part's first byte; 0 compresses it
}

// pack writes an APK whose bytes follow from its parts alone: the manifest first,
// the others by name, no times. Libraries are stored on pages, so that Android
// maps them from the APK, and resources on words.
func pack(w io.Writer, parts []part) error {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b part) int {
		if (a.name == manifestName) != (b.name == manifestName) {
			if a.name == manifestName {
				return -1
			}
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	at := &counter{w: w}
	z := zip.NewWriter(at)
	for i, p := range parts {
		if i > 0 && parts[i-1].name == p.name {
			return fmt.Errorf("two files named %s", p.name)
		}
		//lint:ignore SA1019 CreateRaw writes these fields alone; 1980-01-01 is MS-DOS's first day
		h := &zip.FileHeader{Name: p.name, Method: zip.Store, ModifiedDate: 1<<5 | 1}
		h.CRC32, h.UncompressedSize64 = crc32.ChecksumIEEE(p.bytes), uint64(len(p.bytes))
		body := p.bytes
		if p.align == 0 {
			h.Method, body = zip.Deflate, deflate(p.bytes)
		}
		h.CompressedSize64 = uint64(len(body))
		if err := z.Flush(); err != nil {
			return err
		}
		if p.align != 0 {
			h.Extra = padding(at.n+30+int64(len(p.name)), p.align) // 30: a local header (APPNOTE §4.3.7)
		}
		f, err := z.CreateRaw(h) // sizes before the bytes, so that nothing stands between two files
		if err != nil {
			return err
		}
		if _, err := f.Write(body); err != nil {
			return err
		}
	}
	return z.Close()
}

func deflate(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // only a wrong level or a failing writer can be the cause
	}
	return out.Bytes()
}

// padding is the extra field that brings a file's first byte, which would be at
// this offset without it, to a multiple of align. It is that of Android's own
// tools, 0xd935: the alignment, then zeros; apksigner keeps to what it says.
func padding(offset int64, align int) []byte {
	const head = 2 + 2 + 2 // identifier, size, alignment
	n := int((int64(align) - (offset+head)%int64(align)) % int64(align))
	b := binary.LittleEndian.AppendUint16(nil, 0xd935)
	b = binary.LittleEndian.AppendUint16(b, uint16(2+n))
	b = binary.LittleEndian.AppendUint16(b, uint16(align))
	return append(b, make([]byte, n)...)
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

const manifestName = "AndroidManifest.xml"

// parts are the files of an APK as aapt2 linked it.
func unpack(path string) (all []part, err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, err
		}
		p := part{name: f.Name, bytes: b}
		if f.Name == "resources.arsc" { // targetSdk 30 on: neither compressed nor off a word
			p.align = 4
		}
		all = append(all, p)
	}
	return all, nil
}

// checkAlignment holds a signed APK to what pack promised.
func checkAlignment(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	libraries := 0
	for _, f := range z.File {
		want := int64(1)
		switch {
		case strings.HasSuffix(f.Name, ".so"):
			want = pageSize
			libraries++
		case f.Name == "resources.arsc":
			want = 4
		default:
			continue
		}
		at, err := f.DataOffset()
		if err != nil {
			return err
		}
		if f.Method != zip.Store || at%want != 0 {
			return fmt.Errorf("%s: %s is not stored on a multiple of %d bytes", path, f.Name, want)
		}
	}
	if libraries == 0 {
		return fmt.Errorf("%s holds no library", path)
	}
	return nil
}
