// Package uplink sends a device's journal to its hub and moves the journal's
// cursor when, and only when, the hub's receipt for it verifies.
//
// Nothing here ever drops an entry: whatever answers (nobody, a captive
// portal, a proxy's page, another hub, a refusal, half an answer), the entries
// stay unsent, the trouble is named, and the same entries are offered again.
// Device and log index identify an entry for ever, so sending twice is
// harmless.
//
//	Journal.Unsent ─▶ bundle ─ POST /v1/bundles ─▶ receipt
//	      ▲                                           │ both signatures, this journal's own root
//	      └──────────── Journal.Acknowledge ◀─────────┘
//
// A receipt counts if the enrolled hub and this device signed it and its root
// is the root this journal has at that size. It is usually for the head just
// sent. When an earlier answer was lost and the batches have been cut
// differently since, the hub repeats the receipt it gave then, for a longer
// head; the journal's own head at that size must match.
//
// A hub restored from a backup has less than it gave receipts for, and says
// gap: the cursor goes back, to where the hub is or to the first entry kept. In
// the second case the next bundle shows how the log came to there, by the Merkle
// frontier and the last receipt, if that hub gave it. A hub too old for that
// refuses, and the entries stay unsent.
//
// A hit of a watch list does not wait its turn: before each bundle, the hits
// that the bundle will not bring go as alarms, one entry each with the proof
// that it is in the log. That changes neither order nor cursor; the entry goes
// again with its run. A hit waits for the bundle under way at most, and cuts
// short the pause after a failure, once.
//
// A bundle is what the link carries in about two seconds. On a slow link the
// next one follows on the same connection (HTTP/2) when the one before has been
// handed over, without waiting for its receipt; receipts still count in the
// log's order, and when one fails those behind it are called back. So a modem's
// link of 40 kbit/s with half a second's round trip, cut about every 20
// seconds, carries 5,000 scans in some 1.25 times what their bytes alone need:
//
//	go test ./sync/uplink -run TestModem -v
//
// The hub's certificate is pinned by its public key; no certificate authority
// and no clock is involved.
package uplink
