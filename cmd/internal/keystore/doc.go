// Package keystore keeps a device's secrets on its disk so that the disk alone
// does not give them away: the key that signs for it, the keys of its lists, the
// journal's key of prior use, and what its PINs are compared with.
//
// One random data key seals them all; a [Keeper] wraps that key. What a thief
// has to take besides the disk depends on the keeper alone:
//
//	file      nothing: the wrapping key lies in the same folder, readable for
//	          its owner only. It helps where the rest was copied without it.
//	tpm2      the machine's own TPM: on another machine nothing opens.
//	android   the handheld's Keystore, in its secure hardware where it has some.
//
// None of them keeps anything from whoever is root on the running device: what
// the scanner can open, root can have it open.
//
// # The envelope
//
// The file keys.sealed; integers are big-endian.
//
//	"chot keys 1\n"             12 bytes
//	keeper    length(1) name    a to z and digits, 1 to 16 bytes
//	wrapped   length(2) bytes   the data key as the keeper wrapped it, 1 to 4096
//	count     (1)               of secrets, 0 to 32
//	  purpose length(1) name    as keeper; in ascending order, each once
//	  sealed  length(4) bytes   nonce(12) ‖ AES-256-GCM (NIST SP 800-38D) under the
//	                            data key, at most 1 MiB
//
// The associated data is "chot keys 1\n", the name of the file the secret lies
// in, a line feed and its purpose: a secret moved to another place does not open.
// A PIN's hash lies in chot.toml, as "sealed:1:" and the base64 (RFC 4648 §4) of
// the same.
//
// Every file is replaced whole: written under another name, synced, renamed, and
// the folder synced. What was in the clear before is overwritten in place, synced
// and removed; on flash, which writes elsewhere what is overwritten, on a file
// system that copies, and in backups, old bytes may stay. Whoever takes that for
// a risk sets a device up anew once it has keys that were never in the clear.
package keystore
