// Package simulation shows, in its tests, that nothing is lost and nothing
// doubled between a device and its hub, whatever happens on the way.
//
// A world is one device and one hub as they are: the bbolt journal, the uplink,
// HTTP over TLS, the hub with SQLite or PostgreSQL, in a time bubble of their
// own. Between them stands a network that does with every single request what
// the world's script says, and beside them people: scanning, carrying sticks,
// pulling plugs, setting clocks. A script is drawn from a seed, and events take
// place one after the other, each once the device has nothing to do but wait;
// so a seed gives the same script, and the device and the hub the same answers
// to it, every time.
//
// Entries and keys are random where the real ones are (seals, signatures), and
// pauses between attempts are; none of that changes who sends what when.
//
//	go test ./cmd/internal/simulation                          the short form
//	make test-simulation SEEDS=5000                            the long form
//	go test ./cmd/internal/simulation -run Once/seed=17 -seed 17 -v   one of them, told
package simulation
