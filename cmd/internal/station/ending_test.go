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
	"strings"
	"syscall"
	"testing"
	"time"

	"chot/cmd/internal/keystore"
	"chot/cmd/internal/stick"
	"chot/scanner"
	"chot/store"
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

// A folder of an earlier version, with its keys in the clear, is sealed at its
// next start. Cut at any step, the next one finishes it; nothing stays in the
// clear, and the device is the one it was.
func TestPlainFolderIsSealed(t *testing.T) {
	r := newRig(t)
	r.pins()
	s := r.open(nil)
	id := s.id
	if err := s.FetchLists(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	r.typed(s, listed)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	grant, err := wire.MarshalGrant(id.grant)
	if err != nil {
		t.Fatal(err)
	}
	r.pins() // chot.toml in the clear again
	for _, name := range []string{"keys.sealed", publicFile, "keeper"} {
		if err := os.RemoveAll(r.path("device", name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range map[string][]byte{keyFile: []byte(id.key.Private() + "\n"), grantFile: grant} {
		if err := os.WriteFile(r.path("device", name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.CopyFS(plain, os.DirFS(r.device())); err != nil {
		t.Fatal(err)
	}
	st, err := KeysOf(r.device(), Options{})
	if err != nil || st.Keeper != "" || st.PlainPINs != 2 || st.Device != id.key.ID() {
		t.Errorf("before: %+v, %v", st, err)
	}
	n := 0
	for done := false; !done; n++ {
		if err := os.RemoveAll(r.device()); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(r.device(), os.DirFS(plain)); err != nil {
			t.Fatal(err)
		}
		left := n
		s, err := Open(r.device(), Options{cut: func(string) error {
			if left--; left < 0 {
				return errCut
			}
			return nil
		}})
		if done = left >= 0; err == nil {
			err = s.Close()
		}
		if err != nil && !errors.Is(err, errCut) {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		s, err = Open(r.device(), Options{Offline: true})
		if err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		if s.id.key.ID() != id.key.ID() || s.typedOutcome(t) != scanner.Admit {
			t.Fatalf("after a cut at step %d the device is another one, or its list is shut", n)
		}
		if a := s.TryPIN(t.Context(), "", "4071"); !a.OK {
			t.Errorf("after a cut at step %d the PIN does not count: %+v", n, a)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		r.nothingPlain()
	}
	if n < 10 {
		t.Errorf("there were %d steps only", n)
	}
	if st, err := KeysOf(r.device(), Options{}); err != nil || st.Keeper != keystore.KindFile || st.PlainPINs != 0 || st.Trouble != "" {
		t.Errorf("after: %+v, %v", st, err)
	}
}

// The journal's key of prior use lies with the device's other secrets, also where
// an earlier version has left it in the journal, and is destroyed with them.
func TestPriorKeyLiesSealed(t *testing.T) {
	r := newRig(t)
	id, err := loadIdentity(r.device(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	old := journalOptions(id, DefaultConfig(), r.trace.Public())
	old.Priors = nil
	j, err := store.Open(journalPath(r.device()), old)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(journalPath(r.device()))
	if err != nil {
		t.Fatal(err)
	}
	s := r.open(func(o *Options) { o.Offline = true })
	r.typed(s, nobody)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sealed, _, err := Options{}.open(keystore.Folder{Path: r.device()})
	if err != nil || len(sealed.priors) != 32 || !bytes.Contains(before, sealed.priors) {
		t.Fatalf("the envelope holds the key %x, %v", sealed.priors, err)
	}
	r.enrol() // keeps it
	again, _, err := Options{}.open(keystore.Folder{Path: r.device()})
	if err != nil || !bytes.Equal(again.priors, sealed.priors) {
		t.Fatalf("after another enrolment the envelope holds the key %x, %v", again.priors, err)
	}
	err = filepath.WalkDir(r.device(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, sealed.priors) {
			t.Errorf("%s shows the key", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := RevokeBy(r.device(), r.revoke(), Options{}); err != nil {
		t.Fatal(err)
	}
	r.noKeys()
	if n := carried(t, r.device()); n != 1 {
		t.Errorf("%d scans are carried", n)
	}
}

// A journal of an earlier version whose device has ended shows no key either, once
// somebody has looked at it.
func TestPastPriorKey(t *testing.T) {
	r := newRig(t)
	id, err := loadIdentity(r.device(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := RevokeBy(r.device(), r.revoke(), Options{}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(journalPath(r.device())); err != nil {
		t.Fatal(err)
	}
	old := journalOptions(id, DefaultConfig(), r.trace.Public())
	old.Priors = nil
	j, err := store.Open(journalPath(r.device()), old)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(journalPath(r.device()))
	if err != nil {
		t.Fatal(err)
	}
	carried(t, r.device())
	after, err := os.ReadFile(journalPath(r.device()))
	if err != nil {
		t.Fatal(err)
	}
	// The key follows its name, in the old file.
	i := bytes.Index(before, []byte("priors"))
	if key := before[i+len("priors"):][:32]; i < 0 || bytes.Contains(after, key) {
		t.Error("the journal still shows the key")
	}
}

func (s *Station) typedOutcome(t *testing.T) scanner.Outcome {
	t.Helper()
	return s.Submit(t.Context(), scanner.Payload{Bytes: []byte(listed), Input: "typed", Typed: true}).Verdict.Outcome
}

// A keeper that does not answer stops the station with a sentence; the scans
// can be carried away all the same, and nothing is destroyed.
func TestKeeperAway(t *testing.T) {
	r := newRig(t)
	s := r.open(func(o *Options) { o.Offline = true })
	r.typed(s, nobody)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.device(), Options{Keeper: away{}}); !errors.Is(err, ErrKeeper) || errors.Is(err, ErrDestroyed) {
		t.Errorf("got %v", err)
	}
	if st, err := KeysOf(r.device(), Options{Keeper: away{}}); err != nil || !strings.Contains(st.Trouble, "does not answer") {
		t.Errorf("status %+v, %v", st, err)
	}
	c, err := OpenCarrier(r.device(), Options{Keeper: away{}})
	if err != nil || c.Journal.Stats().Unsent() != 1 {
		t.Fatalf("the scans cannot be carried: %v", err)
	}
	c.Journal.Close()
	// A destruction that cannot be done says so, and is done when it can be.
	s = r.open(func(o *Options) { o.Offline = true })
	s.options.Keeper = away{}
	s.end(ending{Why: whyPINs})
	if !has(s.State().Faults, scanner.FaultKeysStuck) || has(s.State().Faults, scanner.FaultKeysDestroyed) || Destroyed(r.device()) {
		t.Errorf("the faults are %v", s.State().Faults)
	}
	if err := s.Run(t.Context()); !errors.Is(err, ErrEnding) || errors.Is(err, ErrDestroyed) {
		t.Errorf("it ends with %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.device(), Options{Keeper: away{}}); !errors.Is(err, ErrEnding) {
		t.Errorf("got %v", err)
	}
	r.noKeys() // the next start has its keeper
}

// away is a keeper out of reach.
type away struct{}

func (away) Kind() keystore.Kind           { return keystore.KindFile }
func (away) Wrap([]byte) ([]byte, error)   { return nil, keystore.ErrKeeper }
func (away) Unwrap([]byte) ([]byte, error) { return nil, keystore.ErrKeeper }
func (away) Destroy() error                { return keystore.ErrKeeper }

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

// A device whose keys went with what guarded them (a TPM that was cleared, a copy
// without its keeper) says that it is over, hands its scans over, and can be
// enrolled anew; until then nothing of it is destroyed.
func TestLostKeys(t *testing.T) {
	for _, missing := range []string{"keeper/file.key", "keys.sealed"} {
		r := newRig(t)
		s := r.open(func(o *Options) { o.Offline = true })
		old := s.id.key.ID()
		for range 3 {
			r.typed(s, nobody)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if Over(r.device(), Options{}) {
			t.Fatal("over while its keys open")
		}
		path := r.path("device", filepath.FromSlash(missing))
		aside := filepath.Join(t.TempDir(), "aside")
		if err := os.Rename(path, aside); err != nil {
			t.Fatal(err)
		}
		_, err := Open(r.device(), Options{})
		if err == nil || missing == "keeper/file.key" && !errors.Is(err, ErrDestroyed) {
			t.Errorf("without %s: %v", missing, err)
		}
		if !Over(r.device(), Options{}) || Over(r.device(), Options{Keeper: away{}}) && missing == "keeper/file.key" {
			t.Errorf("without %s it is not over, or a keeper that does not answer is the end", missing)
		}
		if st, err := KeysOf(r.device(), Options{}); err != nil || !st.Destroyed || st.Why == "" || st.Device != old {
			t.Errorf("without %s the keys' status is %+v, %v", missing, st, err)
		}
		if n := carried(t, r.device()); n != 3 {
			t.Errorf("without %s %d of 3 scans are carried", missing, n)
		}
		if err := os.Rename(aside, path); err != nil {
			t.Fatal(err)
		}
		if err := r.open(nil).Close(); err != nil { // the control: it was found again
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}

		// A hub that does not answer leaves all as it was.
		r.net.Plug(nil)
		if err := r.enrolIn(r.device(), Options{}, "", "rig/people"); err == nil {
			t.Fatal("enrolled without a hub")
		}
		if n := carried(t, r.device()); n != 3 || !Over(r.device(), Options{}) || len(Past(r.device())) != 0 {
			t.Errorf("after an enrolment that failed %d of 3 scans are carried", n)
		}
		r.killHub()
		r.startHub()
		r.enrol()
		s = r.open(nil)
		if s.id.key.ID() == old {
			t.Error("the device enrolled anew is the old one")
		}
		r.typed(s, nobody)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if n := carried(t, r.device()); n != 4 || Over(r.device(), Options{}) {
			t.Errorf("%d of 4 scans are carried", n)
		}
	}
}

// An envelope, or a chip's part of it, that was damaged says what to do, and doing
// it works: put back, it opens; enrolled anew, the device is another one, and its
// scans are there.
func TestDamagedEnvelope(t *testing.T) {
	for _, name := range []string{"keys.sealed", "keeper/tpm2"} {
		r := newRig(t)
		s := r.open(func(o *Options) { o.Offline = true })
		old := s.id.key.ID()
		r.typed(s, nobody)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		f := keystore.Folder{Path: r.device()}
		whole, err := f.Read("keys.sealed")
		if err != nil {
			t.Fatal(err)
		}
		damaged := whole[:len(whole)-9]
		if name == "keeper/tpm2" { // of a device that a TPM keeps
			damaged = append([]byte("chot keys 1\n\x04tpm2"), whole[len("chot keys 1\n\x04file"):]...)
			if err := f.Write(name, []byte("chot tpm2 1\n\x00")); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Write("keys.sealed", damaged); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(r.device(), Options{}); !errors.Is(err, keystore.ErrEnvelope) || !strings.Contains(err.Error(), "put it back from a copy, or enrol the device anew") {
			t.Errorf("%s damaged: %v", name, err)
		}
		if n := carried(t, r.device()); n != 1 || Over(r.device(), Options{}) {
			t.Errorf("%s damaged: %d scans are carried", name, n)
		}
		for _, b := range [][]byte{whole, damaged} {
			if err := f.Write("keys.sealed", b); err != nil {
				t.Fatal(err)
			}
			if s, err := Open(r.device(), Options{}); (err == nil) != bytes.Equal(b, whole) {
				t.Errorf("put back or damaged again: %v", err)
			} else if err == nil {
				s.Close()
			}
		}
		r.enrol()
		s = r.open(func(o *Options) { o.Offline = true })
		if s.id.key.ID() == old {
			t.Error("the device enrolled anew is the old one")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if n := carried(t, r.device()); n != 1 {
			t.Errorf("%s damaged, enrolled anew: %d scans are carried", name, n)
		}
	}
}

// However the power is cut while a device that has ended is enrolled anew, its
// scans can be carried away, and the next try makes it another device.
func TestEnrolledAnewCutAtEveryStep(t *testing.T) {
	r := newRig(t)
	s := r.open(func(o *Options) { o.Offline = true })
	old := s.id.key.ID()
	for range 3 {
		r.typed(s, nobody)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := RevokeBy(r.device(), r.revoke(), Options{}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for done := false; !done; n++ {
		dir := filepath.Join(t.TempDir(), "device")
		if err := os.CopyFS(dir, os.DirFS(r.device())); err != nil {
			t.Fatal(err)
		}
		left := n
		err := r.enrolIn(dir, Options{cut: func(string) error {
			if left--; left < 0 {
				return errCut
			}
			return nil
		}}, "", "rig/people")
		if done = err == nil; !done && !errors.Is(err, errCut) {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		if n := carried(t, dir); n != 3 {
			t.Fatalf("%d of 3 scans are carried", n)
		}
		if err := r.enrolIn(dir, Options{}, "", "rig/people"); err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		s, err := Open(dir, Options{Offline: true})
		if err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		if s.id.key.ID() == old {
			t.Errorf("after a cut at step %d it is the old device", n)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if n := carried(t, dir); n != 3 {
			t.Fatalf("%d of 3 scans are carried in the end", n)
		}
	}
	if n < 20 {
		t.Errorf("there were %d steps only", n)
	}
}

// However the power is cut while a device is enrolled for another checkpoint and
// hub, it is wholly with the one or the other, and what it has scanned is there.
func TestEnrolledElsewhereCutAtEveryStep(t *testing.T) {
	r := newRig(t)
	s := r.open(func(o *Options) { o.Offline = true })
	r.typed(s, nobody)
	id := s.id.key.ID()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const url, checkpoint = "https://other.example:8443", "Chốt Hai"
	moved, n := 0, 0
	for done := false; !done; n++ {
		dir := filepath.Join(t.TempDir(), "device")
		if err := os.CopyFS(dir, os.DirFS(r.device())); err != nil {
			t.Fatal(err)
		}
		left := n
		err := r.enrolAt(url, checkpoint, dir, Options{cut: func(string) error {
			if left--; left < 0 {
				return errCut
			}
			return nil
		}}, "", "rig/people")
		if done = err == nil; !done && !errors.Is(err, errCut) {
			t.Fatalf("cut at step %d: %v", n, err)
		}
		s, err := Open(dir, Options{Offline: true})
		if err != nil {
			t.Fatalf("after a cut at step %d: %v", n, err)
		}
		there := s.id.enrolment.Hub == url
		if there != (s.id.grant.Checkpoint == checkpoint) || s.id.key.ID() != id || done && !there || n == 0 && there {
			t.Errorf("after a cut at step %d its hub is %s, its checkpoint %s", n, s.id.enrolment.Hub, s.id.grant.Checkpoint)
		}
		if there {
			moved++
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if n := carried(t, dir); n != 1 {
			t.Errorf("%d of 1 scans are carried", n)
		}
	}
	if n < 8 || moved < 3 {
		t.Errorf("there were %d steps only, %d after it was moved", n, moved)
	}
}

// A journal of a device before that cannot be read keeps back no other scans.
func TestDamagedPast(t *testing.T) {
	r := newRig(t)
	for range 2 {
		s := r.open(func(o *Options) { o.Offline = true })
		r.typed(s, nobody)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(r.path("device", "keeper", "file.key")); err != nil {
			t.Fatal(err)
		}
		r.enrol()
	}
	past := Past(r.device())
	if len(past) != 2 {
		t.Fatalf("put aside: %v", past)
	}
	if err := os.Truncate(journalPath(past[0]), 5000); err != nil {
		t.Fatal(err)
	}
	s := r.open(func(o *Options) { o.Offline = true })
	r.typed(s, nobody)
	onto, err := stick.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer onto.Close()
	if _, n, err := s.ExportTo(onto, nil); n != 2 || err == nil || !strings.Contains(err.Error(), filepath.Base(past[0])) {
		t.Errorf("%d of 2 scans are exported, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := OpenCarriers(r.device(), Options{})
	if err == nil || all.Unsent() != 2 {
		t.Errorf("%d of 2 scans are carried, %v", all.Unsent(), err)
	}
	if err := all.Close(); err != nil {
		t.Error(err)
	}
}

// A cut between the two names of a chot.toml that is being replaced leaves the
// file whole.
func TestOldNameOfTheSettings(t *testing.T) {
	f := keystore.Folder{Path: t.TempDir()}
	path := filepath.Join(f.Path, configFile)
	for _, want := range []string{"first", "second"} {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(path, filepath.Join(f.Path, oldSecret)); err != nil {
			t.Fatal(err)
		}
		if err := replaceSecret(f, configFile, []byte(want+", sealed"), 0o640); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		info, err2 := os.Stat(path)
		if err != nil || err2 != nil || string(b) != want+", sealed" || info.Mode().Perm() != 0o640 || f.Has(oldSecret) {
			t.Errorf("got %q, mode %v", b, info.Mode())
		}
	}
}

// A key that a move to another keeper has left behind, cut short, is forgotten at
// the next start, and a destruction leaves none either.
func TestKeyLeftByAMove(t *testing.T) {
	for _, end := range []bool{false, true} {
		r := newRig(t)
		s := r.open(func(o *Options) { o.Offline = true })
		id := s.id.key.ID()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		f := keystore.Folder{Path: r.device()}
		to := elsewhere{keystore.File{Folder: keystore.Folder{Path: t.TempDir()}}}
		left, err := f.Read("keeper/file.key")
		if err != nil {
			t.Fatal(err)
		}
		if err := moveKeys(r.device(), to, Options{}); err != nil {
			t.Fatal(err)
		}
		if err := f.Write("keeper/file.key", left); err != nil { // as a cut leaves it
			t.Fatal(err)
		}
		if end {
			if err := (ending{Why: whyPINs, Device: id}).carryOut(f, to); err != nil {
				t.Fatal(err)
			}
		} else if s, err := Open(r.device(), Options{Offline: true, Keeper: to}); err != nil || s.id.key.ID() != id {
			t.Fatalf("it does not open with its keeper: %v", err)
		} else if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if f.Has("keeper/file.key") {
			t.Errorf("ended %v: the key is still there", end)
		}
	}
}

// What a power cut has left of files with secrets is swept at the next start, and
// by a destruction.
func TestLeftoversAreSwept(t *testing.T) {
	for _, end := range []bool{false, true} {
		r := newRig(t)
		f := keystore.Folder{Path: r.device()}
		for _, name := range []string{".tmp-chot.toml123", "keeper/.tmp-file.key-5", oldSecret} {
			if err := f.Write(name, []byte("$argon2id$ in the clear")); err != nil {
				t.Fatal(err)
			}
		}
		if end {
			id, err := loadIdentity(r.device(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := (ending{Why: whyPINs, Device: id.key.ID()}).carryOut(f, keystore.File{Folder: f}); err != nil {
				t.Fatal(err)
			}
			r.noKeys()
		} else if err := r.open(nil).Close(); err != nil {
			t.Fatal(err)
		}
		r.nothingPlain()
	}
}

// elsewhere is a keeper that is not the folder's own.
type elsewhere struct{ keystore.File }

func (elsewhere) Kind() keystore.Kind { return "elsewhere" }
