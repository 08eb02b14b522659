package store

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chot/scanner"
	"chot/scanner/seal"

	bolt "go.etcd.io/bbolt"
)

func TestAppendReturnsWhatIsStored(t *testing.T) {
	d := newDevice(t)
	s := d.open(t, journalPath(t))
	var returned []scanner.Entry
	for i := range 5 {
		e, err := s.Append(context.Background(), draft(i))
		if err != nil {
			t.Fatal(err)
		}
		if e.Seq != uint64(i) {
			t.Fatalf("entry %d has sequence %d", i, e.Seq)
		}
		returned = append(returned, e)
	}
	if got := entries(t, s, 0); !reflect.DeepEqual(got, returned) {
		t.Errorf("stored entries differ from those returned:\n%v\n%v", got, returned)
	}
	if got := entries(t, s, 3); !reflect.DeepEqual(got, returned[3:]) {
		t.Errorf("entries from 3: got %d", len(got))
	}
	verify(t, s)
	if st := s.Stats(); st.Size != 5 || st.Unsent() != 5 || st.Highest != draft(4).Entry.At.Wall || st.Oldest != morning {
		t.Errorf("stats %+v", st)
	}
}

// openAll opens every entry with the trace key, each by itself.
func openAll(t *testing.T, trace seal.TraceKey, all []scanner.Entry) []scanner.Personal {
	t.Helper()
	encapsulations := map[uint64][]byte{}
	for _, e := range all {
		if len(e.Encapsulation) > 0 {
			if e.Segment != e.Seq {
				t.Fatalf("entry %d opens segment %d", e.Seq, e.Segment)
			}
			encapsulations[e.Seq] = e.Encapsulation
		}
	}
	var people []scanner.Personal
	for i := len(all) - 1; i >= 0; i-- { // backwards: none needs the one before
		e := all[i]
		opener, err := seal.OpenSegment(trace, encapsulations[e.Segment])
		if err != nil {
			t.Fatalf("segment %d of entry %d: %v", e.Segment, e.Seq, err)
		}
		aad, err := e.Plain()
		if err != nil {
			t.Fatal(err)
		}
		plain, err := opener.Open(e.Seq, e.Sealed, aad)
		if err != nil {
			t.Fatalf("open entry %d: %v", e.Seq, err)
		}
		p, err := scanner.ParsePersonal(plain)
		if err != nil {
			t.Fatal(err)
		}
		people = append([]scanner.Personal{p}, people...)
	}
	return people
}

func TestSegments(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	appendN(t, s, 0, 3)
	// 24 hours later by time since boot, whatever the wall clock says.
	late := draft(3)
	late.Entry.At.Since = segmentAge
	if _, err := s.Append(context.Background(), late); err != nil {
		t.Fatal(err)
	}
	rebooted := draft(4)
	rebooted.Entry.At.Boot = [16]byte{2}
	if _, err := s.Append(context.Background(), rebooted); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = d.open(t, path) // a restart
	for i := range 5 {
		next := draft(5 + i)
		next.Entry.At.Boot = [16]byte{2}
		if _, err := s.Append(context.Background(), next); err != nil {
			t.Fatal(err)
		}
	}
	all := entries(t, s, 0)
	var segments []uint64
	for _, e := range all {
		segments = append(segments, e.Segment)
	}
	if want := []uint64{0, 0, 0, 3, 4, 5, 5, 5, 5, 5}; !reflect.DeepEqual(segments, want) {
		t.Errorf("segments %v, want %v", segments, want)
	}
	for i, p := range openAll(t, d.trace, all) {
		if p.Subject != person(i).String() {
			t.Errorf("entry %d opens as another subject", i)
		}
	}
	// A trace key that is not the authority's opens nothing.
	other := newDevice(t).trace
	opener, err := seal.OpenSegment(other, all[0].Encapsulation)
	if err == nil {
		aad, _ := all[0].Plain()
		if _, err = opener.Open(0, all[0].Sealed, aad); err == nil {
			t.Error("another trace key opens an entry")
		}
	}
}

func TestSegmentOfAThousand(t *testing.T) {
	d := newDevice(t)
	s := d.open(t, journalPath(t))
	burst(t, s, 0, 2*segmentEntries+50)
	all := entries(t, s, 0)
	for _, e := range all {
		if want := e.Seq / segmentEntries * segmentEntries; e.Segment != want {
			t.Fatalf("entry %d is in segment %d, want %d", e.Seq, e.Segment, want)
		}
		if (len(e.Encapsulation) > 0) != (e.Seq == e.Segment) {
			t.Fatalf("entry %d: encapsulation of %d bytes", e.Seq, len(e.Encapsulation))
		}
	}
	openAll(t, d.trace, all)
	verify(t, s)
}

