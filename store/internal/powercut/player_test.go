package powercut

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"
)

// logOf writes a log as the daemon does.
func logOf(writes ...Write) []byte {
	b := make([]byte, sector)
	binary.LittleEndian.PutUint64(b, logMagic)
	binary.LittleEndian.PutUint64(b[8:], 1)
	binary.LittleEndian.PutUint64(b[16:], uint64(len(writes)))
	binary.LittleEndian.PutUint32(b[24:], sector)
	for _, w := range writes {
		e := make([]byte, sector)
		binary.LittleEndian.PutUint64(e, uint64(w.At/sector))
		binary.LittleEndian.PutUint64(e[8:], uint64(len(w.Content)/sector))
		var flags uint64
		if w.Flush {
			flags |= flagFlush
		}
		if w.FUA {
			flags |= flagFUA
		}
		binary.LittleEndian.PutUint64(e[16:], flags)
		b = append(append(b, e...), w.Content...)
	}
	return b
}

func fill(c byte, sectors int) []byte { return bytes.Repeat([]byte{c}, sectors*sector) }

func TestPlayer(t *testing.T) {
	writes, err := ParseLog(logOf(
		Write{At: 0, Content: fill('a', 2)},
		Write{Flush: true},
		Write{At: 2 * sector, Content: fill('b', 4)},
		Write{At: 7 * sector, Content: []byte(string(fill('m', 1)))}, // the mark
		Write{At: 6 * sector, Content: fill('f', 1), FUA: true},
	))
	if err != nil || len(writes) != 5 {
		t.Fatalf("%d writes, %v", len(writes), err)
	}
	p := NewPlayer(make([]byte, 8*sector), writes, 7*sector)
	r := rand.New(rand.NewPCG(1, 2))
	p.To(3)
	if p.Mark() != nil || p.Pending() != 1 {
		t.Errorf("after the flush: mark %v, %d pending", p.Mark() != nil, p.Pending())
	}
	p.To(5)
	if !bytes.Equal(p.Mark(), fill('m', 1)) {
		t.Error("the mark is not kept")
	}
	whole, gone, torn := 0, 0, 0
	for range 400 {
		disk := p.Cut(r)
		if !bytes.Equal(disk[:2*sector], fill('a', 2)) || !bytes.Equal(disk[6*sector:7*sector], fill('f', 1)) || disk[7*sector] != 0 {
			t.Fatal("what was flushed is not there, or the mark is")
		}
		n := bytes.Count(disk[2*sector:6*sector], []byte{'b'})
		switch {
		case n == 0:
			gone++
		case n == 4*sector:
			whole++
		case n%sector == 0:
			torn++
		default:
			t.Fatalf("torn inside a sector: %d bytes", n)
		}
	}
	if whole < 40 || gone < 40 || torn < 20 {
		t.Errorf("of 400 cuts %d kept the pending write, %d lost it, %d tore it", whole, gone, torn)
	}
}

func TestParseLogRefuses(t *testing.T) {
	good := logOf(Write{At: 0, Content: fill('a', 2)}, Write{Flush: true})
	for n := range len(good) {
		if _, err := ParseLog(good[:n]); !errors.Is(err, ErrLog) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	for _, at := range []int{16, 22, 25, 27, sector + 7, sector + 14} {
		b := bytes.Clone(good)
		b[at] = 0xff
		if _, err := ParseLog(b); !errors.Is(err, ErrLog) {
			t.Errorf("byte %d changed: %v", at, err)
		}
	}
}
