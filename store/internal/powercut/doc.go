// Package powercut cuts a disk's power under a journal, at every moment a log
// of the disk's writes can show.
//
//	journal in ext4 ─ loop ─ FUSE file ─ qemu-storage-daemon ─▶ disk image
//	                                       (blklogwrites)    └▶ log of every write and flush
//
// A [Disk] is that stack. While a journal works on it, each acknowledgement is
// followed by a mark: a direct write to the disk's last block, outside the file
// system, which therefore stands in the log after everything the
// acknowledgement rests on. A [Player] then rebuilds the disk as it would have
// been found after a power cut at any place of the log: what was written before
// the last completed flush is there; of what came after it, each write is
// there, lost, or torn at a sector, at random. The rebuilt disk is mounted, the
// file system recovers, and the journal must open, verify, and hold everything
// up to the last mark.
//
// It needs root, /dev/fuse, loop devices and Debian's qemu-system-common,
// e2fsprogs and mount; no virtual machine:
//
//	make test-powercut     200 points
//	go test -tags powercut ./store/internal/powercut -points 40
//
// The control, a journal built never to sync, must be caught; a power-cut test
// whose control passes tests nothing.
//
// # The log
//
// Little-endian, as Linux's dm-log-writes writes it. The first sector holds
// magic(8) version(8) entries(8) sector size(4). Each entry is a sector of
// sector(8) sectors(8) flags(8) length(8), followed, unless the flag discard is
// set, by that many sectors of content. Flags: 1 flush (everything before is on
// disk), 2 forced unit access (this write is), 4 discard.
package powercut
