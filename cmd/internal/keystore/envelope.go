package keystore

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// sealedFile is the envelope's name in the device's folder.
const sealedFile = "keys.sealed"

const (
	magic      = "chot keys 1\n"
	maxName    = 16
	maxWrapped = 4096
	maxSealed  = 1 << 20
	maxSecrets = 32
)

// An envelope is keys.sealed, decoded.
type envelope struct {
	keeper  Kind
	wrapped []byte
	secrets []secret // by purpose
}

type secret struct {
	purpose string
	sealed  []byte
}

func (e envelope) bytes() []byte {
	b := append([]byte(magic), byte(len(e.keeper)))
	b = append(b, e.keeper...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(e.wrapped)))
	b = append(b, e.wrapped...)
	b = append(b, byte(len(e.secrets)))
	for _, s := range e.secrets {
		b = append(b, byte(len(s.purpose)))
		b = append(b, s.purpose...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(s.sealed)))
		b = append(b, s.sealed...)
	}
	return b
}

// check holds an envelope against the format's limits.
func (e envelope) check() error {
	if !validName(string(e.keeper)) || len(e.wrapped) == 0 || len(e.wrapped) > maxWrapped || len(e.secrets) > maxSecrets {
		return fmt.Errorf("%w (its keeper)", ErrEnvelope)
	}
	for i, s := range e.secrets {
		if !validName(s.purpose) || len(s.sealed) > maxSealed || i > 0 && s.purpose <= e.secrets[i-1].purpose {
			return fmt.Errorf("%w (its secrets)", ErrEnvelope)
		}
	}
	return nil
}

func validName(s string) bool {
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return len(s) > 0 && len(s) <= maxName
}

// parseEnvelope reads what bytes wrote, and nothing else.
func parseEnvelope(b []byte) (e envelope, err error) {
	r := reader{b}
	if string(r.take(len(magic))) != magic {
		return e, fmt.Errorf("%w (its beginning)", ErrEnvelope)
	}
	e.keeper = Kind(r.take(r.length(1)))
	e.wrapped = r.take(r.length(2))
	for range r.length(1) {
		e.secrets = append(e.secrets, secret{string(r.take(r.length(1))), r.take(r.length(4))})
	}
	if r.b == nil || len(r.b) != 0 {
		return envelope{}, fmt.Errorf("%w (its length)", ErrEnvelope)
	}
	return e, e.check()
}

// A reader cuts fields off. Once one was not there, b is nil and all others are
// empty.
type reader struct{ b []byte }

func (r *reader) take(n int) []byte {
	if r.b == nil || n > len(r.b) {
		r.b = nil
		return nil
	}
	field := slices.Clone(r.b[:n])
	r.b = r.b[n:]
	return field
}

func (r *reader) length(bytes int) int {
	n := 0
	for _, c := range r.take(bytes) {
		n = n<<8 | int(c)
	}
	return n
}
