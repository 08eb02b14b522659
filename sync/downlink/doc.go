// Package downlink brings an authority's signed lists to a device, and only
// what is proven to be theirs.
//
// It reads the TUF repository that package publish lays out, from a web server
// or from a folder on a stick, and runs The Update Framework's client workflow
// (specification §5) through go-tuf. Whatever fails, the list that is
// installed stays in use: an update is a new file beside it, verified before
// it has its name.
//
// # The downlink's folder
//
//	metadata/<n>.root.json   every root since enrolment, each signed by the one before
//	metadata/timestamp.json  the newest verified metadata; what a rollback is
//	metadata/snapshot.json   measured against
//	metadata/targets.json
//	metadata/lists-<a>.json
//	parts/<sha256>.part      unfinished downloads; they resume, whatever the source
//	parts/<sha256>.hashes    the page hashes of such a list
//	parts/<sha256>.<n>.made  a list while deltas make it
//	lists/<a>/<name>.v<version>.<16 hex of its sha256>.roster
//	trust.<16 hex of its sha256>.json
//
// Of each list the newest version is kept; and the one before it, never for
// deciding, until whoever records what is installed says that the newest is on
// record: a power cut between here and there finds the file it knows of.
//
// # Pieces
//
// A list of some length is checked while it comes. Its page hashes, with which the
// file ends, are fetched first and must have the root that the signed manifest
// names; then each page is checked when it is here. One that came wrong is found
// within a page, fetched again alone, and after three times given up with a
// sentence that says which bytes. In a part that was left by an earlier attempt,
// another source or a power cut, only the pages that are wrong or missing are
// fetched. A server that does not know Range sends the list as a whole, as short
// lists and deltas come anyway. At the end the SHA-256 in the metadata has to match
// as well.
//
// # Deltas
//
// Where the repository has deltas that lead from the newest installed version to
// the published one and are shorter than half the list, they are fetched in its
// place and applied to a copy. What comes out must have the root that the signed
// manifest names and the hash that the metadata names; where it has not, and
// whatever else is wrong with a delta or with the file it is applied to, the list
// is fetched whole.
//
// # Time
//
// Expiry is judged at a reference time the caller owns (wall clocks lie), and
// never below the signing time of the newest timestamp verified. go-tuf's
// updater takes its own wall clock in updater.New and exports one way to
// replace it, UnsafeSetRefTime; its "unsafe" is about tests freezing time,
// which here is the point. (GetTrustedMetadataSet returns a copy, so setting
// RefTime there has no effect.)
//
// timestamp.json carries signed_at, the moment the authority signed it. That,
// not the moment of download, is when a list counts as confirmed: a stick that
// was under way for five days brings a list confirmed five days ago.
//
// # What go-tuf's client is not trusted with
//
//   - updater.New overwrites the cached root by the one it is handed, so a
//     client that hands it the root it was enrolled with forgets revocations.
//     Here the roots since enrolment are kept, walked at every start, and the
//     newest is handed over.
//   - Its cache is written without fsync, and a cached file that is not JSON
//     (a power cut's leavings) makes every later refresh fail. Here it writes
//     nothing: what it has verified is written durably by this package, and
//     what cannot be parsed is dropped before it looks.
//   - UnsafeLocalMode enforces expiry at the wall clock and starts from the
//     root it is handed. It is not used.
//   - DownloadTarget holds the file in memory and starts from zero each time.
//     Here a download goes to disk, resumes, and is checked as it streams.
package downlink
