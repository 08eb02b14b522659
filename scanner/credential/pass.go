package credential

import "github.com/veraison/go-cose"

// The signed pass is MOSIP Claim 169: a CWT (cose.go) with the identity in claim
// 169. There is no prefix; what tells a pass is that its first two bytes are a
// zlib header. It is signed with EdDSA or ES256.

// isPass reports whether text begins as Base45 of a zlib stream does: 32 kB
// window, and check bits (RFC 1950 §2.2).
func isPass(text string) bool {
	if len(text) < 3 {
		return false
	}
	head, err := decodeBase45(text[:3])
	return err == nil && head[0] == 0x78 && (int(head[0])<<8|int(head[1]))%31 == 0
}

// passAlgorithms are those of MOSIP Claim 169 §5.
var passAlgorithms = []cose.Algorithm{cose.AlgorithmEdDSA, cose.AlgorithmES256}

func (c *Credential) readPass(text string, trust *Trust) error {
	c.proof = Unproven
	message, err := unpack(text)
	if err != nil {
		return err
	}
	payload, signed, err := payloadOf(message)
	if err != nil {
		return err
	}
	proof, key := Unproven, (*trustedKey)(nil)
	if !signed {
		c.doubt(DoubtNoSignature)
	} else if proof, key, err = c.prove(message, trust, AssertPass, passAlgorithms); err != nil {
		return err
	}
	if err := c.readClaims(payload, trust, key); err != nil {
		return err
	}
	// Only now, with nothing left that could be wrong.
	c.statement, c.proof = AssertPass, proof
	return nil
}
