// Package scanner decides: it turns a payload into a verdict and has it
// written down before anyone sees it.
//
// It owns the domain's types and the one path every scan takes, whatever
// device read the code:
//
//	Payload ─ credential.Open ─▶ Credential ─┐
//	                     Consult ─▶ Standing ─┼─ Decide ─▶ Verdict ─ Journal.Append ─▶ Result
//	                Journal.Prior ─▶ Prior   ─┘
//
// Decide is pure: the same inputs give the same verdict, today and when an
// entry is replayed years later. Zero values refuse. Nothing here knows a
// camera, a database, a network or a window.
//
// # Entries
//
// An Entry is one verdict as the journal keeps it. Its bytes are CBOR in Core
// Deterministic Encoding (RFC 8949 §4.2.1), a map with small integer keys;
// the table stands at [Entry]. They are the leaf of the device's Merkle log,
// what a bundle carries and what the hub stores: encoded once, never again.
package scanner
