package credential

import (
	"bytes"
	"slices"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

// Both signed schemes, the pass and the certificate, are a COSE_Sign1 (RFC 9052
// §4.2) around a CWT (RFC 8392), packed with zlib (RFC 1950) and written in
// Base45 (RFC 9285); untagged, tagged 18, or tagged 61 around either.
//
// A message is Verified only when it names its algorithm in the protected header,
// every header it calls critical is understood here, and a key in the trust for
// that algorithm made the signature and may assert what the message says. The key
// is looked up by the key id, of the protected header before the unprotected one
// (RFC 9052 §3.1: what is protected counts); without a key id every key of the
// algorithm is tried.

// maxPass bounds a message's CBOR. The largest known, a pass with a photograph,
// has 1.2 kB.
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

// sign1 is RFC 9052 §4.2. The parts are raw because a CBOR array of small
// numbers would otherwise pass for a byte string.
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   cbor.RawMessage
	Unprotected cbor.RawMessage
	Payload     cbor.RawMessage
	Signature   cbor.RawMessage
}

// unpack takes the layers around the COSE_Sign1 off text, which is Base45.
func unpack(text string) (message []byte, err error) {
	packed, err := decodeBase45(text)
	if err != nil {
		return nil, malformed("Base45")
	}
	content, err := inflate(packed, maxPass)
	if err != nil {
		return nil, malformed("zlib")
	}
	return untag(content)
}

// payloadOf is what the message signs, and whether there is a signature at all.
func payloadOf(message []byte) (payload []byte, signed bool, err error) {
	var parts sign1
	if strict.Unmarshal(message, &parts) != nil {
		return nil, false, malformed("not a COSE_Sign1")
	}
	payload, ok := byteString(parts.Payload)
	if !ok {
		return nil, false, malformed("COSE_Sign1 payload")
	}
	signature, ok := byteString(parts.Signature)
	if !ok {
		return nil, false, malformed("COSE_Sign1 signature")
	}
	return payload, len(signature) > 0, nil
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

// prove says who signed the message, with the key when it is Verified. The key
// has to be for one of the algorithms, and be trusted to assert what.
func (c *Credential) prove(message []byte, trust *Trust, what Assertion, algorithms []cose.Algorithm) (Proof, *trustedKey, error) {
	var signed cose.UntaggedSign1Message
	if signed.UnmarshalCBOR(message) != nil {
		return Unproven, nil, malformed("COSE_Sign1 headers")
	}
	critical, err := signed.Headers.Protected.Critical()
	if err != nil {
		return Unproven, nil, malformed("COSE_Sign1 crit")
	}
	for _, label := range critical {
		if !slices.Contains(understood, label) {
			return Unproven, nil, ErrUnsupported
		}
	}
	c.keyID = keyID(signed.Headers)

	alg, err := signed.Headers.Protected.Algorithm()
	if err == cose.ErrAlgorithmNotFound && what != AssertPass {
		alg, err = unprotectedAlgorithm(signed.Headers)
	}
	switch {
	case err == cose.ErrAlgorithmNotFound:
		c.doubt(DoubtNoSignature)
		return Unproven, nil, nil
	case err != nil, !slices.Contains(algorithms, alg):
		return Unproven, nil, ErrUnsupported
	}
	if trust == nil {
		return UnknownIssuer, nil, nil
	}
	toBeSigned, err := signatureInput(message)
	if err != nil {
		return Unproven, nil, err
	}
	known := false
	for i := range trust.keys {
		key := &trust.keys[i]
		if len(c.keyID) > 0 && !bytes.Equal(c.keyID, key.issuer.KeyID) {
			continue
		}
		known = known || len(c.keyID) > 0
		if key.verifier.Algorithm() != alg || key.verifier.Verify(toBeSigned, signed.Signature) != nil {
			continue
		}
		if !key.may(what) {
			// Nobody in the trust vouches for this, whoever signed it.
			c.doubt(DoubtEntitlement)
			return UnknownIssuer, nil, nil
		}
		return Verified, key, nil
	}
	if known {
		return Forged, nil, nil
	}
	return UnknownIssuer, nil, nil
}

// unprotectedAlgorithm is that of the unprotected header, where some issuers of
// certificates have it. Changing it there gains nobody anything: a key in the trust
// is for one algorithm only.
func unprotectedAlgorithm(h cose.Headers) (cose.Algorithm, error) {
	protected := cose.ProtectedHeader{}
	if alg, ok := h.Unprotected[cose.HeaderLabelAlgorithm]; ok {
		protected[cose.HeaderLabelAlgorithm] = alg
	}
	return protected.Algorithm()
}

// signatureInput is what is signed of a COSE_Sign1 that the strict decoder takes
// (Sig_structure, RFC 9052 §4.4): its protected header and payload, as they are.
func signatureInput(message []byte) ([]byte, error) {
	var parts sign1
	if strict.Unmarshal(message, &parts) != nil {
		return nil, malformed("not a COSE_Sign1")
	}
	protected, ok := byteString(parts.Protected)
	if !ok {
		return nil, malformed("COSE_Sign1 headers")
	}
	// An empty map is signed as nothing at all.
	if len(protected) == 1 && protected[0] == 0xa0 {
		protected = nil
	}
	payload, ok := byteString(parts.Payload)
	if !ok {
		return nil, malformed("COSE_Sign1 payload")
	}
	input, err := deterministic.Marshal([]any{"Signature1", append([]byte{}, protected...), []byte{}, payload})
	if err != nil {
		return nil, malformed("COSE_Sign1")
	}
	return input, nil
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
