package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/store"
	"chot/sync/wire"

	"golang.org/x/mod/sumdb/tlog"
)

// A journalFile is an open journal and what is known of whose it is.
type journalFile struct {
	*store.Store
	device wire.DeviceVerifier // its zero value if nobody said
	signed bool                // the head's signature can be checked
}

// journal checks a journal, says what is in it, and lists its plain parts: a
// station's, or a copied file alone, on any machine.
func journal(_ context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "verify", "stats", "export")
	if err != nil {
		return err
	}
	site := fs.String("site", "site/device", "the device's `folder`; no scanner may be running in it. Or name a copied journal.db after the flags")
	key := fs.String("device-key", "", "with a copied file: the device's public `key` or a file with it, to check who signed the head (journal stats --site prints it)")
	maxMiB := fs.Int64("max-mib", 256, "with a copied file: the `size` its device may let it reach, for the forecast")
	asJSON := fs.Bool("json", false, "print JSON (verify and stats)")
	asCSV := fs.Bool("csv", false, "export CSV and not JSON Lines")
	from := fs.Uint64("from", 0, "export from this `sequence` on")
	if err := command.Parse(fs, args, 0, 1); err != nil {
		return err
	}
	var j journalFile
	if fs.NArg() == 0 {
		j.signed = true
		j.Store, j.device, err = station.Journal(*site, station.Options{})
	} else {
		j, err = openCopy(fs.Arg(0), *key, *maxMiB)
	}
	if err != nil {
		return err
	}
	defer j.Close()
	switch what {
	case "verify":
		return j.verify(*asJSON)
	case "stats":
		return j.stats(*asJSON)
	}
	return j.export(os.Stdout, *asCSV, *from)
}

// openCopy opens a copied file for looking only.
func openCopy(path, key string, maxMiB int64) (journalFile, error) {
	o := store.Options{ReadOnly: true, MaxSize: maxMiB << 20, VerifyHead: claims}
	if key == "" {
		s, err := store.Open(path, o)
		return journalFile{Store: s}, err
	}
	if text, err := os.ReadFile(key); err == nil {
		key = strings.TrimSpace(string(text))
	}
	device, err := wire.ParseDeviceVerifier(key)
	if err != nil {
		return journalFile{}, fmt.Errorf("--device-key: %w", err)
	}
	o.Device = device.Digest()
	o.VerifyHead = func(note []byte, size uint64, root [32]byte) error {
		if _, err := wire.OpenHead(note, device); err != nil {
			return err
		}
		return claims(note, size, root)
	}
	s, err := store.Open(path, o)
	return journalFile{s, device, true}, err
}

// claims compares what a head says with what the file holds. Who signed it is
// another question.
func claims(note []byte, size uint64, root [32]byte) error {
	_, rest, _ := strings.Cut(string(note), "\n")
	if !strings.HasPrefix(rest, fmt.Sprintf("%d\n%s\n", size, tlog.Hash(root))) {
		return errors.New("the head is over other entries")
	}
	return nil
}

func (j journalFile) verify(asJSON bool) error {
	if err := j.Verify(); err != nil {
		return err
	}
	s := j.Stats()
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(struct {
			Size         uint64 `json:"size"`
			Acknowledged uint64 `json:"acknowledged"`
			First        uint64 `json:"first"`
			Bytes        int64  `json:"bytes"`
			Verified     bool   `json:"verified"`
			Signed       bool   `json:"signed"` // the head's signature was checked too
		}{s.Size, s.Acknowledged, s.Pruned, s.Bytes, true, j.signed})
	}
	if j.signed {
		fmt.Println("every entry is what was written, in order, under the device's signed head")
	} else {
		fmt.Println("every entry is what was written, in order, under the head; who signed it was not checked: give the device's public key with --device-key")
	}
	return j.summary(s)
}

func (j journalFile) summary(s store.Stats) error {
	fmt.Printf("entries %d, receipted %d, waiting %d, kept from %d on, %d kB of at most %d kB\n",
		s.Size, s.Acknowledged, s.Unsent(), s.Pruned, s.Bytes>>10, s.MaxSize>>10)
	fmt.Printf("%s", j.Head())
	return nil
}

// A journalSummary is what stats prints. Times are absent when no entry has a clock
// that can be believed, the forecast while it is unknown.
type journalSummary struct {
	Device       string     `json:"device,omitempty"` // its public key
	Size         uint64     `json:"size"`
	Acknowledged uint64     `json:"acknowledged"`
	Waiting      uint64     `json:"waiting"`
	First        uint64     `json:"first"`
	Bytes        int64      `json:"bytes"`
	MaxBytes     int64      `json:"max_bytes"`
	Room         uint64     `json:"room"` // about how many more entries fit
	FullIn       *float64   `json:"full_in_hours,omitempty"`
	Segments     int        `json:"segments"` // sealed ones that begin among the kept entries
	Oldest       *time.Time `json:"oldest,omitempty"`
	Newest       *time.Time `json:"newest,omitempty"`
	Receipt      *time.Time `json:"receipt,omitempty"` // the hub's time in the last one
	Purges       int        `json:"purges"`
}

func (j journalFile) stats(asJSON bool) error {
	s := j.Stats()
	sum := journalSummary{
		Size: s.Size, Acknowledged: s.Acknowledged, Waiting: s.Unsent(), First: s.Pruned, Bytes: s.Bytes, MaxBytes: s.MaxSize, Room: s.Room,
		Receipt: some(s.ReceiptAt),
	}
	if j.device != (wire.DeviceVerifier{}) {
		sum.Device = j.device.String()
	}
	left, known := s.Full()
	if hours := left.Hours(); known {
		sum.FullIn = &hours
	}
	var oldest, newest time.Time
	for e, err := range j.Entries(0) {
		if err != nil {
			return err
		}
		if len(e.Encapsulation) > 0 {
			sum.Segments++
		}
		if e.At.Trust == scanner.Doubtful {
			continue
		}
		if oldest.IsZero() || e.At.Wall.Before(oldest) {
			oldest = e.At.Wall
		}
		if e.At.Wall.After(newest) {
			newest = e.At.Wall
		}
	}
	sum.Oldest, sum.Newest = some(oldest), some(newest)
	purges, err := j.Purges()
	if err != nil {
		return err
	}
	sum.Purges = len(purges)
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(sum)
	}
	if err := j.summary(s); err != nil {
		return err
	}
	fmt.Printf("sealed segments %d, purges %d, room for about %d more\n", sum.Segments, sum.Purges, s.Room)
	if sum.Oldest != nil {
		fmt.Printf("oldest %s, newest %s\n", oldest.Format(time.RFC3339), newest.Format(time.RFC3339))
	}
	switch {
	case known && left == 0:
		fmt.Println("it is full: connect the hub, or export to a stick")
	case known:
		fmt.Printf("full in about %.0f days at this rate, if nothing is purged\n", left.Hours()/24)
	default:
		fmt.Println("when it will be full cannot be said yet: the entries span less than an hour")
	}
	if sum.Device != "" {
		fmt.Printf("device %s\n", sum.Device)
	}
	return nil
}

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
