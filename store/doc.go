// Package store remembers: it keeps the journal, prior use, installed lists
// and settings in one bbolt file, so that what it acknowledged survives a
// power cut.
//
// # The promise
//
// [Store.Append] returns when the entry, its Merkle leaf, the signed head over
// it and the memory of the passage are on disk, in one transaction that bbolt
// syncs twice (pages, then the meta page that makes them count). Appends share
// a transaction with those that arrive while it is made, up to 10 ms, and with
// those that arrived while the one before was written. A lone one waits for
// nobody, but for a tenth of a millisecond where the one before had company.
// An Append that returned an error may still have reached the disk (the last
// sync can fail after the write); it is then an entry like any other, with a
// verdict nobody was shown.
//
// Entries no hub has acknowledged are never dropped. When the stated size is
// reached, the oldest acknowledged ones go first, and when there are none,
// Append refuses with scanner.ErrJournalFull. A part of the file is kept back
// so that receipts and purges still fit when it is full.
//
// # The file
//
// Integers are big-endian. A value marked * ends in four bytes of CRC-32C over
// its key and the rest of the value: bbolt's pages carry no checksum.
//
//	bucket    key            value
//	log       "format"     * 1, or 2 where the key of prior use is kept apart
//	          "device"     * SHA-256 of the device's public key
//	          "priors"     * format 1: 32 random bytes, the key of prior use; 2: a
//	                         step(1), and SHA-256 of "chot prior use\n" and the key
//	          "state"      * size(8) root(32) acknowledged(8) first(8) highest(8)
//	                         vouched(8)
//	          "head"       * the signed note over size and root
//	records   sequence(8)    hashes, then the entry as scanner encodes it
//	settled   "receipt"    * received(8), then the last receipt
//	          "head:" size(8) * the signed note over that many entries, one every
//	                         32 or so; see Options.Ended
//	          "frontier"   * the roots of the complete subtrees below first
//	prior     generation(8)  bucket: keyed hash of a subject(16) *
//	                         direction(1) wall(8)
//	purges    from(8)      * to(8) at(8) before(8) cause(1)
//	lists     name         * InstalledList as JSON
//	kept      name         * settings, and "trust"
//
// Times are milliseconds since 1970, 0 for none. A record's hashes are the
// ones RFC 6962 §2.1 completes with that leaf, as tlog.StoredHashes orders
// them: the leaf, then each subtree that ends there; their number follows from
// the sequence. A purge removes records whole; the subtrees left of the first
// kept entry stay as the frontier, which is all that a proof between two sizes
// of what is kept can ask for. So the log keeps proving, and a purged year
// costs a few hundred bytes.
//
// Prior use is kept by HMAC-SHA256 over the subject, in generations of six
// hours by wall time; a generation is dropped whole once it is older than
// Options.PriorKeep. Numbers are guessable, so the key lies elsewhere: see
// Options.Priors. One that lay in the file is taken out in three steps: step 1 in
// its place, in two transactions, so that bbolt's older meta page leads to it no
// more either; what free pages show of it overwritten; step 2. A cut in between is
// made good when the journal is opened next.
//
// The file is made under another name, synced, and only then given its own, so
// it is either absent or complete. Open walks every page bbolt could reach
// before bbolt does, because bbolt follows damaged pages into a crash; a file
// that fails is left as it is.
package store
