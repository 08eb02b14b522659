package hub

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"chot/sync/wire"
	"chot/sync/wire/wiretest"

	"github.com/klauspost/compress/zstd"
)

// A counted body says how much of it was read.
type counted struct {
	r    io.Reader
	read int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	return n, err
}

// zeros is a body without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

const tenGB = 10 << 30

func packedAs(plain []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // constant options
	}
	return append([]byte("chot bundle 1\n"), w.EncodeAll(plain, nil)...)
}

// bomb is one Zstandard frame of so many bytes of nothing: run-length blocks
// of 128 KiB, four bytes each (RFC 8878 §3.1.1.2).
func bomb(size int64) []byte {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58}
	for blocks := size >> 17; blocks > 0; blocks-- {
		head := uint32(1<<17)<<3 | 1<<1
		if blocks == 1 {
			head |= 1
		}
		b = append(b, byte(head), byte(head>>8), byte(head>>16), 0)
	}
	return append([]byte("chot bundle 1\n"), b...)
}

func zipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(b) // into memory
	_ = w.Close()
	return z.Bytes()
}

// post hands a body to the hub as HTTP does.
func (b *bad) post(path string, body io.Reader, length int64, header ...string) (*http.Response, []byte) {
	return b.request(http.MethodPost, path, body, length, header...)
}

func (b *bad) request(method, path string, body io.Reader, length int64, header ...string) (*http.Response, []byte) {
	r := httptest.NewRequest(method, path, body)
	r.ContentLength = length
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.h.Handler().ServeHTTP(w, r)
	return w.Result(), w.Body.Bytes()
}

// bad is a hub with one device that does everything wrong and one that does
// nothing wrong.
type bad struct {
	t    *testing.T
	h    *Hub
	l    *wiretest.Log
	calm *wiretest.Log
}

// stillWell: whatever came before, the calm device's next bundle goes through,
// and nothing of the other's log has changed.
func (b *bad) stillWell(size uint64) {
	b.t.Helper()
	from := b.calm.Size()
	b.calm.Add(5)
	give(b.t, b.h, b.calm, b.calm.Packed(from, from+5), from+5)
	whole(b.t, b.h, b.l, size)
}

func (b *bad) metric(want string) {
	b.t.Helper()
	if _, text := scrape(b.t, b.h, "127.0.0.1:1"); !strings.Contains(text, "\n"+want+" ") || strings.Contains(text, "\n"+want+" 0\n") {
		b.t.Errorf("the metrics do not count %s", want)
	}
}

