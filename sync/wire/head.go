package wire

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxSize bounds the length of a log, in entries: a scan every millisecond
// for 8,000 years. It keeps every later sum within an int64.
const MaxSize = 1 << 48

// maxNote is the longest head or receipt anything here looks at, in bytes.
// Real ones have about 220 and 350.
const maxNote = 2048

// ErrHead is wrapped by every error about a head.
var ErrHead = errors.New("not a head signed by this device")

// A Head says how long a device's log is and what it hashes to, signed by the
// device. Only OpenHead makes one.
type Head struct {
	tree
	text string
}

// Text returns the signed note.
func (h Head) Text() []byte { return []byte(h.text) }

// A tree is the part of a note that was signed (C2SP tlog-checkpoint).
type tree struct {
	origin string
	size   uint64
	root   tlog.Hash
}

// Origin returns the log's name, "chot/device/<id>".
func (t tree) Origin() string { return t.origin }

// Size returns the log's length in entries.
func (t tree) Size() uint64 { return t.size }

// Root returns the log's Merkle root (RFC 6962 §2.1).
func (t tree) Root() tlog.Hash { return t.root }

func (t tree) format() string {
	return fmt.Sprintf("%s\n%d\n%s\n", t.origin, t.size, base64.StdEncoding.EncodeToString(t.root[:]))
}

func parseTree(text string) (tree, bool) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return tree{}, false
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || err2 != nil || size > MaxSize || len(root) != tlog.HashSize {
		return tree{}, false
	}
	t := tree{lines[0], size, tlog.Hash(root)}
	return t, t.format() == text
}

// SignHead signs a log's size and root; the log's origin is the key's name.
func SignHead(key DeviceKey, size uint64, root tlog.Hash) ([]byte, error) {
	if size > MaxSize {
		return nil, fmt.Errorf("sign head: %d entries, the limit is %d", size, uint64(MaxSize))
	}
	text, err := note.Sign(&note.Note{Text: tree{key.Name(), size, root}.format()}, key)
	if err != nil {
		return nil, fmt.Errorf("sign head: %w", err)
	}
	return text, nil
}

// OpenHead verifies a device's signature on a head.
func OpenHead(text []byte, device DeviceVerifier) (Head, error) {
	n, err := openNote(text, device)
	if err != nil || len(n.Sigs) != 1 {
		return Head{}, fmt.Errorf("%w: its signature does not verify", ErrHead)
	}
	t, ok := parseTree(n.Text)
	if !ok || t.origin != device.Name() {
		return Head{}, fmt.Errorf("%w: its lines are not origin, size and root", ErrHead)
	}
	return Head{t, string(text)}, nil
}

var errNote = errors.New("not the note's only form")

// openNote opens a note whose every signature is by one of the verifiers, in
// the one way it can be written.
func openNote(text []byte, known ...note.Verifier) (*note.Note, error) {
	if len(text) > maxNote {
		return nil, errNote
	}
	n, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		return nil, err
	}
	again, err := note.Sign(n)
	if err != nil || len(n.UnverifiedSigs) != 0 || string(again) != string(text) {
		return nil, errNote
	}
	for _, s := range n.Sigs {
		// The last digit's spare bits must be zero (RFC 4648 §3.5).
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return nil, errNote
		}
	}
	return n, nil
}
