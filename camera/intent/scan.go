package intent

import (
	"encoding/binary"
	"errors"
	"strconv"
)

// Errors of a broadcast. Each says in a sentence for a person why it is no scan.
var (
	ErrForm     = errors.New("what was broadcast is not in the form the receiver gives it: install Chốt again")
	ErrStranger = errors.New("no scanner that is known broadcasts this: set the scanner's action to " + OwnAction)
	ErrNoCode   = errors.New("the scanner's broadcast holds no code: set its output to the usual extras")
	ErrFailed   = errors.New("the scanner read nothing: scan again")
	ErrEmpty    = errors.New("the scanner's broadcast holds an empty code: scan again")
	ErrOverlong = errors.New("the broadcast is longer than any QR code: scan again; if it happens always, another app is sending it")
	ErrLength   = errors.New("the broadcast says it is longer than it is: scan again")
	ErrSeveral  = errors.New("the scanner read two codes at once: show one alone")
)

// ErrUnsupported is of a system without such broadcasts.
var ErrUnsupported = errors.New("this build hears no scan keys by broadcast: use the camera, or a reader that acts as a keyboard")

// A Scan is what a broadcast says. Only Open makes one.
type Scan struct {
	Maker  Maker
	Sender string // as in Broadcast
	// Payload is the code's bytes. It shares the broadcast's memory.
	Payload []byte
	// Symbology is what the maker calls the kind of code, "" where it is not
	// told: "LABEL-TYPE-QRCODE", "]Q1", or a number of the maker's own.
	Symbology string
}

// Open takes the scan out of a broadcast. An error still comes with Maker and
// Sender where the form is a maker's, so that it can be told who failed.
func Open(b Broadcast) (Scan, error) {
	err := ErrStranger
	var first Scan
	for _, f := range forms {
		if f.action != b.Action {
			continue
		}
		s, problem := f.open(b)
		if problem == nil {
			return s, nil
		}
		// Of several makers on one action the one whose keys are there failed.
		if err == ErrStranger || err == ErrNoCode && problem != ErrNoCode {
			first, err = s, problem
		}
	}
	return first, err
}

func (f form) open(b Broadcast) (Scan, error) {
	s := Scan{Maker: f.maker, Sender: b.Sender}
	if f.state != "" {
		if state, _ := b.get(f.state); state.Kind != Text || string(state.Value) != "ok" {
			return s, ErrFailed
		}
	}
	if second, ok := b.get(f.second); ok && f.second != "" && second.Size > 0 {
		return s, ErrSeveral
	}
	for _, key := range f.payload {
		x, ok := b.get(key)
		if !ok || x.Kind == Number {
			continue
		}
		payload, err := f.cut(b, x)
		if err != nil {
			return s, err
		}
		s.Payload, s.Symbology = payload, f.symbology(b)
		return s, nil
	}
	return s, ErrNoCode
}

// cut is the part of a value that is the payload.
func (f form) cut(b Broadcast, x Extra) ([]byte, error) {
	size := uint64(x.Size)
	if length, ok := b.get(f.length); ok && f.length != "" && x.Kind == Bytes {
		if length.Kind != Number {
			return nil, ErrLength
		}
		if size = binary.BigEndian.Uint64(length.Value); size > uint64(x.Size) {
			return nil, ErrLength
		}
	}
	switch {
	case size == 0:
		return nil, ErrEmpty
	case size > uint64(len(x.Value)):
		return nil, ErrOverlong
	}
	return x.Value[:size:size], nil
}

func (f form) symbology(b Broadcast) string {
	x, ok := b.get(f.symbol)
	switch {
	case !ok || f.symbol == "" || len(x.Value) > 64:
		return ""
	case x.Kind == Number:
		return strconv.FormatInt(int64(binary.BigEndian.Uint64(x.Value)), 10)
	}
	return string(x.Value)
}
