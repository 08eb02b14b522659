package wire

import (
	"fmt"
	"strings"
)

// How bundles and receipts are called on a stick. Names sort in the order in
// which they are to be taken; what a file is, its bytes say.
const (
	BundleExt     = ".chot-bundle"
	ReceiptExt    = ".chot-receipt"
	RevocationExt = ".chot-revocation"
)

// FileName returns "<device>-<first entry>-<entries in the log then>.chot-bundle".
func (b Bundle) FileName() string {
	return fmt.Sprintf("%s-%09d-%09d%s", b.Device, b.From, b.To(), BundleExt)
}

// A Kind is what the bytes of a file claim to be.
type Kind uint8

// Kinds of files.
const (
	Unknown Kind = iota
	KindBundle
	KindReceipt
	KindEnrolment
	KindRevocation
)

func (k Kind) String() string {
	switch k {
	case KindBundle:
		return "bundle"
	case KindReceipt:
		return "receipt"
	case KindEnrolment:
		return "enrolment"
	case KindRevocation:
		return "revocation"
	}
	return "unknown"
}

// KindOf tells files apart by how they begin, so that a mix-up can be named.
// It verifies nothing.
func KindOf(b []byte) Kind {
	switch begin := string(b[:min(len(b), 64)]); {
	case strings.HasPrefix(begin, bundleMagic):
		return KindBundle
	case strings.HasPrefix(begin, deviceRole.prefix):
		return KindReceipt
	case strings.HasPrefix(begin, revocationOrigin+"\n"):
		return KindRevocation
	case strings.HasPrefix(begin, codePrefix), strings.HasPrefix(strings.TrimSpace(begin), "{"):
		return KindEnrolment
	}
	return Unknown
}

// A Claim is whose receipt a note says it is, and for how many entries.
type Claim struct {
	Device string
	Size   uint64
}

// FileName returns "<device>-<entries>.chot-receipt".
func (c Claim) FileName() string { return fmt.Sprintf("%s-%09d%s", c.Device, c.Size, ReceiptExt) }

// ClaimOf reads what a receipt claims, and proves nothing: it is for names and
// for sentences about a receipt that was brought to the wrong device. It
// reports false for anything that is no receipt.
func ClaimOf(receipt []byte) (Claim, bool) {
	if len(receipt) > maxNote {
		return Claim{}, false
	}
	text, _, ok := strings.Cut(string(receipt), "\n\n")
	t, ok2 := parseTree(text + "\n")
	device, ok3 := strings.CutPrefix(t.origin, deviceRole.prefix)
	if !ok || !ok2 || !ok3 || !ValidID(device) {
		return Claim{}, false
	}
	return Claim{device, t.size}, true
}
