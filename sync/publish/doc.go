// Package publish signs and lays out an authority's lists as a TUF repository
// of plain files.
//
// The repository follows The Update Framework specification 1.0 with
// consistent snapshots (§6.2), so any static web server, the hub, or a USB
// stick can carry it: whoever carries it can withhold an update, never forge
// or roll back one.
//
// # The authority's folder
//
//	authority.json              authorities and lifetimes; no secrets
//	keys/<role>-<id>.pem        Ed25519 private keys, PKCS #8 in PEM, mode 0600;
//	                            <id> is the first 8 hex digits of the TUF key id
//	repository/                 what is published, and nothing else:
//	  metadata/<n>.root.json        who may sign what; 2 of 3 root keys
//	  metadata/<n>.targets.json     trust.json, and which authority owns which lists
//	  metadata/<n>.lists-<a>.json   the lists of authority <a>, under <a>'s own key
//	  metadata/<n>.snapshot.json    one consistent set of the above
//	  metadata/timestamp.json       which snapshot is current, and until when
//	  targets/<sha256>.trust.json
//	  targets/lists/<a>/<sha256>.<name>.roster
//	  targets/lists/<a>/<sha256>.<name>.<version>.delta
//
// A list's target path is lists/<a>/<name>.roster, its custom field is the
// roster.Manifest as JSON. A delta's is lists/<a>/<name>.<version>.delta, after the
// version it is applied to, and its custom field the roster.Step; those of the last
// versions are kept, so that a device that missed some goes step by step. The delegation to lists-<a> covers lists/<a>/* and
// terminates: no authority can sign another's list.
//
// timestamp.json carries one field beyond the specification (allowed by
// §4.2.1), signed_at: the moment of signing, RFC 3339. A device takes it as
// the time a list was last confirmed, and as a floor under its own clock.
//
// # Writing
//
// Every file is written to a temporary name, synced, renamed, and its folder
// synced; timestamp.json comes last. A crash at any step leaves the published
// state as it was: files nobody refers to yet are replaced by the next run.
// A key rotation is split so that the same holds: the role is first signed by
// the old and the new key, then the root names the new key.
//
// # Keys
//
// Where Options.Passphrase is given, and after Unlock, root keys are written as
//
//	keys/root-<id>.pem.age      the same PEM, encrypted with a passphrase (age, scrypt)
//
// and decrypted only when RenewRoot or RotateKey of a top-level role needs two of
// them. Move them to three separate offline places, and name those to Unlock when
// they are needed. The other keys are readable only by their owner and not
// encrypted: Refresh needs the timestamp key, and from time to time the snapshot
// key, with nobody there to ask. Where a key is may later be a token's URI (pkcs11:…,
// RFC 7512) instead of a folder or a file; today that is refused ([CheckReference]).
package publish
