package ui

// A Failure is why something the operator asked for did not work. Its texts
// (what is wrong, what to do) stand in assets under the code, like a fault's.
type Failure string

const (
	StickGone     Failure = "stick-gone"      // pulled while it was written to
	StickFull     Failure = "stick-full"      // no room left
	StickReadOnly Failure = "stick-read-only" // its lock is on, or its file system broke
	StickBroken   Failure = "stick-broken"    // writing failed otherwise
	StickUnread   Failure = "stick-unread"    // it is in, and cannot be read

	ListsNone    Failure = "lists-none"    // no repository there
	ListsForged  Failure = "lists-forged"  // not signed by this device's authority
	ListsOlder   Failure = "lists-older"   // than what is installed
	ListsLate    Failure = "lists-late"    // not renewed in time
	ListsDamaged Failure = "lists-damaged" // not what was signed
	ListsOthers  Failure = "lists-others"  // not the lists this device is granted
	ListsDisk    Failure = "lists-disk"    // this device's own disk is full or failed

	ReceiptsNone    Failure = "receipts-none"    // none for this device
	ReceiptsDamaged Failure = "receipts-damaged" // not what the hub wrote
	ReceiptsHub     Failure = "receipts-hub"     // another hub's
	ReceiptsDisk    Failure = "receipts-disk"    // this device could not write them down

	JournalDamaged Failure = "journal-damaged" // an entry does not fit the signed head
	JournalUnread  Failure = "journal-unread"  // it could not be read to its end

	EnrolNotACode Failure = "enrol-not-a-code" // a code was read, but no hub's
	EnrolExpired  Failure = "enrol-expired"    // the code's time has passed
	EnrolUsed     Failure = "enrol-used"       // another device has used the code
	EnrolAway     Failure = "enrol-away"       // the hub does not answer
	EnrolStranger Failure = "enrol-stranger"   // answers with another key or certificate
	EnrolRefused  Failure = "enrol-refused"    // the hub refuses for another reason
	EnrolUnsent   Failure = "enrol-unsent"     // scans for the present hub still wait
	EnrolDisk     Failure = "enrol-disk"       // the grant could not be written down
)

// Failures returns every failure in the catalogue.
func Failures() []Failure {
	return []Failure{
		StickGone, StickFull, StickReadOnly, StickBroken, StickUnread,
		ListsNone, ListsForged, ListsOlder, ListsLate, ListsDamaged, ListsOthers, ListsDisk,
		ReceiptsNone, ReceiptsDamaged, ReceiptsHub, ReceiptsDisk, JournalDamaged, JournalUnread,
		EnrolNotACode, EnrolExpired, EnrolUsed, EnrolAway, EnrolStranger, EnrolRefused, EnrolUnsent, EnrolDisk,
	}
}
