package powercut

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Flags of a logged write.
const (
	flagFlush   = 1
	flagFUA     = 2
	flagDiscard = 4
)

const logMagic = 0x6a736677736872

// A Write is one thing that was asked of the disk.
type Write struct {
	At      int64 // byte offset
	Content []byte
	Flush   bool // everything before it is on disk
	FUA     bool // it is on disk itself
}

// ErrLog is wrapped by every error about a log's bytes.
var ErrLog = errors.New("not a log of writes")

// ParseLog reads a log; the content of its writes refers to b.
func ParseLog(b []byte) ([]Write, error) {
	if len(b) < 28 || binary.LittleEndian.Uint64(b) != logMagic {
		return nil, fmt.Errorf("%w: it does not begin as one", ErrLog)
	}
	entries, sector := binary.LittleEndian.Uint64(b[16:]), uint64(binary.LittleEndian.Uint32(b[24:]))
	if sector < 512 || sector > 1<<16 || entries > uint64(len(b))/sector {
		return nil, fmt.Errorf("%w: %d entries in sectors of %d bytes", ErrLog, entries, sector)
	}
	rest := b[min(sector, uint64(len(b))):]
	writes := make([]Write, 0, entries)
	for i := range entries {
		if uint64(len(rest)) < sector {
			return nil, fmt.Errorf("%w: cut short at entry %d of %d", ErrLog, i, entries)
		}
		at, n, flags := binary.LittleEndian.Uint64(rest), binary.LittleEndian.Uint64(rest[8:]), binary.LittleEndian.Uint64(rest[16:])
		rest = rest[sector:]
		w := Write{Flush: flags&flagFlush != 0, FUA: flags&flagFUA != 0}
		if flags&flagDiscard == 0 {
			if at > 1<<40 || n > uint64(len(rest))/sector {
				return nil, fmt.Errorf("%w: entry %d has %d sectors at %d", ErrLog, i, n, at)
			}
			w.At, w.Content = int64(at*sector), rest[:n*sector]
			rest = rest[n*sector:]
		}
		writes = append(writes, w)
	}
	return writes, nil
}
