package scanner_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"chot/scanner"
	"chot/scanner/credential"
)

func remark(kind scanner.Kind, ref uint64) scanner.Entry {
	return scanner.Entry{
		Seq: 42, At: sampleEntry().At, Checkpoint: "Chốt Cầu Mẫu", Operator: "ca 2", Input: "relay", Kind: kind, Ref: ref,
	}
}

func TestRemarkRoundTrip(t *testing.T) {
	for _, kind := range []scanner.Kind{scanner.Turned, scanner.NotTurned, scanner.HandOver, scanner.Locked, scanner.Supervision} {
		e := remark(kind, 41)
		b, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := scanner.ParseEntry(b); err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%v: got %+v, %v", kind, got, err)
		}
		if o, ok := scanner.OutlineOf(b); ok {
			t.Errorf("%v: an outline of what holds nothing sealed: %+v", kind, o)
		}
	}
}

// What a remark may not hold is no entry at all, so that nothing that counts
// or names somebody can pass for one.
func TestRemarkIsStrict(t *testing.T) {
	for name, change := range map[string]func(*scanner.Entry){
		"an unknown kind":       func(e *scanner.Entry) { e.Kind = 99 },
		"an outcome":            func(e *scanner.Entry) { e.Outcome = scanner.Admit },
		"a reason":              func(e *scanner.Entry) { e.Reason = scanner.Listed },
		"a scheme":              func(e *scanner.Entry) { e.Scheme = credential.CCCD },
		"a list":                func(e *scanner.Entry) { e.List = "demo" },
		"a watch":               func(e *scanner.Entry) { e.Watch = true },
		"something sealed":      func(e *scanner.Entry) { e.Sealed = []byte{1} },
		"a reference to itself": func(e *scanner.Entry) { e.Ref = e.Seq },
		"a scan that refers":    func(e *scanner.Entry) { e.Kind = scanner.Scan },
	} {
		e := remark(scanner.NotTurned, 41)
		change(&e)
		b, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scanner.ParseEntry(b); !errors.Is(err, scanner.ErrEntry) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

type noJournal struct{ drafts []scanner.Draft }

func (j *noJournal) Append(_ context.Context, d scanner.Draft) (scanner.Entry, error) {
	j.drafts = append(j.drafts, d)
	return d.Entry, nil
}
func (j *noJournal) Prior(credential.Subject) (scanner.Prior, error) { return scanner.Prior{}, nil }

func TestSettle(t *testing.T) {
	j := &noJournal{}
	s := scanner.New(j)
	s.SetPolicy(scanner.Policy{Checkpoint: "Chốt Thử", Lane: "1"})
	r := scanner.Result{Entry: sampleEntry(), Before: scanner.Prior{Seen: true, Direction: scanner.In, At: noon}, Kept: true}
	for _, turned := range []bool{true, false} {
		if _, err := s.Settle(context.Background(), r, turned, "relay", sampleEntry().At); err != nil {
			t.Fatal(err)
		}
	}
	completed, annulled := j.drafts[0], j.drafts[1]
	if completed.Entry.Kind != scanner.Turned || completed.Entry.Ref != 41 || completed.Undone.Seen {
		t.Errorf("completed: %+v", completed)
	}
	want := scanner.Prior{Seen: true, Direction: scanner.Out, At: r.Entry.At.Wall}
	if annulled.Entry.Kind != scanner.NotTurned || annulled.Entry.Ref != 41 || annulled.Undone != want || annulled.Before != r.Before {
		t.Errorf("annulled: %+v", annulled)
	}
	if _, err := s.Remark(context.Background(), scanner.Remark{}, sampleEntry().At); !errors.Is(err, scanner.ErrEntry) {
		t.Errorf("a remark that is a scan: %v", err)
	}
}