// burst appends n drafts from 100 goroutines.
func burst(t testing.TB, s *Store, from, n int) {
	t.Helper()
	work := make(chan int)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			for i := range work {
				if _, err := s.Append(context.Background(), draft(i)); err != nil {
					t.Errorf("append %d: %v", i, err)
				}
			}
		})
	}
	for i := from; i < from+n; i++ {
		work <- i
	}
	close(work)
	all.Wait()
}

func TestBurstSharesTransactions(t *testing.T) {
	d := newDevice(t)
	s := d.open(t, journalPath(t))
	// With the token held nobody can write, so the burst gathers.
	s.writer <- struct{}{}
	var all sync.WaitGroup
	seen := make([]uint64, 100)
	for i := range seen {
		all.Go(func() {
			e, err := s.Append(context.Background(), draft(i))
			if err != nil {
				t.Error(err)
			}
			seen[i] = e.Seq
		})
	}
	waitQueued(s, len(seen))
	<-s.writer
	all.Wait()
	if d.signs != 1 {
		t.Errorf("100 appends took %d transactions", d.signs)
	}
	found := map[uint64]bool{}
	for _, seq := range seen {
		found[seq] = true
	}
	if len(found) != 100 || s.Stats().Size != 100 {
		t.Errorf("%d sequences given, %d entries", len(found), s.Stats().Size)
	}
	verify(t, s)
}

// TestLateOnesComeAlong: what arrives while a transaction's head is signed
// shares it, under a head signed anew; what is beyond what a transaction takes
// has the next. In a bubble no time passes, so its 10 ms do not end it.
func TestLateOnesComeAlong(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	synctest.Test(t, func(t *testing.T) {
		o := d.options()
		var s *Store
		var all sync.WaitGroup
		late := maxShared + 20
		sign := o.Sign
		o.Sign = func(size uint64, root [32]byte) ([]byte, error) {
			if size == 1 {
				for i := range late {
					all.Go(func() {
						if _, err := s.Append(context.Background(), draft(1+i)); err != nil {
							t.Error(err)
						}
					})
				}
				waitQueued(s, late)
			}
			return sign(size, root)
		}
		s, err := Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		before := transactions(t, s)
		appendN(t, s, 0, 1)
		all.Wait()
		if n := transactions(t, s) - before; n != 2 {
			t.Errorf("%d appends took %d transactions, want 2", 1+late, n)
		}
		if s.Stats().Size != uint64(1+late) {
			t.Errorf("%d entries", s.Stats().Size)
		}
		verify(t, s)
		openAll(t, d.trace, entries(t, s, 0))
	})
}

