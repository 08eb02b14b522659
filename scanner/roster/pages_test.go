package roster

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// TestPages checks a list page by page by the hashes it ends with.
func TestPages(t *testing.T) {
	var rows []Row
	for i := range 2000 {
		rows = append(rows, Row{Subject: fmt.Sprintf("vn.id:0011900%05d", i), Profile: Profile{Status: Admit}})
	}
	file, m := build(t, rows)
	offset, length := PageHashes(m)
	if offset%PageSize != 0 || offset+length != m.Size || length/hashSize != offset/PageSize {
		t.Fatalf("hashes at %d, %d bytes, of %d", offset, length, m.Size)
	}
	p, err := ParsePages(m, file[offset:])
	if err != nil || int64(p.Len())*PageSize != offset {
		t.Fatalf("%d pages, %v", p.Len(), err)
	}
	for i := range p.Len() {
		b := bytes.Clone(file[i*PageSize:][:PageSize])
		if !p.Holds(i, b) || p.Holds((i+1)%p.Len(), b) && !bytes.Equal(b, file[(i+1)%p.Len()*PageSize:][:PageSize]) {
			t.Errorf("page %d", i)
		}
		b[i%PageSize] ^= 1
		if p.Holds(i, b) || p.Holds(i, b[:PageSize-1]) {
			t.Errorf("page %d changed", i)
		}
	}
	if p.Holds(-1, file[:PageSize]) || p.Holds(p.Len(), file[:PageSize]) {
		t.Error("a page beyond the list")
	}
	for name, hashes := range map[string][]byte{
		"changed": append(bytes.Clone(file[offset:m.Size-1]), file[m.Size-1]^1), "short": file[offset : m.Size-1], "none": nil, "the pages": file[:length],
	} {
		if _, err := ParsePages(m, hashes); !errors.Is(err, ErrDamaged) {
			t.Errorf("hashes %s: %v", name, err)
		}
	}
	if _, err := ParsePages(Manifest{}, nil); !errors.Is(err, ErrManifest) {
		t.Errorf("no manifest: %v", err)
	}
}
