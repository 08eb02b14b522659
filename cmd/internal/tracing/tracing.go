// Package tracing answers, where the trace key is, where a person was and who
// was there within a window of time.
//
// It goes through sealed entries once: the outline of each is read, its
// segment's key is made when the entry that opened the segment comes by, and
// the seals are opened on every core. Only the entries that match are decoded
// whole. Who was there takes a second pass, which opens only what was sealed at
// the same checkpoints within the window.
package tracing

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"

	"chot/scanner"
	"chot/scanner/seal"
	"chot/sync/hub"

	"golang.org/x/sync/errgroup"
)

// A Question is what is asked.
type Question struct {
	Subject string        // canonical, "vn.id:001190123456"
	With    bool          // who was there too
	Window  time.Duration // with With: before and after
}

// Check reports whether the question can be answered.
func (q Question) Check() error {
	if q.Subject == "" || q.With && (q.Window < time.Second || q.Window > 30*24*time.Hour) {
		return ErrQuestion
	}
	return nil
}

// A Sighting is an entry whose seal was opened.
type Sighting struct {
	Device     string        `json:"device"`
	Seq        uint64        `json:"seq"`
	At         time.Time     `json:"at"`
	Doubtful   bool          `json:"doubtful,omitempty"` // the device's clock could not be believed
	Checkpoint string        `json:"checkpoint"`
	Lane       string        `json:"lane,omitempty"`
	Direction  string        `json:"direction"`
	Outcome    string        `json:"outcome"`
	Reason     string        `json:"reason"`
	Subject    string        `json:"subject,omitempty"`
	Name       string        `json:"name,omitempty"`
	Birth      string        `json:"birth,omitempty"`
	Purpose    string        `json:"purpose,omitempty"`
	Plate      string        `json:"plate,omitempty"`
	HeadCount  int           `json:"head_count,omitempty"`
	Apart      time.Duration `json:"apart_ns,omitempty"` // from the nearest sighting of the one asked for
}

// An Answer is what was found, in order of time.
type Answer struct {
	Sightings []Sighting `json:"sightings"`
	With      []Sighting `json:"with,omitempty"`
	Entries   uint64     `json:"entries"`              // gone through
	Opened    uint64     `json:"opened"`               // whose seals the key opened
	Headless  uint64     `json:"headless,omitempty"`   // their segment's first entry is not among them
	Refused   uint64     `json:"refused,omitempty"`    // another trace key's, or changed
	Unread    uint64     `json:"unreadable,omitempty"` // of a newer device, or nonsense
	Ahead     uint64     `json:"ahead,omitempty"`      // alarms that the encapsulation they came with does not open: wait for their run
}

// Errors of tracing.
var (
	ErrNothingOpened = errors.New("this key opened none of the entries: it is not the key these devices seal to, or they were changed")
	ErrQuestion      = errors.New("name one subject, and with --with a window between 1 second and 30 days")
)

// Trace answers a question from runs of entries, which it goes through once,
// or twice with Question.With.
func Trace(ctx context.Context, key seal.TraceKey, runs iter.Seq2[hub.Run, error], q Question) (Answer, error) {
	if err := q.Check(); err != nil {
		return Answer{}, err
	}
	t := tracer{key: key, openers: map[segment]*seal.Opener{}}
	want := []byte(q.Subject)
	found, err := t.pass(ctx, runs, nil, func(plain []byte) bool { return bytes.Contains(plain, want) })
	if err != nil {
		return Answer{}, err
	}
	a := t.count
	if a.Entries > 0 && a.Opened == 0 && a.Refused > 0 {
		return a, fmt.Errorf("%w (%d entries)", ErrNothingOpened, a.Refused)
	}
	a.Sightings = slices.DeleteFunc(found, func(s Sighting) bool { return s.Subject != q.Subject })
	if q.With && len(a.Sightings) > 0 {
		windows := windowsOf(a.Sightings, q.Window)
		near, err := t.pass(ctx, runs, windows.cover, nil)
		if err != nil {
			return Answer{}, err
		}
		a.With = slices.DeleteFunc(near, func(s Sighting) bool { return s.Subject == q.Subject })
		for i := range a.With {
			a.With[i].Apart = windows.apart(a.With[i])
		}
	}
	return a, nil
}

type segment struct {
	device string
	start  uint64
}

type tracer struct {
	key     seal.TraceKey
	openers map[segment]*seal.Opener
	count   Answer // its counters
}

