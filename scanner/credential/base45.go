package credential

import "errors"

// alphabet is RFC 9285 Table 1: the QR code's alphanumeric characters, SPACE
// among them.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

var errBase45 = errors.New("not Base45")

// values is the inverse of alphabet; -1 is not in it.
var values = func() (v [256]int8) {
	for i := range v {
		v[i] = -1
	}
	for i := range len(alphabet) {
		v[alphabet[i]] = int8(i)
	}
	return v
}()

// decodeBase45 is RFC 9285 §4, strictly: no other characters, no line ends, no
// group that stands for more than its bytes can hold. It has therefore exactly
// one text for any bytes.
func decodeBase45(text string) ([]byte, error) {
	if len(text)%3 == 1 {
		return nil, errBase45
	}
	decoded := make([]byte, 0, len(text)/3*2+1)
	for i := 0; i < len(text); i += 3 {
		group := text[i:min(i+3, len(text))]
		n := 0
		for j := len(group) - 1; j >= 0; j-- {
			v := values[group[j]]
			if v < 0 {
				return nil, errBase45
			}
			n = n*45 + int(v)
		}
		switch {
		case len(group) == 3 && n <= 0xffff:
			decoded = append(decoded, byte(n>>8), byte(n))
		case len(group) == 2 && n <= 0xff:
			decoded = append(decoded, byte(n))
		default:
			return nil, errBase45
		}
	}
	return decoded, nil
}

// encodeBase45 is RFC 9285 §4.
func encodeBase45(b []byte) string {
	text := make([]byte, 0, (len(b)+1)/2*3)
	for i := 0; i+1 < len(b); i += 2 {
		n := int(b[i])<<8 | int(b[i+1])
		text = append(text, alphabet[n%45], alphabet[n/45%45], alphabet[n/45/45])
	}
	if len(b)%2 == 1 {
		n := int(b[len(b)-1])
		text = append(text, alphabet[n%45], alphabet[n/45])
	}
	return string(text)
}
