package credential

import (
	"bytes"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

// The signed pass is MOSIP Claim 169: Base45 (RFC 9285) of a zlib stream (RFC
// 1950) of a COSE_Sign1 (RFC 9052 §4.2) whose payload is a CWT (RFC 8392) with
// the identity in claim 169. There is no prefix; what tells a pass is that its
// first two bytes are a zlib header.
//
// A pass is Verified only when it names its algorithm in the protected header,
// every header it calls critical is understood here, and a key in the trust for
// that algorithm made the signature. The key is looked up by the key id, of the
// protected header before the unprotected one (RFC 9052 §3.1: what is protected
// counts); without a key id every key of the algorithm is tried.

// maxPass bounds a pass's CBOR. The largest known, with a photograph, has 1.2 kB.
const maxPass = 64 << 10

// CBOR tags (IANA registry) of a pass and its neighbours.
const (
	tagEncrypt0 = 16
	tagMac0     = 17
	tagSign1    = 18
	tagCWT      = 61
	tagEncrypt  = 96
	tagMac      = 97
	tagSign     = 98
)

// strict is how everything in a pass is decoded: no key twice, nothing of
// indefinite length, no invalid UTF-8, nothing after the end, little depth.
var strict = func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		IntDec:           cbor.IntDecConvertSignedOrFail,
		MaxNestedLevels:  16,
		MaxArrayElements: 1024,
		MaxMapPairs:      1024,

		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
	}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return mode
}()

// isPass reports whether text begins as Base45 of a zlib stream does: 32 kB
// window, and check bits (RFC 1950 §2.2).
func isPass(text string) bool {
	if len(text) < 3 {
		return false
	}
	head, err := decodeBase45(text[:3])
	return err == nil && head[0] == 0x78 && (int(head[0])<<8|int(head[1]))%31 == 0
}

// sign1 is RFC 9052 §4.2. The parts are raw because a CBOR array of small
// numbers would otherwise pass for a byte string.
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   cbor.RawMessage
	Unprotected cbor.RawMessage
	Payload     cbor.RawMessage
	Signature   cbor.RawMessage
}

func (c *Credential) readPass(text string, trust *Trust) error {
	c.proof = Unproven
	packed, err := decodeBase45(text)
	if err != nil {
		return malformed("Base45")
	}
	content, err := inflate(packed, maxPass)
	if err != nil {
		return malformed("zlib")
	}
	message, err := untag(content)
	if err != nil {
		return err
	}
	var parts sign1
	if strict.Unmarshal(message, &parts) != nil {
		return malformed("not a COSE_Sign1")
	}
	payload, ok := byteString(parts.Payload)
	if !ok {
		return malformed("COSE_Sign1 payload")
	}
	signature, ok := byteString(parts.Signature)
	if !ok {
		return malformed("COSE_Sign1 signature")
	}

	proof, key := Unproven, (*trustedKey)(nil)
	if len(signature) == 0 {
		c.doubt(DoubtNoSignature)
	} else if proof, key, err = c.prove(message, trust); err != nil {
		return err
	}
	if err := c.readClaims(payload, trust, key); err != nil {
		return err
	}
	// Only now, with nothing left that could be wrong.
	c.proof = proof
	return nil
}

// untag takes the tags off a COSE message: none, 18, or 61 around either.
func untag(content []byte) (message []byte, err error) {
	seen := uint64(0)
	for len(content) > 0 && content[0]>>5 == 6 {
		var tag cbor.RawTag
		if strict.Unmarshal(content, &tag) != nil {
			return nil, malformed("CBOR")
		}
		switch {
		case tag.Number == tagCWT && seen == 0, tag.Number == tagSign1 && seen != tagSign1:
		case tag.Number == tagEncrypt0, tag.Number == tagEncrypt, tag.Number == tagMac0, tag.Number == tagMac, tag.Number == tagSign:
			return nil, ErrUnsupported
		default:
			return nil, malformed("not a COSE_Sign1")
		}
		seen, content = tag.Number, tag.Content
	}
	return content, nil
}

func byteString(raw cbor.RawMessage) (content []byte, ok bool) {
	if len(raw) == 0 || raw[0]>>5 != 2 {
		return nil, false
	}
	return content, strict.Unmarshal(raw, &content) == nil
}

// understood are the headers that crit may name (RFC 9052 §3.1).
var understood = []any{cose.HeaderLabelAlgorithm, cose.HeaderLabelCritical, cose.HeaderLabelKeyID}

// prove says who signed the message, with the key when it is Verified.
func (c *Credential) prove(message []byte, trust *Trust) (Proof, *trustedKey, error) {
	var signed cose.UntaggedSign1Message
	if signed.UnmarshalCBOR(message) != nil {
		return Unproven, nil, malformed("COSE_Sign1 headers")
	}
	critical, err := signed.Headers.Protected.Critical()
	if err != nil {
		return Unproven, nil, malformed("COSE_Sign1 crit")
	}
	for _, label := range critical {
		if !isUnderstood(label) {
			return Unproven, nil, ErrUnsupported
		}
	}
	c.keyID = keyID(signed.Headers)

	alg, err := signed.Headers.Protected.Algorithm()
	switch {
	case err == cose.ErrAlgorithmNotFound:
		c.doubt(DoubtNoSignature)
		return Unproven, nil, nil
	case err != nil, alg != cose.AlgorithmEdDSA && alg != cose.AlgorithmES256:
		return Unproven, nil, ErrUnsupported
	}
	if trust == nil {
		return UnknownIssuer, nil, nil
	}
	known := false
	for i := range trust.keys {
		key := &trust.keys[i]
		if len(c.keyID) > 0 && !bytes.Equal(c.keyID, key.issuer.KeyID) {
			continue
		}
		known = known || len(c.keyID) > 0
		if key.verifier.Algorithm() == alg && signed.Verify(nil, key.verifier) == nil {
			return Verified, key, nil
		}
	}
	if known {
		return Forged, nil, nil
	}
	return UnknownIssuer, nil, nil
}

func isUnderstood(label any) bool {
	for _, u := range understood {
		if label == u {
			return true
		}
	}
	return false
}

// keyID is that of the protected header, or else of the unprotected one. Both
// were checked to be byte strings.
func keyID(h cose.Headers) []byte {
	if id, ok := h.Protected[cose.HeaderLabelKeyID].([]byte); ok {
		return id
	}
	id, _ := h.Unprotected[cose.HeaderLabelKeyID].([]byte)
	return id
}
