package scanner

// MaxPayload is the longest payload anything here looks at, in bytes. A
// version 40-L QR symbol holds 2,953 (ISO/IEC 18004 table 7); readers that
// send a code twice double that.
const MaxPayload = 8192

// A Payload is what a code said, from whatever read it.
type Payload struct {
	Bytes []byte
	Input string // the source's short name: "camera", "serial", "typed", "frames"
	Typed bool   // a person typed it from paper
}

// A Passage is what the operator adds to a payload: which way, what for, how
// many. The zero value is one person going in without a stated purpose.
type Passage struct {
	Direction Direction
	Purpose   string
	Plate     string
	HeadCount int // people in the vehicle, 0 when not asked
	Operator  string
}
