package store

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestCreateSweepsUnfinished(t *testing.T) {
	d := newDevice(t)
	path := filepath.Join(t.TempDir(), "a[1]*journal")
	left, other := path+unfinished+"123", filepath.Join(filepath.Dir(path), "a1journal"+unfinished+"1")
	write(t, left, []byte("half a journal"))
	write(t, other, []byte("somebody else's"))
	appendN(t, d.open(t, path), 0, 1)
	if _, err := os.Stat(left); err == nil {
		t.Error("what a power cut left behind is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("another file was removed")
	}
}

func TestManyCreators(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	stores := make([]*Store, 8)
	var all sync.WaitGroup
	for i := range stores {
		o := d.options() // its own counter
		all.Go(func() {
			s, err := Open(path, o)
			if err != nil && !errors.Is(err, ErrInUse) {
				t.Error(err)
			}
			stores[i] = s
		})
	}
	all.Wait()
	var winner *Store
	for _, s := range stores {
		if s == nil {
			continue
		}
		if winner != nil {
			t.Fatal("two have it open")
		}
		winner = s
	}
	if winner == nil { // each may have met another's lock; then it is free now
		winner = d.open(t, path)
	}
	appendN(t, winner, 0, 1)
	winner.Close()
	if got := d.open(t, path).Stats().Size; got != 1 {
		t.Errorf("%d entries", got)
	}
	names, _ := filepath.Glob(filepath.Dir(path) + "/*")
	if len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func TestReopenContinues(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	for round := range 4 {
		s := d.open(t, path)
		if got := s.Stats().Size; got != uint64(round*5) {
			t.Fatalf("round %d begins with %d entries", round, got)
		}
		appendN(t, s, round*5, 5)
		if all := entries(t, s, uint64(round*5)); all[0].Segment != uint64(round*5) || all[4].Segment != uint64(round*5) {
			t.Errorf("round %d: segments %d and %d", round, all[0].Segment, all[4].Segment)
		}
		verify(t, s)
		s.Close()
	}
	s := d.open(t, path)
	if s.Highest() != draft(19).Entry.At.Wall {
		t.Errorf("highest %v", s.Highest())
	}
	if p, err := s.Prior(person(3)); err != nil || !p.Seen || p.At != draft(3).Entry.At.Wall {
		t.Errorf("prior use was lost: %+v, %v", p, err)
	}
}
