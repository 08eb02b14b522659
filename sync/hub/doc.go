// Package hub takes devices' bundles, answers with receipts, enrols devices
// and serves the authority's lists.
//
// A bundle is taken whole or not at all, in one transaction, and the receipt
// leaves the hub after the commit:
//
//	known device, its signature on the head       else refused
//	not revoked                                   else refused and kept as evidence
//	begins at or before what the hub has,
//	or shows this hub's receipt for as much       else refused: gap, with the size it has
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
//	tls.pin   with Options.Cert: what devices were told of its key
//	trace.head  the last use of a trace key: an audit cut short shows
//
// With Options.DB the database is a PostgreSQL server's, 13 or newer, the
// folder holds the keys, and a file database-elsewhere in place of hub.db.
// All are readable by their owner only. hub.key and tls.key are the hub's
// identity: a hub that lost one is another hub to its devices. An own
// certificate may be renewed with the key it had, and is then served without a
// restart; with another key the hub refuses to serve until tls.pin was emptied,
// for every device must then be enrolled anew.
//
// # Backup and restore
//
// Back up more often than devices forget: an entry stays on its device for the
// retention after its receipt (21 days unless set otherwise).
//
//	chot-hub backup --data hub --out FOLDER                   keys, and with SQLite everything
//	pg_dump --format=custom --file=hub.dump URL               the PostgreSQL database
//	pg_restore --exit-on-error --dbname=URL hub.dump          into an empty database
//	chot-hub serve --data FOLDER …                            go on from the backup
//
// With PostgreSQL the keys hardly ever change; one backup of them is enough.
// Never run a hub on a backup while the true one still serves.
//
// A hub that was restored from a backup has fewer entries than it gave
// receipts for. Nothing is lost that a device still holds: the device's next
// bundle begins after what the hub has, the hub answers gap with that size,
// the device's cursor goes back there and it sends everything again, and the
// heads it signs are consistent with what the hub kept. A device enrolled
// since the backup is unknown and must be enrolled again; it keeps its key, so
// its log goes on. Revocations since the backup must be repeated.
//
// What a device has purged since and the backup lacks is gone from both; what
// comes after it is not. The device goes back to the first entry it holds and
// shows the Merkle frontier before it and the last receipt it was given. This
// hub's own cosignature on that receipt says that it once had all that is under
// it, so a device can leave nothing out at a hub that was not restored. The log
// goes on from the frontier, and when it reaches the receipt's size its root
// must be the receipt's, which proves the frontier: another one is refused and
// kept as evidence, like a receipt that is not this hub's. Status, report and
// audit name the gap for ever (it is no tampering); a bundle with entries from
// it is refused as gap. A newer backup that is found later is used by restoring
// it: devices send again what follows. A device of a version before this
// protocol shows nothing: it keeps its scans and shows that the hub refuses,
// until it is updated or a newer backup or a kept export brings what is missing.
//
// # When something is the matter
//
// Whatever a hub refuses has a code (wire.Code) and is counted by it:
// chot_hub_bundles_total, chot_hub_alarms_total, chot_hub_enrolments_total,
// and chot_hub_bodies_refused_total for what was not read to its end. A
// database that is full, read-only, locked, gone or damaged is counted in
// chot_hub_database_errors_total and named in the log; devices are told busy
// (it may pass by itself) or internal, keep what they have and come again. A
// bundle waits 50 seconds at most for a database that is not free.
//
// A device's bundles and alarms are limited to Options.Rate together; requests
// of all devices hold Options.Memory at most.
//
// # The audit of tracing
//
// Every use of a trace key on a hub's entries is written down first, by whom
// and with which key; what was asked is sealed to that key. The rows are
// chained, so one that was changed or taken out shows; trace.head and the log
// show rows cut off the end to whoever cannot write those too. Against
// somebody who can write everything on the hub's machine there is what it gave
// away: number and chain, printed to the one who traced.
//
// # The database
//
// One [Store] interface, one set of queries for both engines, one set of tests
// against both. In PostgreSQL entries lie in one partition a month of receipt
// (entry_202603), made when the month's first entry comes; any number of hubs
// that share the keys may serve one database. The first hub's id is written
// into it, so that no other hub takes it for its own. A server with fsync off
// is refused, and a commit always waits for the disk, whatever the server's
// synchronous_commit. Migrations are numbered files, embedded, each run once.
//
// Another engine that speaks PostgreSQL's protocol would need:
//
//   - CockroachDB: no LIST partitions by ATTACH and no BRIN, so another
//     0001.sql with a plain entry table keyed (device, seq), and makeMonth left
//     out; unnest … WITH ORDINALITY, ON CONFLICT, FOR UPDATE, RETURNING and the
//     retries on 40001 stay. Its advisory locks do nothing: bring the schema up
//     with one hub started first.
//   - Citus: entry, mark and evidence distributed by device, device and
//     invitation as reference tables (device.id is unique, but not the
//     distribution column), no foreign key between the two kinds where it
//     refuses one. Every key of entry already begins with device, and a bundle
//     touches one device, so one worker takes it. A report joins the reference
//     table on every worker.
//
// Neither was run; both are what their manuals say.
//
// # HTTP
//
//	POST /v1/bundles   a packed bundle       200 a receipt
//	POST /v1/alarms    a watch-list hit      200 "taken"
//	POST /v1/enrol     an enrolment request  200 a grant
//	GET  /tuf/…        the TUF repository's files, with ranges
//	GET  /healthz      200 while the program runs
//	GET  /readyz       200 while the database answers
//	GET  /metrics      for Prometheus; from this machine and Options.Scrapers only
//
// TLS 1.3 only. Everything else, and every refusal, is a wire.Problem.
// Nothing personal is in here: entries carry it sealed, and logs name devices
// and numbers only.
package hub
