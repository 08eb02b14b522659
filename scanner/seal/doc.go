// Package seal closes the personal part of a journal entry so that the device
// which wrote it cannot read it back, and opens it where the authority's trace
// key is.
//
// # Who can do what
//
// A device holds only the public trace key. It seals; nothing in this package
// gives it a way to open: a [Segment] has no Open, and only a [TraceKey] makes
// an [Opener].
//
// # A segment
//
// A public-key operation for each entry would cost 0.2 ms and 1.1 kB. One
// encapsulation therefore serves a segment (as many entries as the journal
// chooses, and never across a restart):
//
//	suite    HPKE base mode (RFC 9180 §5.1.1)
//	         KEM  MLKEM768-X25519, 0x647a (draft-ietf-hpke-pq)
//	         KDF  HKDF-SHA256, 0x0001
//	         AEAD export-only, 0xffff
//	info     "chot seal 1 segment" (ASCII, 19 bytes)
//	enc      1,120 bytes, stored once beside the segment's entries
//	key      Export("chot seal 1 entry key", 32)   (RFC 9180 §5.3)
//
// # An entry
//
//	AEAD     ChaCha20-Poly1305 (RFC 8439 §2.8) under the segment's key
//	nonce    4 zero bytes, then the entry's sequence as 64-bit big-endian
//	aad      the entry's plain part, exactly as the journal stores it
//	sealed   ciphertext (as long as the plaintext), then the 16-byte tag
//
// The sequence is the nonce, so any entry opens without the others. The plain
// part is the associated data, so a sealed part that was moved to another
// entry, or whose plain part was changed, does not open. ChaCha20-Poly1305
// rather than AES-GCM because 32-bit ARM boards have no AES instructions, and
// table-driven AES there leaks its key through the cache.
//
// A nonce must never serve twice under one key: two different texts under one
// nonce reveal their difference, and allow forgery. [Segment.Seal] therefore
// accepts rising sequences only. A journal whose commit failed after sealing,
// and which will use the sequence again for something else, starts a new
// segment.
//
// # Compromise of what reveals what
//
//   - A stolen device, off: the public key and sealed entries. Nothing of any
//     earlier person; the length of each entry's personal part.
//   - A running device, memory read by an intruder: the entries of the open
//     segment, and what is scanned from then on. Earlier segments stay closed,
//     since their key is gone ([Segment.Close]).
//   - One segment key: that segment, no other.
//   - The trace key: everything ever sealed to it. It belongs offline, and is
//     replaced by enrolling devices with a new one.
//   - A recording kept until there is a quantum computer: nothing, unless
//     ML-KEM-768 falls too; both halves of the hybrid must fall.
//
// What sealing does not do: it does not say who sealed. Anyone with the public
// key can seal. The journal's signed head does that.
//
// # Keys as text
//
//	chot-trace-pub-1:<base64url of 1,216 bytes of public key and 4 of check>
//	chot-trace-key-1:<base64url of 32 bytes of seed and 4 of check>
//
// Base64url is RFC 4648 §5 without padding, strict: stray bits are an error,
// and so are line breaks. The public key is ML-KEM-768's encapsulation key,
// then X25519's point. The check is the first four bytes of SHA-256 over the
// text before the base64url (its colon included) and the key's bytes: it
// catches a key cut short or mistyped, not a key exchanged by somebody.
package seal
