package simulation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/store"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"

	"golang.org/x/mod/sumdb/tlog"
)

// A device is a journal and an uplink, and a model of the journal: what the
// device was told is safe, kept where nothing can happen to it.
type device struct {
	w      *world
	key    wire.DeviceKey
	model  *wiretest.Log // every entry that Append returned, and every receipt
	file   string
	boots  int
	store  *store.Store
	client *http.Client
	stop   func()

	since time.Duration // since the boot, of this world's own clock
	skew  time.Duration // of the wall clock
	hits  []uint64
}

func (d *device) open() {
	s, err := store.Open(d.file, store.Options{
		Device: d.key.Verifier().Digest(), Trace: traceKey().Public(),
		Sign: func(size uint64, root [32]byte) ([]byte, error) { return wire.SignHead(d.key, size, tlog.Hash(root)) },
		VerifyHead: func(note []byte, size uint64, root [32]byte) error {
			h, err := wire.OpenHead(note, d.key.Verifier())
			if err == nil && (h.Size() != size || h.Root() != root) {
				err = errors.New("another head")
			}
			return err
		},
	})
	if err != nil {
		d.w.t.Fatal(err)
	}
	d.store = s
	if n := s.Stats().Size; n != d.model.Size() {
		d.w.wrong("the journal opens with %d entries, %d were acknowledged to whoever scanned", n, d.model.Size())
	}
	d.boots++
	d.since = 0
}

// start runs the uplink. Its longest pause is long so that weeks take few
// attempts.
func (d *device) start() {
	u := &uplink.Uplink{
		Journal: d.w.variant.journal(kept{d.store, d.model}), Device: d.key.Verifier(), Hub: "https://hub.example.test", HubKey: d.w.hubKey,
		Client: &http.Client{Transport: d.w.variant.transport(d.w), CheckRedirect: d.client.CheckRedirect}, MaxWait: 6 * time.Hour,
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- u.Run(ctx, d.store.Changed()) }()
	d.stop = func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			d.w.wrong("the uplink ended: %v", err)
		}
		d.client.CloseIdleConnections()
	}
}

// restart ends the device and starts it again; a killed one does not close
// its journal: the file goes on as it was at that moment.
func (d *device) restart(killed bool) {
	old, was := d.store, d.file
	if killed {
		d.file = filepath.Join(d.w.dir, fmt.Sprintf("journal-%d.db", d.boots))
		copyFile(d.w.t, d.file, was)
		d.stop() // what it still does goes into the old file
	} else {
		d.stop()
	}
	if err := old.Close(); err != nil {
		d.w.wrong("close the journal: %v", err)
	}
	if killed {
		if err := os.Remove(was); err != nil {
			d.w.t.Fatal(err)
		}
	}
	d.open()
	d.start()
}

func (d *device) instant() scanner.Instant {
	wall := d.w.epoch.Add(d.w.passed + d.skew)
	return scanner.Instant{Boot: [16]byte{byte(d.boots)}, Since: d.since, Wall: wall, Trust: scanner.JudgeClock(wall, d.store.Highest(), time.Time{})}
}

func (d *device) draft(watch bool) scanner.Draft {
	n := d.model.Size()
	return scanner.Draft{
		Entry: scanner.Entry{
			At: d.instant(), Checkpoint: "gate", Lane: "1", Direction: scanner.Direction(n % 2), Outcome: scanner.Outcome(n % 3), Reason: scanner.Listed,
			Scheme: credential.CCCD, List: "people", Version: 3, Input: "camera", Watch: watch,
		},
		Personal: scanner.Personal{Subject: "vn.id:001190123456", Name: "Nguyễn Thị Ví Dụ", Birth: "1990-01-15"},
	}
}

// scan appends one entry after the other, some of them watch-list hits. After
// each the uplink does what it would: a hit makes it hurry.
func (d *device) scan(n int, watch func(i int) bool) {
	for i := range n {
		hit := watch(i)
		e, err := d.store.Append(context.Background(), d.draft(hit))
		if err != nil {
			d.w.wrong("a scan was not kept: %v", err)
			return
		}
		d.keep(e)
		synctest.Wait()
	}
}

// burst appends n alike at once; they share commits. The uplink must be busy,
// or how much of the burst it sees would be chance.
func (d *device) burst(n int) {
	if !d.w.network.waiting.Load() {
		d.scan(n, func(int) bool { return false })
		return
	}
	draft := d.draft(false)
	entries := make([]scanner.Entry, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			e, err := d.store.Append(context.Background(), draft)
			if err != nil {
				d.w.wrong("a scan was not kept: %v", err)
			}
			entries[i] = e
		})
	}
	all.Wait()
	slices.SortFunc(entries, func(a, b scanner.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, e := range entries {
		d.keep(e)
	}
}

func (d *device) keep(e scanner.Entry) {
	b, err := e.MarshalBinary()
	if err != nil {
		d.w.t.Fatal(err)
	}
	if e.Seq != d.model.Size() {
		d.w.wrong("entry %d was given the place %d", d.model.Size(), e.Seq)
	}
	if e.Watch {
		d.hits = append(d.hits, e.Seq)
	}
	d.model.Append(b)
}

// kept is the journal as the uplink and the stick see it; the model hears of
// every receipt first, and holds it against what it has.
type kept struct {
	*store.Store
	model *wiretest.Log
}

func (k kept) Acknowledge(size uint64, receipt []byte, at time.Time) error {
	if err := k.model.Acknowledge(size, receipt, at); err != nil {
		return err
	}
	return k.Store.Acknowledge(size, receipt, at)
}

func (k kept) Rewind(size uint64) error {
	if err := k.Store.Rewind(size); err != nil {
		return err
	}
	return k.model.Rewind(size)
}

func copyFile(t fataler, to, from string) {
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

type fataler interface{ Fatal(...any) }
