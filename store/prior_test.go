package store

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"chot/scanner"

	bolt "go.etcd.io/bbolt"
)

func passage(t *testing.T, s *Store, n int, at time.Time, dir scanner.Direction, o scanner.Outcome) {
	t.Helper()
	d := draft(n)
	d.Entry.At.Wall, d.Entry.Direction, d.Entry.Outcome = at, dir, o
	if _, err := s.Append(context.Background(), d); err != nil {
		t.Fatal(err)
	}
}

func prior(t *testing.T, s *Store, n int) scanner.Prior {
	t.Helper()
	p, err := s.Prior(person(n))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPriorIsTheLastAdmission(t *testing.T) {
	s := newDevice(t).open(t, journalPath(t))
	if p := prior(t, s, 1); p.Seen {
		t.Errorf("seen before anything: %+v", p)
	}
	passage(t, s, 1, morning, scanner.In, scanner.Admit)
	passage(t, s, 1, morning.Add(time.Minute), scanner.Out, scanner.Refuse)
	passage(t, s, 1, morning.Add(2*time.Minute), scanner.Out, scanner.Refer)
	passage(t, s, 2, morning.Add(3*time.Minute), scanner.Out, scanner.Admit)
	if p := prior(t, s, 1); p != (scanner.Prior{Seen: true, Direction: scanner.In, At: morning}) {
		t.Errorf("got %+v", p)
	}
	passage(t, s, 1, morning.Add(8*time.Hour), scanner.Out, scanner.Admit) // another generation
	if p := prior(t, s, 1); p.Direction != scanner.Out || p.At != morning.Add(8*time.Hour) {
		t.Errorf("got %+v", p)
	}
	if p := prior(t, s, 3); p.Seen {
		t.Errorf("somebody else was seen: %+v", p)
	}
}

func TestPriorIsForgotten(t *testing.T) {
	path := journalPath(t)
	s := newDevice(t).open(t, path)
	passage(t, s, 1, morning, scanner.In, scanner.Admit)
	passage(t, s, 2, morning.Add(23*time.Hour), scanner.In, scanner.Admit)
	if !prior(t, s, 1).Seen {
		t.Error("forgotten after 23 hours")
	}
	passage(t, s, 3, morning.Add(24*time.Hour+time.Second), scanner.In, scanner.Admit)
	if prior(t, s, 1).Seen {
		t.Error("remembered after 24 hours")
	}
	for day := range 10 {
		passage(t, s, 4, morning.AddDate(0, 0, 2+day), scanner.In, scanner.Admit)
	}
	var generations int
	if err := s.file.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketPrior).ForEachBucket(func([]byte) error { generations++; return nil })
	}); err != nil {
		t.Fatal(err)
	}
	if generations > 2 {
		t.Errorf("%d generations kept", generations)
	}
	if n, err := s.Purge(time.Time{}); n != 0 || err != nil {
		t.Errorf("purge: %d, %v", n, err)
	}
}

func TestPriorHidesTheSubject(t *testing.T) {
	d := newDevice(t)
	one, two := journalPath(t), journalPath(t)
	a, b := d.open(t, one), d.open(t, two)
	passage(t, a, 1, morning, scanner.In, scanner.Admit)
	if bytes.Equal(priorKey(a.mac, person(1)), priorKey(b.mac, person(1))) {
		t.Error("two journals keep a subject under the same hash")
	}
	a.Close()
	content, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content, []byte(person(1).Number)) || bytes.Contains(content, []byte("VÍ DỤ")) {
		t.Error("the file holds a person's number or name")
	}
	if !bytes.Contains(content, []byte("camera")) {
		t.Error("control: the plain part is not there either")
	}
}