// A sealed is an entry with what opens it.
type sealed struct {
	outline scanner.Outline
	opener  *seal.Opener
	body    []byte
	ahead   bool // the opener is from what came with an alarm
}

// pass opens every entry that wanted lets through and returns those whose
// personal part matches, each once. A nil function lets everything through.
func (t *tracer) pass(ctx context.Context, runs iter.Seq2[hub.Run, error], wanted func(scanner.Outline) bool, matches func([]byte) bool) ([]Sighting, error) {
	t.count = Answer{}
	var mu sync.Mutex
	found := []Sighting{} // none is [] in JSON
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0) + 1)
	for run, err := range runs {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, errors.Join(err, work.Wait())
		}
		batch, err := t.prepare(run, wanted)
		if err != nil {
			return nil, errors.Join(err, work.Wait())
		}
		work.Go(func() error {
			sightings, opened, refused, ahead := open(run.Device, batch, matches)
			mu.Lock()
			defer mu.Unlock()
			found = append(found, sightings...)
			t.count.Opened += opened
			t.count.Refused += refused
			t.count.Ahead += ahead
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b Sighting) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Device, b.Device), cmp.Compare(a.Seq, b.Seq))
	})
	// Two files from one device may overlap.
	return slices.CompactFunc(found, func(a, b Sighting) bool { return a.Device == b.Device && a.Seq == b.Seq }), nil
}

// prepare finds each entry's opener.
func (t *tracer) prepare(run hub.Run, wanted func(scanner.Outline) bool) ([]sealed, error) {
	batch := make([]sealed, 0, len(run.Entries))
	var at segment
	var opener *seal.Opener
	for _, body := range run.Entries {
		t.count.Entries++
		o, ok := scanner.OutlineOf(body)
		if !ok {
			// A remark names nobody: there is nothing to read in it.
			if e, err := scanner.ParseEntry(body); err != nil || e.Kind == scanner.Scan {
				t.count.Unread++
			}
			continue
		}
		s := segment{run.Device, o.Segment}
		if len(o.Encapsulation) > 0 && o.Seq == o.Segment && t.openers[s] == nil {
			made, err := seal.OpenSegment(t.key, o.Encapsulation)
			if errors.Is(err, seal.ErrNoKey) {
				return nil, err
			}
			if err != nil {
				t.count.Unread++
				continue
			}
			t.openers[s] = made
		}
		if s != at {
			at, opener = s, t.openers[s]
		} else if opener == nil {
			opener = t.openers[s]
		}
		by, ahead := opener, false
		if by == nil && len(run.Encapsulation) > 0 {
			// For this one entry: another's must not stand or fall by it.
			made, err := seal.OpenSegment(t.key, run.Encapsulation)
			if errors.Is(err, seal.ErrNoKey) {
				return nil, err
			}
			if err != nil {
				t.count.Ahead++
				continue
			}
			by, ahead = made, true
		}
		switch {
		case by == nil:
			t.count.Headless++
		case wanted == nil || wanted(o):
			batch = append(batch, sealed{o, by, body, ahead})
		}
	}
	return batch, nil
}

// open opens a batch's seals.
func open(device string, batch []sealed, matches func([]byte) bool) (found []Sighting, opened, refused, ahead uint64) {
	aad := make([]byte, 0, scanner.MaxEntry)
	for _, s := range batch {
		aad = s.outline.AppendPlain(aad[:0])
		plain, err := s.opener.Open(s.outline.Seq, s.outline.Sealed, aad)
		if err != nil {
			if s.ahead {
				ahead++
			} else {
				refused++
			}
			continue
		}
		opened++
		if matches != nil && !matches(plain) {
			continue
		}
		e, err := scanner.ParseEntry(s.body)
		if err != nil {
			continue // sealed rightly, yet of a version this one cannot read
		}
		if p, err := scanner.ParsePersonal(plain); err == nil {
			found = append(found, sighting(device, e, p))
		}
	}
	return found, opened, refused, ahead
}

func sighting(device string, e scanner.Entry, p scanner.Personal) Sighting {
	return Sighting{
		Device: device, Seq: e.Seq, At: e.At.Wall, Doubtful: e.At.Trust == scanner.Doubtful,
		Checkpoint: e.Checkpoint, Lane: e.Lane, Direction: e.Direction.String(), Outcome: e.Outcome.String(), Reason: e.Reason.String(),
		Subject: p.Subject, Name: p.Name, Birth: p.Birth, Purpose: p.Purpose, Plate: p.Plate, HeadCount: p.HeadCount,
	}
}
