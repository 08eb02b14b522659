package hub

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// What a hub gave a receipt for is there after it was killed: the files are
// copied while it runs, as a power cut would leave them, and opened.
func TestReceiptsSurvive(t *testing.T) {
	dir := t.TempDir()
	h := openHub(t, dir, Options{})
	l := enrolled(t, h)
	for i := range 5 {
		l.Add(40)
		give(t, h, l, l.Packed(uint64(i)*40, uint64(i+1)*40), uint64(i+1)*40)
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		again := openHub(t, copied, Options{})
		whole(t, again, l, uint64(i+1)*40)
		l.Add(1)
		give(t, again, l, l.Packed(uint64(i+1)*40, l.Size()), l.Size())
		l = l.Cut(uint64(i+1) * 40)
	}
}

func TestDatabaseSettings(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		var got string
		if err := h.store.(*sqlite).write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q: %v", pragma, got, want, err)
		}
	}
	err := h.store.View(context.Background(), func(tx Tx) error { return tx.PutDevice(Device{Key: newKey(t).Verifier()}) })
	if err == nil {
		t.Error("a view writes")
	}
	if n := len(status(t, h).Devices); n != 0 {
		t.Errorf("%d devices", n)
	}
}

func TestUpdateIsWhole(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	boom := errors.New("boom")
	err := h.store.Update(context.Background(), func(tx Tx) error {
		if err := tx.Append(l.Key.ID(), 0, h.now(), []Record{{Body: []byte("x")}}); err != nil {
			t.Error(err)
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	whole(t, h, l, 0)
	// (device, index) is unique whatever the code above it believes.
	err = h.store.Update(context.Background(), func(tx Tx) error {
		return errors.Join(tx.Append(l.Key.ID(), 0, h.now(), []Record{{Body: []byte("x")}}), tx.Append(l.Key.ID(), 0, h.now(), []Record{{Body: []byte("y")}}))
	})
	if err == nil {
		t.Error("an entry is stored twice")
	}
	whole(t, h, l, 0)
}

func TestBadDatabases(t *testing.T) {
	dir := t.TempDir()
	h, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, databaseFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "newer version") || !strings.Contains(err.Error(), "update the program") {
		t.Errorf("a newer database: %v", err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil {
		t.Error("opens a file that is no database")
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err = Open(dir, Options{}); err != nil {
		t.Fatalf("the control, the file as it was: %v", err)
	}
	h.Close()
	if _, err := Open(filepath.Join(path, "below"), Options{}); err == nil {
		t.Error("opens below a file")
	}
}

// Many devices at once, each sending everything twice from two sides.
func TestConcurrentDevices(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{Rate: 1e6, Burst: 1e6})
	var all sync.WaitGroup
	logs := make([]*wiretest.Log, 8)
	for i := range logs {
		logs[i] = enrolled(t, h)
		logs[i].Add(120)
		for range 2 {
			all.Go(func() {
				for n := uint64(0); n < 120; n += 20 {
					text, err := h.Take(context.Background(), logs[i].Packed(n, n+20))
					if err != nil {
						t.Error(err)
						return
					}
					if _, err := wire.OpenReceipt(text, h.Key(), logs[i].Key.Verifier()); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	for _, l := range logs {
		whole(t, h, l, 120)
	}
}

// What a hub takes in a second, signatures, consistency and commit included.
func BenchmarkTake(b *testing.B) {
	for _, each := range []uint64{1, 50, 500} {
		b.Run(fmt.Sprintf("entries=%d", each), func(b *testing.B) {
			h := openHub(b, b.TempDir(), Options{Rate: 1e9, Burst: 1e9})
			l := enrolled(b, h)
			for range b.N {
				b.StopTimer()
				from := l.Size()
				l.Add(int(each))
				packed := l.Packed(from, l.Size())
				b.StartTimer()
				if _, err := h.Take(context.Background(), packed); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(each)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}
