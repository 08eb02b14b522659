package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"chot/sync/hub/hubtest"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"

	"golang.org/x/sync/errgroup"
)

// What a province's hub takes in a second: 1,000 devices, each with a TLS
// connection of its own, signatures and consistency verified, every receipt
// after PostgreSQL's commit is on disk, and every receipt verified by the
// device. Hub, PostgreSQL and devices share this machine's processors; what
// devices do before they send (hash, sign, pack) is done before the clock
// starts. At most 32 requests are under way at a time.
//
// cpu-µs/scan is the processor time of all three together; on a machine that
// does nothing else, 2,000,000 / that is what two processors can take at best.
//
//	go test ./sync/hub -run '^$' -bench Ingest -benchtime 1x
func BenchmarkIngest(b *testing.B) {
	s, err := hubtest.Start("shared_buffers=512MB", "max_wal_size=4GB")
	hubtest.Need(b, err)
	defer s.Close()
	for _, each := range []int{20, 100, 500} {
		b.Run(fmt.Sprintf("devices=1000/bundle=%d", each), func(b *testing.B) { benchmarkIngest(b, s, 1000, each) })
	}
}

func benchmarkIngest(b *testing.B, s *hubtest.Server, devices, each int) {
	h := openHub(b, b.TempDir(), Options{DB: s.Schema(b), Rate: 1e6, Burst: 1e6})
	fleet := newFleet(b, h, devices)
	url := serve(b, h)
	var waits []time.Duration
	var carried int
	var busy time.Duration
	for range b.N {
		b.StopTimer()
		load := fleet.load(max(2, 200/each), each)
		runtime.GC()
		began := own() + s.CPU()
		b.StartTimer()
		took, sent := fleet.send(b, h, url, load)
		b.StopTimer()
		busy += own() + s.CPU() - began
		b.StartTimer()
		waits, carried = append(waits, took...), carried+sent
	}
	b.StopTimer()
	var entries uint64
	for _, d := range status(b, h).Devices {
		entries += d.Entries
	}
	if want := uint64(b.N * devices * each * max(2, 200/each)); entries != want {
		b.Fatalf("%d entries are there, want %d", entries, want)
	}
	if _, err := h.Audit(context.Background(), fleet[0].log.Key.ID()); err != nil {
		b.Fatal(err)
	}
	slices.Sort(waits)
	b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "scans/s")
	b.ReportMetric(float64(busy.Microseconds())/float64(entries), "cpu-µs/scan")
	b.ReportMetric(float64(len(waits))/b.Elapsed().Seconds(), "bundles/s")
	b.ReportMetric(float64(carried)/float64(entries), "bytes/scan")
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
}

// own is this process's processor time: the hub's and the devices'.
func own() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A fleet is devices under load.
type fleet []*loaded

type loaded struct {
	log  *wiretest.Log
	send func(url string, packed []byte) ([]byte, error)
}

func newFleet(b *testing.B, h *Hub, devices int) fleet {
	f := make(fleet, devices)
	err := h.store.Update(context.Background(), func(tx Tx) error {
		for i := range f {
			l := wiretest.NewLog()
			client := uplink.Client(h.Pin())
			b.Cleanup(client.CloseIdleConnections)
			f[i] = &loaded{l, func(url string, packed []byte) ([]byte, error) { return post(client, url, packed) }}
			if err := tx.PutDevice(Device{Key: l.Key.Verifier(), Checkpoint: "gate", Lane: "1", Zone: "ward", Enrolled: h.now()}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// load prepares rounds of bundles, one of each device in a round.
func (f fleet) load(rounds, each int) [][][]byte {
	load := make([][][]byte, rounds)
	for r := range load {
		load[r] = make([][]byte, len(f))
	}
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for i, d := range f {
		all.Go(func() error {
			for r := range load {
				from := d.log.Size()
				d.log.Add(each)
				load[r][i] = d.log.Packed(from, d.log.Size())
			}
			return nil
		})
	}
	_ = all.Wait() // nothing in it fails
	return load
}

func post(c *http.Client, url string, packed []byte) ([]byte, error) {
	resp, err := c.Post(url, wire.BundleType, bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func (f fleet) send(b *testing.B, h *Hub, url string, load [][][]byte) (took []time.Duration, sent int) {
	took = make([]time.Duration, len(load)*len(f))
	for r, round := range load {
		var all errgroup.Group
		all.SetLimit(32)
		for i, d := range f {
			sent += len(round[i])
			all.Go(func() error {
				began := time.Now()
				receipt, err := d.send(url+wire.BundlesPath, round[i])
				took[r*len(f)+i] = time.Since(began)
				if err != nil {
					return err
				}
				if _, err := wire.OpenReceipt(receipt, h.Key(), d.log.Key.Verifier()); err != nil {
					return errors.New(string(receipt))
				}
				return nil
			})
		}
		if err := all.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	return took, sent
}
