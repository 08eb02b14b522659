package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
)

// model is the journal as a few Go values.
type model struct {
	entries      []scanner.Entry // purged ones too
	first        uint64
	acknowledged uint64
	receipt      string
	highest      time.Time
	vouched      time.Time
	priors       map[credential.Subject]scanner.Prior
	settings     map[string]string
	lists        map[string]uint64
}

func (m *model) see(t time.Time) {
	if t.After(m.highest) {
		m.highest = t
	}
}

// vouch is a hub's signed time: it counts over what the device saw alone.
func (m *model) vouch(t time.Time) {
	if !t.After(m.vouched) {
		return
	}
	m.vouched = t
	if t.After(m.highest) || m.highest.Sub(t) > 2*time.Minute {
		m.highest = t
	}
}

func (m *model) size() uint64 { return uint64(len(m.entries)) }

// TestModel does random things to a journal and to the model, and compares
// everything the journal says. A seed reproduces its run.
func TestModel(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { runModel(t, seed, 250) })
	}
}

func runModel(t *testing.T, seed uint64, steps int) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	r := rand.New(rand.NewPCG(seed, 7))
	m := &model{priors: map[credential.Subject]scanner.Prior{}, settings: map[string]string{}, lists: map[string]uint64{}}
	clock := morning
	var since time.Duration
	for step := range steps {
		jump := time.Duration(r.IntN(40)) * time.Minute
		clock, since = clock.Add(jump), since+jump
		switch op := r.IntN(20); {
		case op < 9:
			dr := draft(r.IntN(20))
			dr.Entry.At.Wall, dr.Entry.At.Since = clock, since
			dr.Entry.Outcome, dr.Entry.Direction = scanner.Outcome(r.IntN(3)), scanner.Direction(r.IntN(2))
			if r.IntN(6) == 0 {
				dr.Entry.At.Trust, dr.Entry.At.Wall = scanner.Doubtful, clock.AddDate(-50, 0, 0)
				dr.Entry.Outcome = scanner.Refer // as Decide has it
			}
			e, err := s.Append(context.Background(), dr)
			if err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
			if e.Seq != m.size() {
				t.Fatalf("step %d: sequence %d, want %d", step, e.Seq, m.size())
			}
			m.entries = append(m.entries, e)
			if e.At.Trust != scanner.Doubtful {
				m.see(e.At.Wall)
			}
			if e.Outcome == scanner.Admit {
				m.priors[dr.Subject] = scanner.Prior{Seen: true, Direction: e.Direction, At: e.At.Wall}
			}
		case op < 11:
			size := r.Uint64N(m.size() + 3)
			note := fmt.Sprintf("receipt %d", step)
			err := s.Acknowledge(size, []byte(note), clock)
			if size > m.size() {
				if !errors.Is(err, ErrCursor) {
					t.Fatalf("step %d: acknowledged %d of %d: %v", step, size, m.size(), err)
				}
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			m.vouch(clock)
			if size >= m.acknowledged {
				m.acknowledged, m.receipt = size, note
			}
		case op == 11:
			size := r.Uint64N(m.size() + 3)
			err := s.Rewind(size)
			if size < m.first != errors.Is(err, ErrPruned) || size >= m.first && err != nil {
				t.Fatalf("step %d: rewind to %d with %d the first kept: %v", step, size, m.first, err)
			}
			if err == nil {
				m.acknowledged = min(m.acknowledged, size)
			}
		case op == 12:
			before := clock.Add(-time.Duration(r.IntN(48)) * time.Hour)
			want := m.first
			for seq := m.first; seq < m.acknowledged; seq++ {
				at := m.entries[seq].At
				if at.Trust == scanner.Doubtful {
					continue
				}
				if !at.Wall.Before(before) {
					break
				}
				want = seq + 1
			}
			n, err := s.Purge(before)
			if err != nil || uint64(n) != want-m.first {
				t.Fatalf("step %d: purged %d, want %d: %v", step, n, want-m.first, err)
			}
			m.first = want
		case op == 13:
			name, value := fmt.Sprint("s", r.IntN(4)), fmt.Sprint(r.Uint64())
			if err := s.PutSetting(name, []byte(value)); err != nil {
				t.Fatal(err)
			}
			m.settings[name] = value
		case op == 14:
			name, version := fmt.Sprint("l", r.IntN(3)), r.Uint64()
			if err := s.PutList(InstalledList{Name: name, Version: version, Manifest: []byte(`{}`)}); err != nil {
				t.Fatal(err)
			}
			m.lists[name] = version
		case op == 15:
			at := clock.Add(time.Duration(r.IntN(600)-300) * time.Minute)
			if err := s.Observe(at); err != nil {
				t.Fatal(err)
			}
			if at.After(m.vouched) {
				m.vouched = at
				m.see(at)
			}
		case op == 16:
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = d.open(t, path)
		default:
			compareUnsent(t, s, m, d, r.IntN(3000))
		}
		compare(t, s, m, step)
	}
	verify(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = d.open(t, path)
	compare(t, s, m, steps)
	verify(t, s)
}

func compareUnsent(t *testing.T, s *Store, m *model, d *device, limit int) {
	t.Helper()
	from, got, head, err := s.Unsent(limit)
	if err != nil || from != m.acknowledged {
		t.Fatalf("unsent from %d, want %d: %v", from, m.acknowledged, err)
	}
	total := 0
	for i, b := range got {
		want, err := m.entries[from+uint64(i)].MarshalBinary()
		if err != nil || !bytes.Equal(b, want) {
			t.Fatalf("unsent entry %d differs", from+uint64(i))
		}
		total += len(b)
	}
	size := from + uint64(len(got))
	switch {
	case len(got) == 0 && from != m.size():
		t.Fatalf("nothing unsent of %d", m.size()-from)
	case len(got) > 1 && total > limit:
		t.Fatalf("%d bytes, limit %d", total, limit)
	case size < m.size():
		next, err := m.entries[size].MarshalBinary()
		if err != nil || total+len(next) <= limit {
			t.Fatalf("one more would have fitted: %d+%d of %d", total, len(next), limit)
		}
	}
	if len(got) == 0 {
		return
	}
	// The head is the device's, over exactly these entries: what a hub that
	// keeps all of them computes.
	if err := d.verifyHead(head, size, rootOver(t, m.entries[:size])); err != nil {
		t.Fatalf("head of a part: %v", err)
	}
}

func compare(t *testing.T, s *Store, m *model, step int) {
	t.Helper()
	st := s.Stats()
	if st.Size != m.size() || st.Acknowledged != m.acknowledged || st.Pruned != m.first || string(st.Receipt) != m.receipt ||
		!st.Highest.Equal(m.highest) || !s.Highest().Equal(m.highest) {
		t.Fatalf("step %d: %+v\nwant size %d, cursor %d, first %d, %q, %v", step, st, m.size(), m.acknowledged, m.first, m.receipt, m.highest)
	}
	if step%10 != 0 {
		return
	}
	if got := entries(t, s, 0); len(got) != len(m.entries[m.first:]) || len(got) > 0 && !reflect.DeepEqual(got, m.entries[m.first:]) {
		t.Fatalf("step %d: entries differ", step)
	}
	for n := range 20 {
		want := m.priors[person(n)]
		if want.At.Before(m.highest.Add(-defaultPriorKeep)) {
			want = scanner.Prior{}
		}
		if got := prior(t, s, n); got != want {
			t.Fatalf("step %d: prior %+v, want %+v", step, got, want)
		}
	}
	for name, want := range m.settings {
		if v, err := s.Setting(name); string(v) != want || err != nil {
			t.Fatalf("step %d: setting %q, %v", step, v, err)
		}
	}
	lists, err := s.Lists()
	if err != nil || len(lists) != len(m.lists) {
		t.Fatalf("step %d: %d lists, %v", step, len(lists), err)
	}
	for _, l := range lists {
		if m.lists[l.Name] != l.Version {
			t.Fatalf("step %d: list %s", step, l.Name)
		}
	}
}
