package powercut

import (
	"bytes"
	"math/rand/v2"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// A Player rebuilds a disk from its log, forwards.
type Player struct {
	writes  []Write
	mark    int64  // where marks are written
	disk    []byte // what is certainly on disk
	pending []Write
	last    []byte // the last mark
	next    int
}

// NewPlayer plays writes over a copy of the disk's first content. Marks are
// writes at the offset mark; they are kept apart.
func NewPlayer(first []byte, writes []Write, mark int64) *Player {
	return &Player{writes: writes, mark: mark, disk: bytes.Clone(first)}
}

// To plays the log up to but without entry i.
func (p *Player) To(i int) {
	for ; p.next < i; p.next++ {
		w := p.writes[p.next]
		if w.Flush {
			for _, w := range p.pending {
				p.apply(p.disk, w)
			}
			p.pending = nil
		}
		switch {
		case len(w.Content) == 0:
		case w.At == p.mark:
			p.last = w.Content
		case w.FUA:
			p.apply(p.disk, w)
		default:
			p.pending = append(p.pending, w)
		}
	}
}

func (p *Player) apply(disk []byte, w Write) {
	if w.At < int64(len(disk)) {
		copy(disk[w.At:], w.Content)
	}
}

// Pending is how many writes a power cut now could lose.
func (p *Player) Pending() int { return len(p.pending) }

// Mark returns the last mark, nil if there was none yet.
func (p *Player) Mark() []byte { return p.last }

// Cut returns the disk as a power cut now would leave it. One time in eight
// every pending write is lost, one time in eight none is; else each is there,
// lost or torn by itself, in no order.
func (p *Player) Cut(r *rand.Rand) []byte {
	disk := bytes.Clone(p.disk)
	mode := r.IntN(8)
	for _, w := range p.pending {
		switch fate := r.IntN(10); {
		case mode == 0:
		case mode == 1 || fate < 4:
			p.apply(disk, w)
		case fate < 6 && len(w.Content) > sector: // torn: some of its sectors, from either end
			n := sector * (1 + r.IntN(len(w.Content)/sector-1))
			if r.IntN(2) == 0 {
				p.apply(disk, Write{At: w.At, Content: w.Content[:n]})
			} else {
				p.apply(disk, Write{At: w.At + int64(n), Content: w.Content[n:]})
			}
		}
	}
	return disk
}
