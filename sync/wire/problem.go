package wire

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
)

// A Code is the stable name of why a hub refused. Codes are never reused; a
// device meets an unknown one as "refused".
type Code string

const (
	UnknownDevice Code = "unknown-device" // not enrolled here
	RevokedDevice Code = "revoked-device" // its bundles are kept apart
	BadBundle     Code = "bad-bundle"     // cannot be decoded
	BadSignature  Code = "bad-signature"  // the head is not signed by the device's key
	Inconsistent  Code = "inconsistent"   // contradicts what the device signed before; kept as evidence
	Gap           Code = "gap"            // begins after what the hub has; Size says how much that is
	TooLarge      Code = "too-large"
	BadRequest    Code = "bad-request" // an enrolment that cannot be read or proven
	TokenUnknown  Code = "token-unknown"
	TokenUsed     Code = "token-used"
	TokenExpired  Code = "token-expired"
	SlowDown      Code = "slow-down" // too often; Retry says how long to wait
	Busy          Code = "busy"      // too much at once; Retry says how long to wait
	Internal      Code = "internal"  // the hub's own trouble; its log says what
	NotFound      Code = "not-found"
	BadMethod     Code = "bad-method"
)

var problems = map[Code]struct {
	status int
	title  string
}{
	UnknownDevice: {http.StatusForbidden, "This hub does not know the device. Enrol it here, or check which hub it should talk to."},
	RevokedDevice: {http.StatusForbidden, "This device was revoked. What it sends is kept apart; ask whoever runs the hub."},
	BadBundle:     {http.StatusBadRequest, "This is not a bundle this hub can read. Send it again; if that fails, update the older of the two programs."},
	BadSignature:  {http.StatusForbidden, "The bundle's head is not signed by the key this device was enrolled with."},
	Inconsistent:  {http.StatusConflict, "The bundle contradicts what this device has signed before. It is kept as evidence; have the device examined."},
	Gap:           {http.StatusConflict, "The bundle begins after the entries this hub has. Send from the size given here."},
	TooLarge:      {http.StatusRequestEntityTooLarge, "The bundle is over the size limit. Send fewer entries at a time."},
	BadRequest:    {http.StatusBadRequest, "This enrolment request cannot be read, or does not prove that the device holds its key."},
	TokenUnknown:  {http.StatusForbidden, "This hub did not issue the enrolment. Make a new one at this hub."},
	TokenUsed:     {http.StatusForbidden, "This enrolment was already used by another device. Make a new one."},
	TokenExpired:  {http.StatusForbidden, "This enrolment has expired. Make a new one."},
	SlowDown:      {http.StatusTooManyRequests, "The device sends too often. Wait, then send again."},
	Busy:          {http.StatusServiceUnavailable, "The hub is busy. Wait, then send again."},
	Internal:      {http.StatusInternalServerError, "The hub could not finish this. Nothing was lost; send again later. Its log says why."},
	NotFound:      {http.StatusNotFound, "There is nothing here."},
	BadMethod:     {http.StatusMethodNotAllowed, "This address does not take this method."},
}

// Codes returns every code there is, in no particular order.
func Codes() []Code {
	all := make([]Code, 0, len(problems))
	for c := range problems {
		all = append(all, c)
	}
	return all
}

// ProblemType is the media type of a problem's body (RFC 9457 §3).
const ProblemType = "application/problem+json"

// A Problem is a hub's refusal. It is an error.
type Problem struct {
	Code   Code   `json:"code"`
	Status int    `json:"status"`          // the HTTP status
	Title  string `json:"title"`           // what is wrong and what to do
	Size   uint64 `json:"size,omitempty"`  // with Gap: how many entries of the device the hub has
	Retry  int    `json:"retry,omitempty"` // with SlowDown and Busy: seconds to wait
	// Notice is, with RevokedDevice, what SignRevocation made. Nothing else in a
	// problem is signed: without it a device only stops sending.
	Notice string `json:"notice,omitempty"`
}

// NewProblem returns the problem with the code's status and sentence.
func NewProblem(c Code) *Problem {
	p, ok := problems[c]
	if !ok {
		c, p = Internal, problems[Internal]
	}
	return &Problem{Code: c, Status: p.status, Title: p.title}
}

func (p *Problem) Error() string {
	if known, ok := problems[p.Code]; ok {
		return fmt.Sprintf("hub: %s: %s", p.Code, known.title)
	}
	return fmt.Sprintf("hub: refused with a code this version does not know (status %d)", p.Status)
}

// Answer sends the problem as an HTTP answer.
func (p *Problem) Answer(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", ProblemType)
	if p.Retry > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(p.Retry))
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the device asks again when it gets nothing
}

// ParseProblem reads a hub's refusal. It reports false for anything else,
// such as a proxy's page. Unknown members are ignored (RFC 9457 §3.2).
func ParseProblem(status int, contentType string, body []byte) (*Problem, bool) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media != ProblemType || len(body) > 1<<16 {
		return nil, false
	}
	var p Problem
	if json.Unmarshal(body, &p) != nil || p.Code == "" || len(p.Code) > 64 || p.Status != status ||
		p.Size > MaxSize || p.Retry < 0 || len(p.Notice) > maxNote {
		return nil, false
	}
	return &p, true
}
