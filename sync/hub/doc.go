// Package hub takes devices' bundles, answers with receipts, enrols devices
// and serves the authority's lists.
//
// A bundle is taken whole or not at all, in one transaction, and the receipt
// leaves the hub after the commit:
//
//	known device, its signature on the head       else refused
//	not revoked                                   else refused and kept as evidence
//	begins at or before what the hub has          else refused: gap, with the size it has
//	overlap byte for byte what the hub has        else refused and kept as evidence
//	all its leaves hash to the head's root        else refused and kept as evidence
//	an entry this version cannot read             kept, quarantined with a reason; blocks nothing
//
// (device, log index) is the idempotency key for ever: the same bundle again
// is given a receipt again and changes nothing. A hub cosigns only the longest
// head it has seen of a device (C2SP tlog-cosignature); asked about a shorter
// one that it never cosigned, it repeats the receipt for the next longer one.
//
// # The data folder
//
//	hub.db    what was taken (SQLite, with -wal and -shm beside it while open)
//	hub.key   signs receipts
//	tls.key   the certificate's key; devices pin it
//	tls.crt   self-made, ten years
//
// All are readable by their owner only. hub.key and tls.key are the hub's
// identity: a hub that lost one is another hub to its devices.
//
// # HTTP
//
//	POST /v1/bundles   a packed bundle       200 a receipt
//	POST /v1/alarms    a watch-list hit      200 "taken"
//	POST /v1/enrol     an enrolment request  200 a grant
//	GET  /tuf/…        the TUF repository's files, with ranges
//	GET  /healthz      200 while the program runs
//	GET  /readyz       200 while the database answers
//
// TLS 1.3 only. Everything else, and every refusal, is a wire.Problem.
// Nothing personal is in here: entries carry it sealed, and logs name devices
// and numbers only.
package hub
