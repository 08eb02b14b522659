package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"chot/scanner/seal"
)

// An edit of a journal's file, as the fuzzer writes them: page(1), offset in
// it(2), what to write there(1).
const editSize = 4

func edited(file, edits []byte) []byte {
	b := bytes.Clone(file)
	for ; len(edits) >= editSize; edits = edits[editSize:] {
		at := int(edits[0])%(len(b)/pageSize)*pageSize + int(binary.BigEndian.Uint16(edits[1:]))%pageSize
		b[at] = edits[3]
	}
	return b
}

func at(page byte, offset uint16, value byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{page}, offset), value)
}

// FuzzOpenJournal opens journals with any bytes of their pages changed, and
// files of any bytes: an error that says which it is and leaves the file as it
// was, or a journal whose every method answers. Never a panic; and what Verify
// accepts, a reader gets.
func FuzzOpenJournal(f *testing.F) {
	trace, err := seal.ParseTraceKey(oldTrace)
	if err != nil {
		f.Fatal(err)
	}
	d := deviceNamed("one", trace)
	whole := oldFile(f) // always the same bytes, or what the fuzzer finds would not come again
	for len(bytes.Trim(whole[len(whole)-pageSize:], "\x00")) == 0 {
		whole = whole[:len(whole)-pageSize]
	}
	pages := byte(len(whole) / pageSize)
	// Seeds: nothing changed, each field of each page's header, its first
	// elements, and files that are none.
	f.Add([]byte{}, false)
	for page := range pages {
		if testing.Short() && page%5 != 0 {
			continue // the race detector learns nothing from more
		}
		for _, offset := range []uint16{0, 8, 10, 12, 16, 20, 24, 28, 64} {
			for _, value := range []byte{0, 0xFF} {
				f.Add(at(page, offset, value), false)
			}
		}
	}
	f.Add(whole[:5*pageSize], true)
	f.Add(make([]byte, 5*pageSize), true)
	f.Add([]byte("not a journal"), true)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte, raw bool) {
		meta := raw // the page that says which commit counts may be another
		if !raw {
			for at := 0; at+editSize <= len(b); at += editSize {
				meta = meta || int(b[at])%(len(whole)/pageSize) < 2
			}
			b = edited(whole, b)
		}
		path := filepath.Join(dir, "fuzzed")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
		s, err := Open(path, d.options())
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrAltered) && !errors.Is(err, ErrForeign) && !errors.Is(err, ErrNewer) {
				t.Errorf("refused without saying what it is: %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, b) {
				t.Errorf("the file was touched (%v)", err)
			}
			return
		}
		defer s.Close()
		n := 0
		for _, err = range s.Entries(0) {
			n++
		}
		verified, st := s.Verify(), s.Stats()
		if verified == nil && (err != nil || uint64(n) != st.Size-st.Pruned || st.Size != 137 && !meta) {
			t.Errorf("it verifies, but %d entries can be read: %v; %+v", n, err, st)
		}
		_, _, _, _ = s.Unsent(1 << 20)
		_, _ = s.Lists()
		_, _ = s.Purges()
		_, _ = s.Prior(person(3))
		_ = s.Stats()
		_ = s.Acknowledge(30, nil, morning)
		_, _ = s.Purge(morning.AddDate(0, 0, 1))
		_, _ = s.Append(t.Context(), draft(50))
	})
}
