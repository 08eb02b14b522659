package tracing

import (
	"encoding/binary"
	"encoding/json"
	"errors"

	"chot/scanner/seal"
)

// Asked is what an audit keeps of a question, sealed to the trace key that
// answered it: whoever could open the entries can read who was asked for, and
// the hub cannot.
type Asked struct {
	Subject string `json:"subject"`
	Window  string `json:"window,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// Seal returns the encapsulation of a segment of its own, then the question
// under sequence 0.
func (a Asked) Seal(pub seal.TracePublicKey) ([]byte, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	s, encapsulation, err := seal.NewSegment(pub)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	sealed, err := s.Seal(0, text, auditContext)
	return append(encapsulation, sealed...), err
}

// OpenAsked opens what Seal made.
func OpenAsked(key seal.TraceKey, sealed []byte) (a Asked, err error) {
	if len(sealed) < seal.EncapsulationSize {
		return a, errors.New("the audit's entry is cut short")
	}
	o, err := seal.OpenSegment(key, sealed[:seal.EncapsulationSize])
	if err != nil {
		return a, err
	}
	text, err := o.Open(0, sealed[seal.EncapsulationSize:], auditContext)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(text, &a)
}

// auditContext binds a sealed question to its purpose: no entry's plain part
// begins so.
var auditContext = binary.BigEndian.AppendUint32([]byte("chot audit"), 1)
