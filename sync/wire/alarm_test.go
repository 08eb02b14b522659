package wire_test

import (
	"bytes"
	"errors"
	"testing"

	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

func alarmLog() *wiretest.Log {
	l := wiretest.NewLog()
	l.Add(70)
	l.Append(wiretest.Hit(70))
	l.Add(30)
	return l
}

func TestAlarm(t *testing.T) {
	l := alarmLog()
	packed := l.Alarm(0)
	a, err := wire.ParseAlarm(packed)
	if err != nil {
		t.Fatal(err)
	}
	head, err := a.Verify(l.Key.Verifier())
	if err != nil || a.Index != 70 || head.Size() != 101 || a.Device != l.Key.ID() {
		t.Fatalf("index %d under %d: %v", a.Index, head.Size(), err)
	}
	if again, err := a.MarshalBinary(); err != nil || !bytes.Equal(again, packed) {
		t.Errorf("it encodes otherwise: %v", err)
	}
	opened := a
	opened.Encapsulation = make([]byte, 1120)
	b, err := opened.MarshalBinary()
	if err != nil || len(b) > len(packed)+1130 {
		t.Fatalf("with an encapsulation: %d bytes, without %d, %v", len(b), len(packed), err)
	}
	if back, err := wire.ParseAlarm(b); err != nil || !bytes.Equal(back.Encapsulation, opened.Encapsulation) || !bytes.Equal(back.Entry, a.Entry) {
		t.Errorf("an encapsulation does not survive: %v", err)
	}
	opened.Encapsulation = make([]byte, 3000)
	if _, err := opened.MarshalBinary(); !errors.Is(err, wire.ErrAlarm) {
		t.Errorf("a long encapsulation: %v", err)
	}
	for n := range packed {
		if _, err := wire.ParseAlarm(packed[:n]); !errors.Is(err, wire.ErrAlarm) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	for n := range packed {
		changed := bytes.Clone(packed)
		changed[n] ^= 1
		a, err := wire.ParseAlarm(changed)
		if err != nil {
			continue
		}
		if _, err := a.Verify(l.Key.Verifier()); err == nil && a.Device == l.Key.ID() {
			t.Fatalf("byte %d changed, and it verifies", n)
		}
	}
	if _, err := a.Verify(wiretest.NewLog().Key.Verifier()); !errors.Is(err, wire.ErrHead) {
		t.Errorf("another device's key: %v", err)
	}
	for _, index := range []uint64{69, 71, 101, wire.MaxSize} {
		b := a
		b.Index = index
		if _, err := b.Verify(l.Key.Verifier()); !errors.Is(err, wire.ErrAlarm) {
			t.Errorf("as entry %d: %v", index, err)
		}
	}
	if _, err := wire.ParseAlarm(make([]byte, wire.MaxAlarm+1)); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
}

func FuzzAlarm(f *testing.F) {
	l := alarmLog()
	f.Add(l.Alarm(0))
	f.Add([]byte("chot alarm 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := wire.ParseAlarm(b)
		if err != nil {
			return
		}
		again, err := a.MarshalBinary()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("it encodes otherwise: %v", err)
		}
		_, _ = a.Verify(l.Key.Verifier())
	})
}
