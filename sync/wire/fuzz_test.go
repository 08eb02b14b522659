package wire

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

var writeSeeds = flag.Bool("write-seeds", false, "write testdata/fuzz/FuzzWire anew")

const seedFolder = "testdata/fuzz/FuzzWire"

// The seeds' keys, known to everyone: notes in the seeds must verify.
var (
	seedDevice = DeviceKey{deviceRole.secret(bytes.Repeat([]byte{1}, 32))}
	seedHub    = HubKey{hubRole.secret(bytes.Repeat([]byte{2}, 32))}
)

// FuzzWire holds every decoder to: no panic, and what decodes encodes to the
// same content.
func FuzzWire(f *testing.F) {
	if seeds, err := os.ReadDir(seedFolder); err != nil || len(seeds) == 0 {
		f.Fatalf("%s has no seeds; make them with: go test ./sync/wire -run TestSeeds -write-seeds", seedFolder)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if bundle, err := ParseBundle(b); err == nil {
			again, err := bundle.MarshalBinary()
			if err != nil {
				t.Fatalf("a decoded bundle does not encode: %v", err)
			}
			if back, err := ParseBundle(again); err != nil || !same(back, bundle) {
				t.Fatalf("a bundle changes on its way: %v", err)
			}
			if !bytes.Equal(must(unpack(b[len(bundleMagic):])), must(bundle.Content())) {
				t.Fatal("a bundle's content has two forms")
			}
		}
		if a, err := ParseAlarm(b); err == nil {
			if again, err := a.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
				t.Fatalf("an alarm has two forms: %v", err)
			}
			if head, err := a.Verify(seedDevice.Verifier()); err == nil && a.Index >= head.Size() {
				t.Fatal("an alarm from beyond its head verifies")
			}
		}
		if c, ok := ClaimOf(b); ok && c.FileName() == "" {
			t.Fatal("a claim without a file name")
		}
		_ = KindOf(b)
		if e, err := ParseEnrolment(b); err == nil {
			text, err := e.QR()
			if err != nil {
				t.Fatalf("a decoded enrolment does not encode: %v", err)
			}
			if back, err := ParseEnrolment([]byte(text)); err != nil || back.Token != e.Token || back.HubKey != e.HubKey || back.Hub != e.Hub || !back.Expires.Equal(e.Expires) {
				t.Fatalf("an enrolment changes on its way: %v", err)
			}
		}
		if g, err := ParseGrant(b); err == nil {
			again, err := MarshalGrant(g)
			if err != nil {
				t.Fatalf("a decoded grant does not encode: %v", err)
			}
			back, err := ParseGrant(again)
			if err != nil {
				t.Fatalf("a grant changes on its way: %v", err)
			}
			if third := must(MarshalGrant(back)); !bytes.Equal(again, third) {
				t.Fatal("a grant has two forms")
			}
		}
		if h, err := OpenHead(b, seedDevice.Verifier()); err == nil {
			if again := must(SignHead(seedDevice, h.Size(), h.Root())); !bytes.Equal(again, b) {
				t.Fatal("a head has two forms")
			}
		}
		if r, err := OpenReceipt(b, seedHub.Verifier(), seedDevice.Verifier()); err == nil {
			head := must(OpenHead(must(SignHead(seedDevice, r.Size(), r.Root())), seedDevice.Verifier()))
			if again := must(Cosign(seedHub, head, r.Time())); !bytes.Equal(again, b) {
				t.Fatal("a receipt has two forms")
			}
		}
		if r, err := OpenRevocation(b, seedHub.Verifier(), seedDevice.Verifier()); err == nil {
			if again := must(SignRevocation(seedHub, r.Device(), r.Time())); !bytes.Equal(again, b) {
				t.Fatal("a revocation has two forms")
			}
			if id, ok := RevokedDeviceOf(b); !ok || id != seedDevice.ID() {
				t.Fatal("a revocation claims to be about another device")
			}
		}
		if r, err := OpenEnrol(b, seedHub.Verifier()); err == nil && r.Key == (DeviceVerifier{}) {
			t.Fatal("an enrolment request without a key opens")
		}
		_, _ = ParseProblem(409, ProblemType, b)
		_, _ = ParseDeviceKey(string(b))
		_, _ = ParseHubVerifier(string(b))
	})
}

