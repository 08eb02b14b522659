package wire

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// An EnrolRequest is a device asking to be enrolled. OpenEnrol makes one that
// is proven.
type EnrolRequest struct {
	Token Token
	Key   DeviceVerifier
}

type enrolRequest struct {
	Token Token          `json:"token"`
	Key   DeviceVerifier `json:"device_key"`
	Proof string         `json:"proof"`
}

// enrolText is what a device signs to show that it holds its key: a note that
// no head can be mistaken for, bound to the token and the hub.
func enrolText(t Token, hub HubVerifier) string {
	hash := t.Hash()
	return "chot/enrol\n" + hub.Name() + "\n" + hex.EncodeToString(hash[:]) + "\n"
}

// SignEnrol makes the request for an enrolment, to be posted to its hub.
func SignEnrol(key DeviceKey, e Enrolment) ([]byte, error) {
	proof, err := note.Sign(&note.Note{Text: enrolText(e.Token, e.HubKey)}, key)
	if err != nil {
		return nil, fmt.Errorf("sign enrolment request: %w", err)
	}
	b, err := json.Marshal(enrolRequest{e.Token, key.Verifier(), string(proof)})
	if err != nil {
		return nil, fmt.Errorf("write enrolment request: %w", err)
	}
	return b, nil
}

// OpenEnrol reads a request and verifies that the device holds the key it
// brings and means this hub. The token is the hub's to judge.
func OpenEnrol(body []byte, hub HubVerifier) (EnrolRequest, error) {
	var r enrolRequest
	if err := parseJSON(body, &r); err != nil {
		return EnrolRequest{}, err
	}
	n, err := openNote([]byte(r.Proof), r.Key)
	if err != nil || len(n.Sigs) != 1 || n.Text != enrolText(r.Token, hub) {
		return EnrolRequest{}, fmt.Errorf("%w: its proof does not verify", ErrEnrolment)
	}
	return EnrolRequest{r.Token, r.Key}, nil
}

// A ListKey lets a device look things up in one of an authority's lists.
type ListKey struct {
	Authority string `json:"authority"`
	Name      string `json:"name"`
	Key       []byte `json:"key"` // secret
}

// A Grant is what a hub gives a device it has enrolled. It holds list keys:
// keep it like one.
type Grant struct {
	Device     string          `json:"device"` // the device's id
	Checkpoint string          `json:"checkpoint"`
	Lane       string          `json:"lane,omitempty"`
	Zone       string          `json:"zone,omitempty"`
	Policy     json.RawMessage `json:"policy,omitempty"` // the station's configuration reads it
	Lists      []ListKey       `json:"lists"`
	Root       []byte          `json:"tuf_root"`  // the TUF root's JSON, byte for byte
	Trace      string          `json:"trace_key"` // the trace key's text
}

// Text bounds of a grant, in bytes.
const (
	maxName  = 256
	maxLists = 64
)

// Check holds a grant against the limits.
func (g Grant) Check() error {
	switch {
	case !ValidID(g.Device):
		return fmt.Errorf("%w: the grant's device id is malformed", ErrEnrolment)
	case g.Checkpoint == "" || len(g.Checkpoint) > maxName || len(g.Lane) > maxName || len(g.Zone) > maxName:
		return fmt.Errorf("%w: the grant's checkpoint is missing, or a name is over %d bytes", ErrEnrolment, maxName)
	case len(g.Lists) > maxLists || len(g.Policy) > maxRoot || len(g.Root) > maxRoot || len(g.Trace) > maxRoot:
		return fmt.Errorf("%w: the grant is over a limit", ErrEnrolment)
	case len(g.Root) == 0 || g.Trace == "":
		return fmt.Errorf("%w: the grant lacks the TUF root or the trace key", ErrEnrolment)
	case len(g.Policy) > 0 && !json.Valid(g.Policy):
		return fmt.Errorf("%w: the grant's policy is not JSON", ErrEnrolment)
	}
	for _, l := range g.Lists {
		if l.Name == "" || len(l.Name) > maxName || len(l.Authority) > maxName || len(l.Key) < 16 || len(l.Key) > 64 {
			return fmt.Errorf("%w: a list of the grant lacks its name or has a key of an odd length", ErrEnrolment)
		}
	}
	return nil
}

// MarshalGrant writes the grant.
func MarshalGrant(g Grant) ([]byte, error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	b, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("write grant: %w", err)
	}
	return append(b, '\n'), nil
}

// ParseGrant reads what MarshalGrant wrote.
func ParseGrant(b []byte) (Grant, error) {
	var g Grant
	if err := parseJSON(b, &g); err != nil {
		return Grant{}, err
	}
	if err := g.Check(); err != nil {
		return Grant{}, err
	}
	return g, nil
}
