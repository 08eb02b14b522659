// Package roster builds and looks up the cached signed list: who may pass, held
// in one file that proves itself page by page against a root the authority
// signed.
//
// # What is in a list, and what is not
//
// A list holds no number and no name. A row is found by a keyed hash of the
// subject, and carries a 16-bit tag, a keyed hash of name and birth date, by which
// an altered card shows. The list key (32 random bytes, one for each list and
// epoch) is given to enrolled devices only. Identity numbers are guessable, so
// whoever has a list and its key can test numbers against it: scope lists
// narrowly.
//
// # The file
//
// All integers are big-endian. The file is a run of pages of 2,048 bytes in four
// sections, each beginning on a page and padded with zeros to its end, then one
// hash for each page:
//
//	section    pages
//	header     1
//	directory  ⌈4·(2^b + 1) / 2048⌉
//	rows       ⌈rows / 204⌉
//	profiles   ⌈profile bytes / 2048⌉
//	hashes     32 bytes for each page above, unpadded: the file ends here
//
// The header:
//
//	offset size
//	 0     8    "chotrst2"
//	 8     4    page size, 2048
//	12     1    b, the bucket bits, 0 to 21
//	13     3    zero
//	16     4    epoch
//	20     4    rows, at most 100,000,000
//	24     4    profiles, at most 65,535
//	28     4    profile bytes, before padding
//	32     16   key check: HMAC(list key, 00 "key" 00), first 16 bytes
//	48     2000 zero
//
// The directory: 2^b + 1 numbers of 32 bits. Bucket i holds the rows from
// number i up to, not including, number i+1; the first is 0 and the last the
// count of rows.
//
// A row, 10 bytes, 204 on a page (so none lies on two), rising by key:
//
//	0  6  remainder of the key
//	6  2  profile, an index
//	8  2  tag, 0 when the list has no name for the subject
//
// The profile table: one 32-bit offset for each profile and one for the end,
// counted from the section's begin; then the profiles one after the other,
// in rising order of their bytes, none twice, none unused:
//
//	1       status: 0 refuse, 1 refer, 2 admit, 3 watch
//	1       flags: 1 not-before follows, 2 not-after follows
//	8       not-before, Unix seconds (signed), if flagged
//	8       not-after, the last second that counts, likewise
//	1       count of purposes, then each: 1 length, text
//	1       count of zones, then each: 1 length, text
//	1       count of opening hours, then each 5 bytes: weekdays (bit 0 Monday),
//	        from and to (16 bits each, minutes since midnight; see [Hours])
//	2       length of the message, then its text
//
// Texts are UTF-8. Of purposes, zones and hours, none means any.
//
// # Keys
//
// HMAC is HMAC-SHA256 (RFC 2104) under the list key. A row's key is
//
//	K = HMAC(subject)
//
// with the canonical subject as text: a namespace, a colon, a number
// ("vn.id:001190123456"). Numbers of vn.id have 12 digits, of vn.cmnd 9, of vn.bhxh
// 10; other namespaces' are as their issuers write them. The first b bits
// of K are its bucket, the next 48 its remainder. b is the smallest number that
// leaves at most 48 rows in a bucket on average (21 at most).
//
// False positives: a number that is not in the list is found in it with a
// chance of (rows in its bucket)/2^48, about 48/2^48 = 1.7e-13, whatever the
// length of the list; the tag then almost always differs. Two subjects of one
// list may collide (7e-7 for a list of ten million): building it fails, and the
// list is built again under a new epoch's key.
//
// # Tags
//
// The tag is 6 bits of HMAC(00 "name" 00 subject 00 NAME) and 10 bits of
// HMAC(00 "birth" 00 subject 00 NAME 00 birth), NAME being [CanonicalName]:
//
//	bits 15–10  1 + (first 32 bits mod 63); 0 only in a tag that is 0
//	bits 9–0    0              the list has no birth date for the subject
//	            1 + (… mod 511)    birth is a year, "1990"
//	            512 + (… mod 512)  birth is a date, "1990-01-15"
//
// The parts are apart because some cards print only the year of birth. A card
// less precise than the list is compared by name alone; a card more precise, to
// the list's precision. Of altered cards, those pass whose hashes happen to
// match: name and birth both altered 1 in 32,000, the birth alone 1 in 512, the
// name on a card less precise than the list 1 in 63.
//
// # The root
//
// Every page up to the hashes is a leaf of a Merkle tree, 64 wide. A leaf's hash is
// SHA-256(00 page); the hashes section is these in order. Each level above is
// SHA-256(01 hashes) over the hashes of the level below, 64 at a time, the last time
// as many as are left and nothing after them, until one hash is left: the root. (A
// tree two wide, as in RFC 6962, would take longer to check than all else that Open
// does.) The manifest names root and file size, which gives the number of leaves
// and so of levels, and is itself signed: header, directory, rows, profiles and all
// padding are under the authority's signature.
//
// [Open] checks the size before mapping, the hashes section against the root, and
// header and directory against their hashes; it keeps hashes and directory in
// memory (2.6 MB for ten million rows). [Roster.Lookup] copies the one page it
// needs, sometimes two, checks the copy, and answers from it. It does so each time,
// and does not remember which pages were good: a page may leave the page cache and
// come back from worn-out flash changed, and 2 µs are nothing to a person holding up
// a card. A page is half of what a disk delivers, so that hashing it, which is most
// of a lookup, takes half as long; it costs 0.1 bytes a row. A file that is cut short or whose medium fails after Open gives
// [ErrDamaged] too, not a crash. What this does not protect from is whoever can
// write this process's memory.
//
// The bytes depend only on the rows, the key and the epoch, not on the rows'
// order nor on the version: an unchanged list keeps its root.
//
// # Deltas
//
// [Diff] writes and [Apply] reads deltas. A delta turns one list's file, the base, into another's, the next, of the same
// key and with as many bucket bits. It is trusted with nothing: what it makes has
// to have the root that the next list's signed manifest names, byte for byte.
//
//	offset size
//	 0     8    "chotdlt1"
//	 8     32   root of the base
//	 40         one Zstandard frame (RFC 8878) of the body
//
// The body is five counts of 32 bits, then columns, one after the other and each
// in planes: the first bytes of all its numbers, then the second bytes and so on,
// so that what is alike lies together. All is big-endian.
//
//	counts   removed rows, changed rows, added rows, removed profiles, added profiles
//	removed  4 rank in the base, less the rank before and one (the first: the rank)
//	changed  4 rank in the base, in the same way
//	         2 profile, an index into the next list's table
//	         2 tag, XOR the base's
//	added    9 key, bucket bits and 48-bit remainder, less the key before and one
//	         2 profile
//	         2 tag
//	removed profiles  2 index in the base's table, as the ranks
//	added profiles    2 length; then their bytes, one after the other, rising
//
// "The rank before" of the first is -1, and the key before the first too: it stands
// as it is. Rows that are neither removed nor changed keep their profile, under its
// new index. Directory, header and page hashes follow from the rows. What a delta
// makes and from what is signed with it as a [Step].
//
// What a row costs when 0.1 % of ten million change, and what no code could tell it
// in less than (keys and tags are keyed hashes, of which nothing can be foretold):
//
//	a third added, a third changed, a third removed  4.3 bytes, at least 4.2
//	all added                                        9.0 bytes, at least 8.9:
//	  log2(2^66 places / 10^4 rows) + log2 e = 54.2 bits for the key, 15.0 for the
//	  tag of a name and a date, 2.3 for one of five profiles
//
// So a day on which rows only come costs more than 6 bytes a row, whatever the code.
//
//	CHOT_BENCH_ROWS=10000000 go test ./scanner/roster -run '^$' -bench Delta/1e7
package roster
