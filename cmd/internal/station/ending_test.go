package station

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"chot/cmd/internal/keystore"
	"chot/cmd/internal/stick"
	"chot/scanner"
	"chot/sync/uplink"
	"chot/sync/wire"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("CHOT_TEST_KILL"); dir != "" {
		os.Exit(dieInTheMiddle(dir, os.Getenv("CHOT_TEST_NOTICE")))
	}
	os.Exit(m.Run())
}

// revoke has the hub revoke the device and returns its notice.
func (r *rig) revoke() []byte {
	r.t.Helper()
	st, err := r.hub.Status(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	notice, err := r.hub.Revoke(context.Background(), st.Devices[0].ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return notice
}

// noKeys checks that a folder gives no key away any more, and says so.
func (r *rig) noKeys() {
	r.t.Helper()
	if _, err := Open(r.device(), Options{}); !errors.Is(err, ErrDestroyed) {
		r.t.Fatalf("open after the destruction: %v", err)
	}
	if !Destroyed(r.device()) || keystore.Present(keystore.Folder{Path: r.device()}) {
		r.t.Error("the folder does not say that its keys are destroyed")
	}
	st, err := KeysOf(r.device(), Options{})
	if err != nil || !st.Destroyed || st.Why == "" || st.Device == "" {
		r.t.Errorf("the keys' status is %+v, %v", st, err)
	}
	r.nothingPlain()
}

// nothingPlain reads every file of the device's folder for its secrets.
func (r *rig) nothingPlain() {
	r.t.Helper()
	secret := base64.StdEncoding.EncodeToString(r.listKey)
	err := filepath.WalkDir(r.device(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("PRIVATE+KEY")) || bytes.Contains(b, []byte(secret)) || bytes.Contains(b, r.listKey) || bytes.Contains(b, []byte("argon2id")) {
			r.t.Errorf("%s holds a secret in the clear", path)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// carry exports what a folder holds, as a technician would.
func (r *rig) carry(dir string) (bundles [][]byte, entries uint64) {
	r.t.Helper()
	c, err := OpenCarrier(dir, Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Journal.Close()
	if err := c.Journal.Verify(); err != nil {
		r.t.Errorf("the journal: %v", err)
	}
	files, entries, err := c.Export(r.t.TempDir(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			r.t.Fatal(err)
		}
		bundles = append(bundles, b)
	}
	return bundles, entries
}

// A device that the hub has revoked hears it with the answer to its next scan,
// destroys its keys and admits nobody. Its scans come to the hub on a stick and
// are kept apart there; taken back, all of them count, each once. Enrolled anew
// it is another device, and the old journal goes on being there.
func TestRevokedDevice(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.open(nil)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		time.Sleep(time.Minute)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		time.Sleep(time.Minute)
		r.nothingPlain()
		r.net.Plug(nil)
		r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse)
		r.expect(s, nobody, scanner.Refer, scanner.Absent)
		r.killHub()
		r.startHub()
		r.revoke()
		if err := <-ended; !errors.Is(err, ErrDestroyed) {
			t.Fatalf("the station ended with %v", err)
		}
		if result := s.Submit(t.Context(), scanner.Payload{Bytes: []byte(listed), Input: "typed", Typed: true}); result.Verdict.Outcome != scanner.Refuse || result.Kept || result.Fault != scanner.FaultKeysDestroyed {
			t.Errorf("after the end: %+v", result)
		}
		if !has(s.State().Faults, scanner.FaultKeysDestroyed) {
			t.Errorf("the faults are %v", s.State().Faults)
		}
		old := s.id.key.ID()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		r.noKeys()

		bundles, entries := r.carry(r.device())
		if entries != 2 {
			t.Fatalf("%d scans are exported, want the 2 that the hub does not have", entries)
		}
		r.enrol() // begins anew; the old journal is put aside
		for _, b := range bundles {
			var p *wire.Problem
			if _, err := r.hub.Take(t.Context(), b); !errors.As(err, &p) || p.Code != wire.RevokedDevice {
				t.Fatalf("the hub takes a revoked device's scans: %v", err)
			}
		}
		past := Past(r.device())
		if len(past) != 1 || filepath.Base(past[0]) != old {
			t.Fatalf("put aside: %v", past)
		}
		again, n := r.carry(past[0])
		if n != 2 || len(again) != len(bundles) || !bytes.Equal(again[0], bundles[0]) {
			t.Error("the journal put aside exports something else")
		}
		s = r.open(nil)
		if s.id.key.ID() == old || s.store.Stats().Size != 0 {
			t.Error("the device enrolled anew is the old one")
		}
		onto, err := stick.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer onto.Close()
		var told [2]uint64
		if _, n, err := s.ExportTo(onto, func(done, total uint64) { told = [2]uint64{done, total} }); err != nil || n != 2 || told != [2]uint64{2, 2} {
			t.Errorf("the station at work exports %d of the old journal and tells %d, %v", n, told, err)
		}
		if n, err := s.Left(); err != nil || n != 2 {
			t.Errorf("%d scans of the old journal wait, %v", n, err)
		}
		if err := s.FetchLists(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}

		if err := r.hub.Reinstate(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		if p, err := r.hub.Replay(t.Context()); err != nil || p.Bundles == 0 || p.Taken != p.Bundles {
			t.Fatalf("replayed %+v, %v", p, err)
		}

		// The receipt for it comes back to the device that is at work now.
		receipt, err := r.hub.Take(t.Context(), again[0])
		if err != nil {
			t.Fatal(err)
		}
		claim, _ := wire.ClaimOf(receipt)
		brought := t.TempDir()
		if err := stick.Write(filepath.Join(brought, claim.FileName()), receipt); err != nil {
			t.Fatal(err)
		}
		s = r.open(nil)
		for _, want := range []uint64{2, 0} {
			if n, err := s.TakeReceipts(brought); err != nil || n != want {
				t.Errorf("it takes receipts for %d scans of the old journal, want %d: %v", n, want, err)
			}
		}
		if n, err := s.Left(); err != nil || n != 0 {
			t.Errorf("%d scans of the old journal wait, %v", n, err)
		}
		if _, n, err := s.ExportTo(onto, nil); err != nil || n != s.State().Stats.Unsent() {
			t.Errorf("%d scans are still to be carried, %v", n, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		want := []string{listed, refused, nobody}
		r.exactlyOnceOf(old, len(want), func(i int) string { return want[i] })
	})
}

// The tenth wrong supervisor's PIN destroys the keys, over restarts; the hub
// has nothing against the device and takes its scans from the stick, and the
// receipts come back to a journal without a key.
func TestTenWrongPINs(t *testing.T) {
	r := newRig(t)
	r.pins()
	s := r.open(func(o *Options) { o.Offline = true })
	r.nothingPlain() // the PINs' hashes were sealed
	for range 3 {
		r.typed(s, nobody)
	}
	for n := 1; n <= 10; n++ {
		a := s.attempts()
		a.Since -= time.Hour
		if err := s.keepAttempts(a); err != nil {
			t.Fatal(err)
		}
		if n == 6 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = r.open(func(o *Options) { o.Offline = true })
		}
		if a := s.TryPIN(t.Context(), "", "9999"); a.OK || a.Over != (n == 10) {
			t.Fatalf("wrong PIN %d: %+v", n, a)
		}
	}
	if a := s.TryPIN(t.Context(), "", "4071"); a.OK || !a.Over {
		t.Errorf("the right PIN, too late: %+v", a)
	}
	if err := s.Run(t.Context()); !errors.Is(err, ErrDestroyed) {
		t.Errorf("it runs: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r.noKeys()

	bundles, entries := r.carry(r.device())
	if entries != 4 { // and the remark that PINs were wrong
		t.Fatalf("%d entries are exported", entries)
	}
	c, err := OpenCarrier(r.device(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Journal.Close()
	for _, b := range bundles {
		receipt, err := r.hub.Take(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := uplink.Import(c.Journal, c.Device, c.Hub, receipt); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.Journal.Stats().Unsent(); n != 0 || len(r.atHub()) != 4 {
		t.Errorf("%d wait here, %d are there", n, len(r.atHub()))
	}
}

// A power cut right after the tenth wrong PIN was counted saves nothing.
func TestTenthPINAndACut(t *testing.T) {
	r := newRig(t)
	r.pins()
	s := r.open(nil)
	if err := s.keepAttempts(attempts{Wrong: 10, Own: 10}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.device(), Options{}); !errors.Is(err, ErrDestroyed) {
		t.Errorf("it opens: %v", err)
	}
	r.noKeys()
}

// Only this hub's notice about this device, newer than all it has granted,
// destroys anything.
func TestOtherNoticesDestroyNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.open(nil)
		id := s.id.key.ID()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		kept := r.revoke()
		if err := r.hub.Reinstate(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		r.enrol()
		stranger, err := wire.GenerateHubKey()
		if err != nil {
			t.Fatal(err)
		}
		sign := func(key wire.HubKey, device string) []byte {
			b, err := wire.SignRevocation(key, device, time.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		for name, notice := range map[string][]byte{
			"kept from before the enrolment": kept, "cut": kept[:len(kept)-3], "a page": []byte("<html>revoked</html>"), "nothing": nil,
			"another hub's": sign(stranger, id),
		} {
			if err := RevokeBy(r.device(), notice, Options{}); err == nil {
				t.Errorf("%s: it was carried out", name)
			}
			s := r.open(nil)
			if s.id.key.ID() != id {
				t.Errorf("%s: the device is another one", name)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		// A receipt given since voids it too, where an earlier version has enrolled
		// and nobody wrote down when.
		s = r.open(nil)
		s.id.joined = time.Time{}
		stop := r.run(s)
		time.Sleep(time.Minute)
		r.typed(s, nobody)
		time.Sleep(time.Minute)
		old, err := wire.OpenRevocation(kept, s.id.enrolment.HubKey, s.id.key.Verifier())
		if err != nil {
			t.Fatal(err)
		}
		if s.revoked(old); s.over.Load() {
			t.Error("a revocation from before the last receipt was carried out")
		}
		stop()
		// The control: a new one is.
		time.Sleep(time.Minute)
		if err := RevokeBy(r.device(), r.revoke(), Options{}); err != nil {
			t.Errorf("the control: %v", err)
		}
		r.noKeys()
	})
}

var errCut = errors.New("the power is cut here")

// However the power is cut while keys are destroyed, the next start finishes
// it; never does a folder say that it is done while something opens, and every
// scan that was acknowledged is exported.
func TestDestructionCutAtEveryStep(t *testing.T) {
	r := newRig(t)
	s := r.open(func(o *Options) { o.Offline = true })
	for range 3 {
		r.typed(s, nobody)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	notice := r.revoke()
	for _, kill := range []bool{false, true} {
		n := 0
		for done := false; !done; n++ {
			dir := filepath.Join(t.TempDir(), "device")
			if err := os.CopyFS(dir, os.DirFS(r.device())); err != nil {
				t.Fatal(err)
			}
			if kill {
				done = killedAt(t, dir, notice, n)
			} else {
				left := n
				err := RevokeBy(dir, notice, Options{cut: func(string) error {
					if left--; left < 0 {
						return errCut
					}
					return nil
				}})
				if done = err == nil; !done && !errors.Is(err, errCut) {
					t.Fatalf("cut at step %d: %v", n, err)
				}
			}
			f := keystore.Folder{Path: dir}
			if _, _, err := openSecrets(f, keystore.File{Folder: f}); err == nil && Destroyed(dir) {
				t.Fatalf("cut at step %d it says destroyed, and opens", n)
			}
			begun := f.Has(endingFile) || Destroyed(dir)
			if _, err := Open(dir, Options{}); begun && !errors.Is(err, ErrDestroyed) {
				t.Fatalf("after a cut at step %d: %v", n, err)
			} else if !begun && !done && n > 2 {
				t.Fatalf("cut at step %d nothing had begun: %v", n, err)
			}
			if !begun && !done {
				continue // cut before it was decided: the hub says it again
			}
			if _, entries := r.carry(dir); entries != 3 {
				t.Fatalf("after a cut at step %d %d of 3 scans are exported", n, entries)
			}
		}
		if n < 8 {
			t.Errorf("there were %d steps only", n)
		}
	}
}

// killedAt has a process of its own destroy the keys in a folder, and kill
// itself with SIGKILL at a step. It reports whether there was no such step.
func killedAt(t *testing.T, dir string, notice []byte, step int) (done bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CHOT_TEST_KILL="+dir, "CHOT_TEST_NOTICE="+base64.StdEncoding.EncodeToString(notice), "CHOT_TEST_STEP="+strconv.Itoa(step))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL) {
		t.Fatalf("%v: %s", err, out)
	}
	return err == nil
}

func dieInTheMiddle(dir, notice string) int {
	text, err := base64.StdEncoding.DecodeString(notice)
	left, err2 := strconv.Atoi(os.Getenv("CHOT_TEST_STEP"))
	if err = errors.Join(err, err2); err == nil {
		err = RevokeBy(dir, text, Options{cut: func(string) error {
			if left--; left < 0 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			return nil
		}})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (s *Station) typedOutcome(t *testing.T) scanner.Outcome {
	t.Helper()
	return s.Submit(t.Context(), scanner.Payload{Bytes: []byte(listed), Input: "typed", Typed: true}).Verdict.Outcome
}

// carried is how many scans a folder gives to whoever carries them, its own and
// those of devices before.
func carried(t *testing.T, dir string) uint64 {
	t.Helper()
	all, err := OpenCarriers(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	onto, err := stick.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer onto.Close()
	_, n, err := all.ExportTo(onto, nil)
	if err != nil || n != all.Unsent() {
		t.Fatalf("%d of %d scans are exported, %v", n, all.Unsent(), err)
	}
	return n
}
