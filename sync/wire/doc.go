// Package wire defines the formats that a device and its hub share: keys,
// heads, bundles, receipts, enrolment and problems.
//
// It has no network and no storage; every decoder is strict, states its
// limits and never panics, and what it decodes encodes to the same content.
//
// # Keys
//
// Devices and hubs have Ed25519 keys, written the way C2SP signed-note
// writes them ("<name>+<key id>+<base64>"). The name is the role and a digest
// of the public key, so a name never moves to another key:
//
//	chot/device/<id>   algorithm 0x01, signs heads
//	chot/hub/<id>      algorithm 0x04, cosigns them
//	<id> = lower-case base32 of SHA-256(public key)[:10], 16 characters
//
// # Head
//
// A head is a C2SP tlog-checkpoint: the device's signed statement of how long
// its log is and what it hashes to (RFC 6962 §2.1; leaves are the entries'
// bytes). Three lines, an empty one and exactly one signature; extension
// lines are refused.
//
//	chot/device/<id>
//	<size, decimal>
//	<root hash, base64>
//
//	— chot/device/<id> <base64 of key id ‖ Ed25519 signature>
//
// # Receipt
//
// A receipt is a head with a second signature: the hub's C2SP
// tlog-cosignature v1 (algorithm 0x04, an 8-byte big-endian POSIX time before
// the signature). It says that at that time the hub had committed every entry
// under the head, and that this was the longest head of the device it had
// seen: a hub never cosigns a shorter one later, it hands out the receipt it
// gave then. After a gap it says that the hub has committed what follows the
// gap, and had what is missing when it gave the receipt the device kept.
//
// # Bundle
//
// A bundle is a run of entries and the head over the log up to the last of
// them. The same bytes travel over HTTPS, on a stick or through a camera.
//
//	"chot bundle 1\n"   14 bytes
//	one Zstandard frame (RFC 8878), no dictionary, nothing after it, whose
//	content is a CBOR map in Core Deterministic Encoding (RFC 8949 §4.2.1):
//	  1  device id    text
//	  2  from         uint, the log index of the first entry
//	  3  entries      array of byte strings, 1 to scanner.MaxEntry bytes each
//	  4  head         byte string, the signed note; its size is from + entries
//	  5  frontier     byte string, only with 6: see below
//	  6  receipt      byte string, only with 5
//
// Keys 5 and 6 let a log go on at a hub that was restored from a backup and
// lacks entries its device has purged since: the roots of the complete subtrees
// before from, the largest first (as many as from has binary ones), and a
// receipt that hub gave for from entries or more. A hub of a version that does
// not know them refuses the bundle as bad-bundle and changes nothing, and the
// device keeps what it has; they are sent to a hub that has said gap, never
// otherwise.
//
// There is no dictionary because it would not pay: half of an entry is sealed,
// and what is left repeats within the bundle. A handmade one saves 1 % of the
// bundles of about a hundred that a modem's link carries, 5 % at twenty scans,
// 16 % at one, whose exchange costs more than it.
//
//	go test ./sync/wire/wiretest -run '^$' -bench Dictionary
//
// Limits: [MaxBundle] bytes of content, [MaxEntries] entries. An empty bundle
// is a sign of life. Compression is not part of a bundle's identity (another
// encoder may pack it differently); its content is.
//
// # Alarm
//
// An alarm is one entry, a hit of the watch list, sent ahead of its turn with
// the proof that it is in the log: what it costs on a slow link does not grow
// with what waits before it (about 1 kB at 100,000 entries).
//
//	"chot alarm 1\n"    13 bytes
//	a CBOR map in Core Deterministic Encoding
//	  1  device id    text
//	  2  index        uint, the entry's log index
//	  3  entry        byte string
//	  4  proof        byte string, the inclusion proof's hashes (RFC 6962 §2.1.1)
//	  5  head         byte string, the signed note the proof is for
//	  6  encapsulation  byte string, may be left out: of the entry's segment
//
// Key 6 (1.1 kB) lets the trace key open the entry before its segment's first
// one has come, and is left out once a receipt covers that. The head does not
// prove it; the entry's seal does: with another segment's it just does not open.
// A hub of a version that does not know it refuses the alarm as bad-bundle, and
// is sent it without.
//
// It changes neither the log's order nor what a receipt means: the entry goes
// again with its run, under the same index and byte for byte, and only that
// run's receipt moves the device's cursor. The hub's answer, "taken" with
// device and index, says that the alarm is on disk and no more. A run that
// contradicts an alarm contradicts a head the device signed.
//
// # Revocation
//
// A revocation is a note of two lines and exactly one signature, the hub's
// timestamped one (algorithm 0x04, as on a receipt); its time is when the
// device was revoked. A device that has verified it destroys its keys, so
// nothing less will do: not the code of a problem, not a certificate that fits.
//
//	chot/revoked
//	chot/device/<id>
//
//	— chot/hub/<id> <base64 of key id ‖ time ‖ Ed25519 signature>
//
// It travels as member "notice" of the problem revoked-device, or on a stick. A
// hub of a version that does not know it sends none, and a device of such a
// version passes over it (RFC 9457 §3.2). It counts only if its time is after
// the last enrolment and the last receipt of the device: a hub that has taken a
// device back says so with those, and a revocation kept from before is void. To
// make that hold whatever its clock did, a hub dates a revocation after every
// receipt it has given the device.
//
// # Enrolment
//
// An enrolment is a JSON file, or a short text for a QR code:
//
//	"CHOT1:" + base32 (RFC 4648 §6, no padding) of a CBOR map:
//	  1 hub URL  2 certificate pin  3 hub's public key  4 token
//	  5 expiry (POSIX seconds)  6 SHA-256 of the TUF root  7 SHA-256 of the trace key
//
// The alphabet fits QR's alphanumeric mode (ISO/IEC 18004 §7.4.4): about 330
// characters, version 11 at level M. The TUF root and the trace key (a
// post-quantum key, 1.2 kB) would need version 30, so the code carries their
// hashes and the grant carries them; [Enrolment.Admits] compares. The device
// answers with an [EnrolRequest], which proves that it holds the key it
// brings, and receives a [Grant].
//
// # Problem
//
// Whatever a hub refuses it refuses with a JSON body as RFC 9457 describes,
// with a stable code; see [Code].
package wire
