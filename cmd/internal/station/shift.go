package station

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"chot/scanner"
	"chot/store"
)

// A Shift is the present operator's turn in numbers.
type Shift struct {
	Operator  string
	Since     time.Time
	Taken     uint64    // scans
	Receipted uint64    // of these, those a hub has given a receipt for
	In, Out   [3]uint64 // by outcome
	Hours     [24]uint64
}

// Waiting is how many of the shift's scans no hub has.
func (s Shift) Waiting() uint64 { return s.Taken - s.Receipted }

// settingShift is where the count stands between restarts. The journal is the
// truth: the count is taken up from where it was kept.
const settingShift = "shift"

// shiftCount counts a shift from the entries it is told of, each once and in
// any order.
type shiftCount struct {
	mu sync.Mutex
	shiftRecord
	early []scanner.Entry // told of before the one they follow
}

// shiftRecord is what is kept of a count.
type shiftRecord struct {
	Operator string     `json:"operator"`
	From     uint64     `json:"from"` // the first entry that counts
	Next     uint64     `json:"next"` // the first one not counted yet
	Since    int64      `json:"since"`
	In       [3]uint64  `json:"in"`
	Out      [3]uint64  `json:"out"`
	Hours    [24]uint64 `json:"hours"`
	Remarks  []uint64   `json:"remarks"` // of the shift, that no hub had
}

// take counts an entry, and those that waited for it.
func (s *shiftCount) take(e scanner.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Seq < s.Next || slices.ContainsFunc(s.early, func(o scanner.Entry) bool { return o.Seq == e.Seq }) {
		return
	}
	s.early = append(s.early, e)
	for {
		i := slices.IndexFunc(s.early, func(o scanner.Entry) bool { return o.Seq == s.Next })
		if i < 0 {
			return
		}
		s.count(s.early[i])
		s.early = slices.Delete(s.early, i, i+1)
	}
}

func (s *shiftCount) count(e scanner.Entry) {
	s.Next = e.Seq + 1
	if e.Kind == scanner.HandOver {
		s.shiftRecord = shiftRecord{Operator: e.Operator, From: e.Seq, Next: s.Next, Since: e.At.Wall.UnixMilli(), Remarks: s.Remarks}
	}
	if e.Kind != scanner.Scan {
		s.Remarks = append(s.Remarks, e.Seq)
		return
	}
	way := &s.In
	if e.Direction == scanner.Out {
		way = &s.Out
	}
	way[e.Outcome]++
	s.Hours[e.At.Wall.In(scanner.ICT).Hour()]++
}

// now returns the shift, given what the journal holds and a hub has.
func (s *shiftCount) now(stats store.Stats) Shift {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Remarks = slices.DeleteFunc(s.Remarks, func(seq uint64) bool { return seq < stats.Acknowledged })
	shift := Shift{Operator: s.Operator, Since: time.UnixMilli(s.Since).UTC(), In: s.In, Out: s.Out, Hours: s.Hours}
	for o := range s.In {
		shift.Taken += s.In[o] + s.Out[o]
	}
	from := max(s.From, stats.Acknowledged)
	waiting := max(s.Next, from) - from
	for _, seq := range s.Remarks {
		if seq >= from && seq < s.Next {
			waiting--
		}
	}
	shift.Receipted = shift.Taken - min(waiting, shift.Taken)
	return shift
}

// load takes the count up from where it was kept, and counts what the journal
// holds beyond. The first shift of all begins now.
func (s *shiftCount) load(j *store.Store, now time.Time) error {
	b, err := j.Setting(settingShift)
	if err == nil && b != nil {
		err = json.Unmarshal(b, &s.shiftRecord)
	}
	if err != nil {
		s.shiftRecord = shiftRecord{} // counted anew, from the journal
	}
	stats := j.Stats()
	if s.Next > stats.Size {
		s.shiftRecord = shiftRecord{} // of another journal
	}
	s.Next = max(s.Next, stats.Pruned)
	if s.Since == 0 {
		s.Since = now.UnixMilli()
	}
	for e, err := range j.Entries(s.Next) {
		if err != nil {
			return err
		}
		s.take(e)
	}
	return nil
}

// keep writes the count down, so that a start need not read the journal.
func (s *shiftCount) keep(j *store.Store) error {
	s.mu.Lock()
	b, err := json.Marshal(s.shiftRecord)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return j.PutSetting(settingShift, b)
}

// Shift returns the present shift's numbers.
func (s *Station) Shift() Shift {
	shift := s.shift.now(s.store.Stats())
	shift.Operator = s.Passage().Operator
	return shift
}

// HandOver ends the shift and begins that of the operator named, once the
// journal has it.
func (s *Station) HandOver(ctx context.Context, to string) error {
	s.shift.mu.Lock()
	from := s.shift.From
	s.shift.mu.Unlock()
	if _, err := s.remark(ctx, scanner.Remark{Kind: scanner.HandOver, Ref: from, Operator: to, Input: "screen"}); err != nil {
		return err
	}
	s.mu.Lock()
	s.passage.Operator = to
	s.mu.Unlock()
	if err := s.shift.keep(s.store); err != nil {
		s.log.Warn("shift not kept apart; the journal has it", "err", err)
	}
	s.changed()
	return nil
}