// TestSeeds holds the committed seeds to what they are for.
func TestSeeds(t *testing.T) {
	if *writeSeeds {
		for name, b := range makeSeeds(t) {
			text := fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", b)
			if err := os.WriteFile(filepath.Join(seedFolder, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := someAlarm().Verify(seedDevice.Verifier()); err != nil {
		t.Errorf("the alarm's seed does not verify: %v", err)
	}
	for name := range makeSeeds(t) {
		if _, err := os.Stat(filepath.Join(seedFolder, name)); err != nil {
			t.Errorf("seed %s is missing; make the seeds with: go test ./sync/wire -run TestSeeds -write-seeds", name)
		}
	}
}

func makeSeeds(t *testing.T) map[string][]byte {
	t.Helper()
	bundle := someBundle(t, 3)
	bundle.Device, bundle.Head = seedDevice.ID(), must(SignHead(seedDevice, bundle.To(), someRoot))
	empty := Bundle{Device: seedDevice.ID(), Head: must(SignHead(seedDevice, 0, tlog.Hash{}))}
	packed := must(bundle.MarshalBinary())
	gap := bundle
	gap.Frontier, gap.Receipt = bytes.Repeat([]byte{5}, 64), must(Cosign(seedHub, must(OpenHead(bundle.Head, seedDevice.Verifier())), someTime))
	opened := someAlarm()
	opened.Encapsulation = bytes.Repeat([]byte{6}, 100)
	head := must(OpenHead(bundle.Head, seedDevice.Verifier()))
	e := someEnrolment(t, seedHub)
	e.Trace, e.TraceDigest = "trace", Digest{}
	e.Token = Token{1, 2, 3}
	e.Expires = time.Unix(1_800_000_000, 0)
	return map[string][]byte{
		"bundle":            packed,
		"bundle-empty":      must(empty.MarshalBinary()),
		"bundle-loose":      append([]byte(bundleMagic), rawFrame(must(bundle.Content()))...),
		"bundle-cut":        packed[:len(packed)/2],
		"bundle-not-packed": append([]byte(bundleMagic), must(bundle.Content())...),
		"bundle-deep":       append([]byte(bundleMagic), pack(bytes.Repeat([]byte{0x81}, 1000))...),
		"bundle-bomb":       append([]byte(bundleMagic), bomb(70)...),
		"bundle-gap":        must(gap.MarshalBinary()),
		"bundle-gap-loose":  append([]byte(bundleMagic), rawFrame(must(gap.Content()))...),
		"alarm-opened":      must(opened.MarshalBinary()),
		"alarm":             must(someAlarm().MarshalBinary()),
		"alarm-cut":         must(someAlarm().MarshalBinary())[:60],
		"head":              bundle.Head,
		"receipt":           must(Cosign(seedHub, head, someTime)),
		"revocation":        must(SignRevocation(seedHub, seedDevice.ID(), someTime)),
		"enrolment-file":    must(e.File()),
		"enrolment-code":    []byte(must(e.QR())),
		"enrol-request":     must(SignEnrol(seedDevice, e)),
		"grant":             must(MarshalGrant(Grant{Device: seedDevice.ID(), Checkpoint: "gate", Policy: []byte(`{"a":[1,2]}`), Lists: []ListKey{{"a", "b", make([]byte, 32)}}, Root: []byte("{}"), Trace: "trace"})),
		"problem":           []byte(`{"code":"gap","status":409,"title":"t","size":3}`),
		"key":               []byte(seedDevice.Private()),
		"captive-portal":    []byte("HTTP/1.1 302 Found\r\nLocation: http://login.example.test/\r\n\r\n<html><body>Log in</body></html>"),
		"nothing":           {},
	}
}

// someAlarm is the second of three entries, with its proof.
func someAlarm() Alarm {
	leaves := []tlog.Hash{tlog.RecordHash([]byte("a")), tlog.RecordHash([]byte("b")), tlog.RecordHash([]byte("c"))}
	root := tlog.NodeHash(tlog.NodeHash(leaves[0], leaves[1]), leaves[2])
	return Alarm{
		Device: seedDevice.ID(), Index: 1, Entry: []byte("b"), Proof: [][32]byte{leaves[0], leaves[2]}, Head: must(SignHead(seedDevice, 3, root)),
	}
}

// rawFrame is a frame of uncompressed blocks, so that a fuzzer's changes
// reach the content behind it (RFC 8878 §3.1.1.2.3).
func rawFrame(plain []byte) []byte {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58}
	block := uint32(len(plain))<<3 | 1
	b = append(b, byte(block), byte(block>>8), byte(block>>16))
	return append(b, plain...)
}
