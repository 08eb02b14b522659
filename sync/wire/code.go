package wire

import (
	"fmt"
	"time"
)

// codePrefix begins the text of an enrolment's QR code.
const codePrefix = "CHOT1:"

type codeMap struct {
	Hub     string `cbor:"1,keyasint"`
	Pin     []byte `cbor:"2,keyasint"`
	HubKey  []byte `cbor:"3,keyasint"`
	Token   []byte `cbor:"4,keyasint"`
	Expires uint64 `cbor:"5,keyasint"`
	Root    []byte `cbor:"6,keyasint"`
	Trace   []byte `cbor:"7,keyasint"`
}

// QR returns the enrolment as the text of a QR code (alphanumeric mode). It
// lets one device in until it is used or expires.
func (e Enrolment) QR() (string, error) {
	if err := e.check(); err != nil {
		return "", err
	}
	b, err := encode.Marshal(codeMap{e.Hub, e.Pin[:], e.HubKey.i.key[:], e.Token[:], uint64(e.Expires.Unix()), e.RootDigest[:], e.TraceDigest[:]})
	if err != nil {
		return "", fmt.Errorf("write enrolment: %w", err)
	}
	return codePrefix + idEncoding.EncodeToString(b), nil
}

func parseCode(text string) (Enrolment, error) {
	malformed := fmt.Errorf("%w: the code was cut or changed; show it again", ErrEnrolment)
	if len(text) > 1024 {
		return Enrolment{}, malformed
	}
	b, err := idEncoding.DecodeString(text[len(codePrefix):])
	var m codeMap
	if err != nil || decode.Unmarshal(b, &m) != nil {
		return Enrolment{}, malformed
	}
	if len(m.Pin) != 32 || len(m.HubKey) != 32 || len(m.Token) != 16 || len(m.Root) != 32 || len(m.Trace) != 32 || m.Expires > 1<<40 {
		return Enrolment{}, malformed
	}
	e := Enrolment{
		Hub: m.Hub, Pin: Digest(m.Pin), HubKey: HubVerifier{hubRole.identity([32]byte(m.HubKey))}, Token: Token(m.Token),
		Expires: time.Unix(int64(m.Expires), 0).UTC(), RootDigest: Digest(m.Root), TraceDigest: Digest(m.Trace),
	}
	again, err := e.QR()
	if err != nil {
		return Enrolment{}, err
	}
	if again != text {
		return Enrolment{}, malformed
	}
	return e, nil
}
