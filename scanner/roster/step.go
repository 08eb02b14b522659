package roster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const (
	stepFormat = "chot-delta-1"
	maxStep    = 2*maxManifest + 256 // bytes of JSON
)

// A Step says what a delta does: it makes the list Next of the list Base. It is
// what the authority signs with a delta. As JSON, in this order and with no other
// member:
//
//	{"format":"chot-delta-1","base":{…a Manifest…},"next":{…a Manifest…}}
type Step struct{ Base, Next Manifest }

type stepJSON struct {
	Format string          `json:"format"`
	Base   json.RawMessage `json:"base"`
	Next   json.RawMessage `json:"next"`
}

// ParseStep reads a step's JSON, as strictly as ParseManifest does.
func ParseStep(text []byte) (Step, error) {
	fail := func(what string) (Step, error) {
		return Step{}, fmt.Errorf("parse step of a delta: %w: %s", ErrManifest, what)
	}
	if len(text) > maxStep {
		return fail(fmt.Sprintf("%d bytes, the limit is %d", len(text), maxStep))
	}
	var raw stepJSON
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&raw); err != nil || raw.Format != stepFormat {
		return fail("its format is not " + stepFormat)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fail("something follows the JSON")
	}
	var s Step
	var err error
	if s.Base, err = ParseManifest(raw.Base); err != nil {
		return Step{}, fmt.Errorf("parse step of a delta: %w", err)
	}
	if s.Next, err = ParseManifest(raw.Next); err != nil {
		return Step{}, fmt.Errorf("parse step of a delta: %w", err)
	}
	if err := s.check(); err != nil {
		return fail(err.Error())
	}
	var compact bytes.Buffer
	again, err := s.MarshalJSON()
	if err != nil || json.Compact(&compact, text) != nil || !bytes.Equal(compact.Bytes(), again) {
		return fail("it is not in canonical form")
	}
	return s, nil
}

func (s Step) check() error {
	switch {
	case s.Base.Name != s.Next.Name:
		return errors.New("it leads to another list")
	case s.Base.Version >= s.Next.Version:
		return errors.New("it does not lead to a later version")
	}
	return nil
}

// MarshalJSON refuses an invalid step.
func (s Step) MarshalJSON() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("write step of a delta: %w: %w", ErrManifest, err)
	}
	base, err := s.Base.MarshalJSON()
	if err != nil {
		return nil, err
	}
	next, err := s.Next.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return json.Marshal(stepJSON{stepFormat, base, next})
}
