package credential

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Namespaces of subjects. A pass has the namespace of its issuer's trust entry.
const (
	NamespaceID       = "vn.id"        // personal identification number, 12 digits
	NamespaceCMND     = "vn.cmnd"      // identity card number before 2016, 9 digits
	NamespaceBHXH     = "vn.bhxh"      // social insurance number, 10 digits
	NamespacePassport = "passport"     // letters and digits
	NamespaceDRVN     = "vehicle.drvn" // national green-lane token
	NamespaceTKVT     = "vehicle.tkvt" // provincial transport declaration

	NamespaceHCERT = "hcert" // unique certificate identifier of an EU certificate

	// namespaceUnproven is for the number on a pass that nobody vouches for, so
	// that it can never be taken for a number in anybody's list.
	namespaceUnproven = "pass.unproven"
)

// maxNumber bounds a subject's number, in bytes.
const maxNumber = 128

// ErrSubject says that a text is not a subject in canonical form.
var ErrSubject = errors.New(`not a subject: write namespace:number, such as vn.id and 12 digits`)

// Subject is whom or what a credential names, independent of the scheme.
type Subject struct{ Namespace, Number string }

// String is the canonical form, "vn.id:001190123456", and "" for nobody.
func (s Subject) String() string {
	if s.IsZero() {
		return ""
	}
	return s.Namespace + ":" + s.Number
}

// IsZero reports whether s names nobody.
func (s Subject) IsZero() bool { return s == Subject{} }

// Masked is the number with its first six characters hidden, as Decision 1405
// has it for screens. Of a number of six characters or fewer nothing shows.
func (s Subject) Masked() string {
	var b strings.Builder
	shown := 0
	for _, r := range s.Number {
		if shown++; shown <= 6 {
			r = '•'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ParseSubject reads the canonical form; it is the inverse of String.
func ParseSubject(text string) (Subject, error) {
	namespace, number, _ := strings.Cut(text, ":")
	s := Subject{namespace, number}
	if !s.canonical() {
		return Subject{}, fmt.Errorf("parse subject: %w", ErrSubject)
	}
	return s, nil
}

// MarshalText writes the canonical form.
func (s Subject) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the canonical form; empty text is nobody.
func (s *Subject) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*s = Subject{}
		return nil
	}
	*s, err = ParseSubject(string(text))
	return err
}

// canonical reports whether there is exactly one way to write s, and it is s.
func (s Subject) canonical() bool {
	if !isNamespace(s.Namespace) {
		return false
	}
	switch s.Namespace {
	case NamespaceID:
		return isDigits(s.Number, 12)
	case NamespaceCMND:
		return isDigits(s.Number, 9)
	case NamespaceBHXH:
		return isDigits(s.Number, 10)
	case NamespacePassport:
		return isPassport(s.Number)
	case NamespaceDRVN, NamespaceTKVT:
		return isVehicleID(s.Number)
	}
	return isNumber(s.Number)
}

// isNumber reports whether n can stand for itself in a list or on a screen.
func isNumber(n string) bool {
	if n == "" || len(n) > maxNumber || !utf8.ValidString(n) || strings.Trim(n, " ") != n || !norm.NFC.IsNormalString(n) {
		return false
	}
	for _, r := range n {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// isNamespace reports whether n is lower-case words of letters, digits and
// hyphens, joined by dots.
func isNamespace(n string) bool {
	if n == "" || len(n) > 64 {
		return false
	}
	for word := range strings.SplitSeq(n, ".") {
		if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || word == "" {
			return false
		}
	}
	return true
}

func isDigits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isPassport allows what ICAO 9303-3 §4.6 allows in a document number, with room
// for numbers longer than the nine characters of the zone.
func isPassport(s string) bool {
	if len(s) < 5 || len(s) > 20 {
		return false
	}
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return true
}