// Whatever comes is answered with a stable code and counted, costs no more
// memory than a bundle may, loses nothing and slows nobody.
func TestBadInput(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{Rate: 1e6, Burst: 1e6})
	b := &bad{t, h, enrolled(t, h), enrolled(t, h)}
	l := b.l
	l.Add(40)
	give(t, h, l, l.Packed(0, 20), 20)
	stranger := wiretest.NewLog()
	stranger.Add(20)
	foreign := l.Bundle(20, 40)
	foreign.Head = stranger.Head(20)
	mixed := l.Bundle(20, 40)
	mixed.Head = wiretestHead(stranger, l, 40)
	good := l.Packed(20, 40)
	noise := rand.New(rand.NewChaCha8([32]byte{1}))
	random := make([]byte, 4096)
	for i := range random {
		random[i] = byte(noise.Uint32())
	}

	for name, s := range map[string]struct {
		body   []byte
		want   wire.Code
		header []string
	}{
		"nothing":                         {nil, wire.BadBundle, nil},
		"noise":                           {random, wire.BadBundle, nil},
		"noise after the magic":           {append([]byte("chot bundle 1\n"), random...), wire.BadBundle, nil},
		"half a bundle":                   {good[:len(good)/2], wire.BadBundle, nil},
		"a bundle and more":               {append(bytes.Clone(good), 'x'), wire.BadBundle, nil},
		"two bundles":                     {append(bytes.Clone(good), good...), wire.BadBundle, nil},
		"a bundle in a bundle":            {packedAs(good), wire.BadBundle, nil},
		"a frame in a frame":              {packedAs(good[14:]), wire.BadBundle, nil},
		"a frame in a frame, ten deep":    {nest(good[14:], 10), wire.BadBundle, nil},
		"zipped":                          {zipped(good), wire.BadBundle, nil},
		"zipped, as HTTP would":           {zipped(good), wire.BadBundle, []string{"Content-Encoding", "gzip"}},
		"arrays in arrays, a thousand":    {packedAs(bytes.Repeat([]byte{0x81}, 1000)), wire.BadBundle, nil},
		"a map that promises 2^60 things": {packedAs([]byte{0xbb, 0x10, 0, 0, 0, 0, 0, 0, 0}), wire.BadBundle, nil},
		"10 GB of nothing in 320 kB":      {bomb(tenGB), wire.TooLarge, nil},
		"a receipt":                       {stranger.Head(20), wire.BadBundle, nil},
		"an alarm":                        {[]byte("chot alarm 1\n"), wire.BadBundle, nil},
		"from an unknown device":          {stranger.Packed(0, 20), wire.UnknownDevice, nil},
		"a head of another's":             {pack(t, foreign), wire.BadSignature, nil},
		"a head of this log, another key": {pack(t, mixed), wire.BadSignature, nil},
		"from the future":                 {l.Packed(30, 40), wire.Gap, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bad{t, h, l, b.calm}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			resp, body := b.post(wire.BundlesPath, bytes.NewReader(s.body), int64(len(s.body)), s.header...)
			runtime.ReadMemStats(&after)
			wantProblem(t, resp, body, s.want)
			if spent := after.TotalAlloc - before.TotalAlloc; spent > 8*wire.MaxBundle {
				t.Errorf("refusing it took %d MB", spent>>20)
			}
			b.metric(`chot_hub_bundles_total{answer="` + string(s.want) + `"}`)
			b.stillWell(20)
		})
	}
	give(t, h, l, good, 40) // the control: it was good all along

	// Entries of a version to come: taken, apart, and read by a later version.
	l.Append([]byte{0xa1, 0x18, 0x63, 0x01})
	give(t, h, l, l.Packed(40, 41), 41)
	if s := status(t, h); s.Quarantined != 1 {
		t.Errorf("%d entries in quarantine", s.Quarantined)
	}
	held, err := h.QuarantinedEntries(context.Background(), Place{}, 10)
	if err != nil || len(held) != 1 || held[0].Why != unreadable || held[0].Index != 40 {
		t.Errorf("quarantine: %+v, %v", held, err)
	}
	b.metric("chot_hub_quarantined_entries_total")
	b.stillWell(41)
}

func nest(b []byte, deep int) []byte {
	for range deep {
		b = packedAs(b)[14:]
	}
	return append([]byte("chot bundle 1\n"), b...)
}

// wiretestHead is a head over l's entries, signed by another key.
func wiretestHead(by, l *wiretest.Log, size uint64) []byte {
	head, err := wire.SignHead(by.Key, size, l.Root(size))
	if err != nil {
		panic(err) // the key is whole
	}
	return head
}

// Ten gigabytes are refused at the limit: a length that is said, before a byte
// is read; one that is not, after as many as a bundle may have.
func TestTenGigabytes(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	b := &bad{t, h, enrolled(t, h), enrolled(t, h)}
	for path, limit := range map[string]int64{wire.BundlesPath: wire.MaxPacked, wire.AlarmsPath: wire.MaxAlarm, wire.EnrolPath: 64 << 10} {
		said := &counted{r: io.LimitReader(zeros{}, tenGB)}
		resp, body := b.post(path, said, tenGB)
		wantProblem(t, resp, body, wire.TooLarge)
		if said.read != 0 {
			t.Errorf("%s: %d bytes were read of a body that says it is too long", path, said.read)
		}
		unsaid := &counted{r: io.LimitReader(zeros{}, tenGB)}
		resp, body = b.post(path, unsaid, -1)
		wantProblem(t, resp, body, wire.TooLarge)
		if unsaid.read > limit+1 {
			t.Errorf("%s: %d bytes were read, the limit is %d", path, unsaid.read, limit)
		}
	}
	b.metric(`chot_hub_bodies_refused_total{answer="too-large"}`)
	b.stillWell(0)
	if !h.memory.TryAcquire(h.options.Memory) {
		t.Error("what was refused still counts as held")
	} else {
		h.memory.Release(h.options.Memory)
	}
}

// Alarms are counted by how they were answered, too.
func TestAlarmMetrics(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := watched(t, h)
	alarm(t, h, l, l.Alarm(0), 40)
	alarmRefused(t, h, []byte("<html>"), wire.BadBundle)
	b := &bad{t: t, h: h}
	b.metric(`chot_hub_alarms_total{answer="taken"}`)
	b.metric(`chot_hub_alarms_total{answer="bad-bundle"}`)
}
