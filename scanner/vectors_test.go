package scanner_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// bhytOld is an insurance card, invented, valid until the end of 2018.
var bhytOld = fmt.Sprintf("DN4010190123456|%x|15/01/1990|2|%x|01 - 028|09/01/2018|31/12/2018|10/01/2018|01090190123456|-|4| 01/08/2019|123456789abcdef-7102|$",
	"Nguyễn Thị Ví Dụ", "Số 1 Phố Mẫu, Hà Nội")

// unsigned169 is a Claim 169 pass whose COSE_Sign1 carries no signature
// (Base45 · zlib · tag 18 [protected, unprotected, payload, signature]).
var unsigned169 = func() string {
	encode := func(v any) []byte {
		b, err := cbor.Marshal(v)
		if err != nil {
			panic(err)
		}
		return b
	}
	claims := encode(map[int]any{1: "test authority", 4: 1900000000, 6: 1700000000, 169: map[int]any{1: "001190123456", 4: "Nguyễn Thị Ví Dụ"}})
	message := encode(cbor.Tag{Number: 18, Content: []any{[]byte{}, map[int]any{}, claims, []byte{}}})
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	w.Write(message)
	w.Close()
	return base45(packed.Bytes())
}()

// base45 encodes as RFC 9285 says.
func base45(b []byte) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var s strings.Builder
	for len(b) > 1 {
		n := int(b[0])<<8 | int(b[1])
		s.WriteByte(alphabet[n%45])
		s.WriteByte(alphabet[n/45%45])
		s.WriteByte(alphabet[n/2025])
		b = b[2:]
	}
	if len(b) == 1 {
		s.WriteByte(alphabet[b[0]%45])
		s.WriteByte(alphabet[b[0]/45])
	}
	return s.String()
}