// transactions is how many the file has had.
func transactions(t testing.TB, s *Store) (n int) {
	t.Helper()
	if err := s.file.view(func(tx *bolt.Tx) error { n = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestEncodingOnce: the encoding put together from the plain part and the seal
// is the entry's own, whatever the length of the sealed part.
func TestEncodingOnce(t *testing.T) {
	e := draft(3).Entry
	e.At.Wall = e.At.Wall.UTC()
	e.Encapsulation = bytes.Repeat([]byte{7}, 1120)
	for _, n := range []int{1, 23, 24, 255, 256, 1500} {
		e.Sealed = bytes.Repeat([]byte{9}, n)
		want, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		plain, err := e.Plain()
		if err != nil {
			t.Fatal(err)
		}
		if got := appendSealed(nil, plain, e.Sealed); !bytes.Equal(got, want) {
			t.Errorf("%d sealed bytes: another encoding", n)
		}
	}
}

// waitQueued returns once n appends wait for the writer token.
func waitQueued(s *Store, n int) {
	for s.queue.len() < n {
		runtime.Gosched()
	}
}

func TestBadDraftFailsAlone(t *testing.T) {
	d := newDevice(t)
	s := d.open(t, journalPath(t))
	long := draft(1)
	long.Entry.Checkpoint = strings.Repeat("x", scanner.MaxEntry)
	odd := draft(2)
	odd.Entry.Outcome = 9
	offers := []*offer{}
	for _, dr := range []scanner.Draft{long, draft(0), odd, draft(3)} {
		offers = append(offers, &offer{draft: dr, done: make(chan struct{})})
	}
	s.writer <- struct{}{}
	s.commit(offers)
	<-s.writer
	for i, bad := range []bool{true, false, true, false} {
		if (offers[i].err != nil) != bad {
			t.Errorf("draft %d: error %v", i, offers[i].err)
		}
		if bad && strings.Contains(offers[i].err.Error(), "xxx") {
			t.Error("the error repeats the draft's content")
		}
	}
	if got := s.Stats().Size; got != 2 {
		t.Errorf("%d entries, want 2", got)
	}
	verify(t, s)
	openAll(t, d.trace, entries(t, s, 0))
}

func TestAppendMakesTextReadable(t *testing.T) {
	d := newDevice(t)
	s := d.open(t, journalPath(t))
	dr := draft(0)
	dr.Entry.Operator, dr.Personal.Plate = "a\xffb", "51A\xfe"
	if _, err := s.Append(context.Background(), dr); err != nil {
		t.Fatal(err)
	}
	all := entries(t, s, 0)
	if all[0].Operator != "a\uFFFDb" || openAll(t, d.trace, all)[0].Plate != "51A\uFFFD" {
		t.Error("bytes that are not text were not replaced")
	}
}

func TestCancelledAppend(t *testing.T) {
	s := newDevice(t).open(t, journalPath(t))
	ctx, cancel := context.WithCancel(context.Background())
	s.writer <- struct{}{}
	result := make(chan error)
	go func() {
		_, err := s.Append(ctx, draft(0))
		result <- err
	}()
	waitQueued(s, 1)
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-s.writer
	if _, err := s.Append(ctx, draft(0)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if s.Stats().Size != 0 {
		t.Error("a cancelled append was written")
	}
}

func TestSigningFailureLosesNothing(t *testing.T) {
	d := newDevice(t)
	o := d.options()
	broken := true
	sign := o.Sign
	o.Sign = func(size uint64, root [32]byte) ([]byte, error) {
		if broken && size > 2 {
			return nil, errors.New("no key")
		}
		return sign(size, root)
	}
	s, err := Open(journalPath(t), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	appendN(t, s, 0, 2)
	if _, err := s.Append(context.Background(), draft(2)); err == nil {
		t.Fatal("appended without a signature")
	}
	broken = false
	appendN(t, s, 2, 2)
	verify(t, s)
	all := entries(t, s, 0)
	if all[2].Segment != 2 || len(all[2].Encapsulation) == 0 {
		t.Error("a sequence was sealed twice in one segment")
	}
	openAll(t, d.trace, all)
}

func TestChanged(t *testing.T) {
	s := newDevice(t).open(t, journalPath(t))
	select {
	case <-s.Changed():
		t.Fatal("changed before anything was")
	default:
	}
	appendN(t, s, 0, 3)
	<-s.Changed()
	select {
	case <-s.Changed():
		t.Fatal("three appends gave more than one signal")
	default:
	}
}

func TestDoubtfulClockDoesNotRaiseHighest(t *testing.T) {
	s := newDevice(t).open(t, journalPath(t))
	appendN(t, s, 0, 1)
	wrong := draft(1)
	wrong.Entry.At.Wall, wrong.Entry.At.Trust = morning.AddDate(9, 0, 0), scanner.Doubtful
	if _, err := s.Append(context.Background(), wrong); err != nil {
		t.Fatal(err)
	}
	if got := s.Highest(); got != morning {
		t.Errorf("highest %v", got)
	}
	if err := s.Observe(morning.Add(-time.Hour)); err != nil || s.Highest() != morning {
		t.Errorf("observing the past: %v, %v", err, s.Highest())
	}
	if err := s.Observe(morning.Add(time.Hour)); err != nil || s.Highest() != morning.Add(time.Hour) {
		t.Errorf("observing: %v, %v", err, s.Highest())
	}
}

func TestClosed(t *testing.T) {
	s := newDevice(t).open(t, journalPath(t))
	appendN(t, s, 0, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := s.Append(context.Background(), draft(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("append: %v", err)
	}
	if _, err := s.Prior(person(0)); !errors.Is(err, ErrClosed) {
		t.Errorf("prior: %v", err)
	}
	if _, _, _, err := s.Unsent(1); !errors.Is(err, ErrClosed) {
		t.Errorf("unsent: %v", err)
	}
	for _, err := range s.Entries(0) {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("entries: %v", err)
		}
	}
	if s.Head() != nil || !bytes.Equal(s.Stats().Receipt, nil) {
		t.Error("a closed journal still answers")
	}
}

// A clock that was set years ahead, and put right, must not make every later
// time doubtful: the hub's next receipt says what time it is. What an authority
// or a hub signed is never undone.
func TestReceiptPutsAnEarlyClockRight(t *testing.T) {
	s := newDevice(t).open(t, journalPath(t))
	ahead := draft(0)
	ahead.Entry.At.Wall = morning.AddDate(9, 0, 0)
	if _, err := s.Append(context.Background(), ahead); err != nil {
		t.Fatal(err)
	}
	if got := s.Highest(); !got.Equal(ahead.Entry.At.Wall) {
		t.Fatalf("highest %v: the trap was not set", got)
	}
	if err := s.Acknowledge(1, []byte("receipt"), morning); err != nil || !s.Highest().Equal(morning) {
		t.Errorf("after a receipt: %v, %v", s.Highest(), err)
	}
	signed := morning.Add(48 * time.Hour)
	if err := s.Observe(signed); err != nil {
		t.Fatal(err)
	}
	if err := s.Acknowledge(1, []byte("an old receipt"), morning.Add(time.Hour)); err != nil || !s.Highest().Equal(signed) {
		t.Errorf("an old receipt undid a signed time: %v, %v", s.Highest(), err)
	}
}
