package station

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"chot/cmd/internal/stick"
	"chot/scanner"

	"golang.org/x/crypto/argon2"
)

func (r *rig) kinds(s *Station) (kinds []scanner.Kind) {
	r.t.Helper()
	for e, err := range s.store.Entries(0) {
		if err != nil {
			r.t.Fatal(err)
		}
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func (r *rig) pins() {
	r.t.Helper()
	// As HashPIN's, but cheap: these tests try many.
	salt := []byte("salt of the tests")
	cheap := func(pin string) string {
		return formatHash(8, 1, salt, argon2.IDKey([]byte(pin), salt, 1, 8, pinThreads, pinHash))
	}
	supervisor, operator := cheap("4071"), cheap("1111")
	r.configure("operators = [{ name = \"Ca 1\", pin = \"" + operator + "\" }, { name = \"Ca 2\" }]\n[supervisor]\npin = \"" + supervisor + "\"\n")
}

// Wrong PINs lock the pad in steps and over restarts, from the seventh on they
// say what will happen, and the right one counts only when the pad is not
// locked. What the tenth does, TestTenWrongPINs says.
func TestWrongPINs(t *testing.T) {
	r := newRig(t)
	r.pins()
	s := r.open(nil)
	try := func(pin string) PINAnswer { return s.TryPIN(t.Context(), "", pin) }
	// pass is the time since boot going on: what is kept says it was earlier.
	pass := func(d time.Duration) {
		a := s.attempts()
		a.Since -= d
		if err := s.keepAttempts(a); err != nil {
			t.Fatal(err)
		}
	}
	if a := try("4071"); !a.OK {
		t.Fatalf("the right PIN: %+v", a)
	}
	for n := 1; n <= 2; n++ {
		if a := try("0000"); a.OK || a.Wrong != n || a.Left != 0 {
			t.Fatalf("wrong PIN %d: %+v", n, a)
		}
	}
	if a := try("0000"); a.Wrong != 3 || a.Left < 29*time.Second {
		t.Fatalf("the third wrong PIN: %+v", a)
	}
	if a := try("4071"); a.OK {
		t.Fatal("the right PIN opened a locked pad")
	}
	// A restart neither forgets the count nor ends the lock.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = r.open(nil)
	if a := s.PINState(); a.Wrong != 3 || a.Left == 0 || a.Unset {
		t.Fatalf("after a restart: %+v", a)
	}
	// Nor does another boot: the lock begins anew.
	a := s.attempts()
	a.Boot[0]++
	a.Since = 0
	if err := s.keepAttempts(a); err != nil {
		t.Fatal(err)
	}
	if a := s.PINState(); a.Left < 29*time.Second {
		t.Fatalf("after a boot: %+v", a)
	}
	for n := 4; n <= 9; n++ {
		pass(20 * time.Minute)
		want := 0
		if n >= 7 {
			want = 10 - n
		}
		if a := try("1234"); a.Wrong != n || a.Left == 0 || a.Tries != want || s.PINState().Tries != want {
			t.Fatalf("wrong PIN %d: %+v", n, a)
		}
	}
	// An operator's right PIN buys no more tries at the supervisor's.
	pass(20 * time.Minute)
	if a := s.TryPIN(t.Context(), "Ca 1", "1111"); !a.OK {
		t.Errorf("an operator's PIN: %+v", a)
	}
	if a := s.PINState(); a.Wrong != 9 || a.Tries != 1 {
		t.Errorf("it took the count back to %+v", a)
	}
	// An operator's wrong ones lock, and destroy nothing however many; they are
	// forgiven with the right one.
	for n := range 15 {
		pass(20 * time.Minute)
		if a := s.TryPIN(t.Context(), "Ca 1", "0000"); a.OK || a.Over || a.Wrong != 10+n || a.Left < 14*time.Minute {
			t.Fatalf("an operator's wrong PIN: %+v", a)
		}
	}
	if !has(s.State().Faults, scanner.FaultLocked) {
		t.Error("no fault says that the pad is locked")
	}
	if kinds := r.kinds(s); len(kinds) != 16 || kinds[0] != scanner.Supervision || kinds[15] != scanner.Locked {
		t.Errorf("the journal holds %v", kinds)
	}
	pass(20 * time.Minute)
	if a := s.TryPIN(t.Context(), "Ca 1", "1111"); !a.OK || s.PINState().Wrong != 9 {
		t.Errorf("an operator's PIN after his wrong ones: %+v, %+v", a, s.PINState())
	}
	pass(20 * time.Minute)
	if a := try("4071"); !a.OK {
		t.Errorf("the right PIN at last: %+v", a)
	}
	if a := s.PINState(); a.Wrong != 0 || has(s.State().Faults, scanner.FaultLocked) {
		t.Errorf("the right PIN left %+v", a)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// Without a PIN set nobody gets in, with whatever PIN.
func TestNoPINSet(t *testing.T) {
	r := newRig(t)
	s := r.open(nil)
	defer s.Close()
	for _, operator := range []string{"", "Ca 9"} {
		if a := s.TryPIN(t.Context(), operator, ""); a.OK || !a.Unset {
			t.Errorf("%q: %+v", operator, a)
		}
	}
}

// A count that cannot be read is nine wrong PINs, not none and not the end.
func TestDamagedCountLocks(t *testing.T) {
	r := newRig(t)
	r.pins()
	s := r.open(nil)
	defer s.Close()
	if err := s.store.PutSetting(settingAttempts, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if a := s.TryPIN(t.Context(), "", "4071"); a.OK || a.Left == 0 {
		t.Errorf("got %+v", a)
	}
}

// A shift is counted through restarts and hand-overs, and what waits is told
// apart from what the hub has.
func TestShift(t *testing.T) {
	r := newRig(t)
	r.pins()
	s := r.open(nil)
	r.typed(s, nobody)
	r.typed(s, refused)
	s.SetDirection(scanner.Out)
	r.typed(s, nobody)
	if shift := s.Shift(); shift.Taken != 3 || shift.Waiting() != 3 || shift.In != [3]uint64{0, 2, 0} || shift.Out[scanner.Refer] != 1 {
		t.Errorf("three scans: %+v", shift)
	}
	if err := s.HandOver(t.Context(), "Ca 1"); err != nil {
		t.Fatal(err)
	}
	if shift := s.Shift(); shift.Taken != 0 || shift.Waiting() != 0 || shift.Operator != "Ca 1" {
		t.Errorf("a new shift: %+v", shift)
	}
	for range 4 {
		r.typed(s, nobody)
	}
	began := s.Shift().Since
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	// The hub takes all eight; the shift's four are receipted.
	var o Options
	changed := watcher[Changed](&o)
	s = r.open(func(p *Options) { p.Observe = o.Observe })
	stop := r.run(s)
	s.Refresh()
	for next(t, changed, "the receipt").State.Stats.Unsent() > 0 {
	}
	r.typed(s, nobody)
	stop()
	s = r.open(func(o *Options) { o.Offline = true })
	defer s.Close()
	shift := s.Shift()
	if shift.Taken != 5 || shift.Receipted < 4 || shift.Operator != "Ca 1" || !shift.Since.Equal(began) || s.Passage().Operator != "Ca 1" {
		t.Errorf("after restarts: %+v", shift)
	}
	if got := r.atHub(); len(got) < 8 {
		t.Errorf("the hub holds %d entries", len(got))
	}
	// A count lost in a crash is taken up from the journal.
	if err := s.store.PutSetting(settingShift, nil); err != nil {
		t.Fatal(err)
	}
	var again shiftCount
	if err := again.load(s.store, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := again.now(s.store.Stats()); got != shift {
		t.Errorf("counted anew: %+v, want %+v", got, shift)
	}
	for seq, e := range r.entries(s) {
		if seq == 3 && (e.Kind != scanner.HandOver || e.Operator != "Ca 1" || e.Ref != 0) {
			t.Errorf("the hand-over is %+v", e)
		}
		if seq > 3 && e.Operator != "Ca 1" {
			t.Errorf("entry %d names %q", seq, e.Operator)
		}
	}
}

func (r *rig) entries(s *Station) (all []scanner.Entry) {
	r.t.Helper()
	for e, err := range s.store.Entries(0) {
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// What a supervisor chose stays, and wins over chot.toml; what no version
// knows does not.
func TestPreferences(t *testing.T) {
	r := newRig(t)
	r.configure("language = \"en\"\n[sound]\nvolume = 3\n")
	s := r.open(nil)
	if p := s.Preferences(); p.Language != "en" || p.Volume != 3 || p.Preset != "day" {
		t.Errorf("chot.toml's: %+v", p)
	}
	chosen := Preferences{Language: "vi", Preset: "night", Large: true, Volume: 10, Spoken: true}
	if err := s.SetPreferences(chosen); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = r.open(nil)
	defer s.Close()
	if p := s.Preferences(); p != chosen {
		t.Errorf("after a restart: %+v", p)
	}
	if err := s.store.PutSetting(settingPreferences, []byte(`{"preset":"disco","language":"vi"}`)); err != nil {
		t.Fatal(err)
	}
	if p := s.Preferences(); p.Preset != "day" || p.Language != "en" {
		t.Errorf("another version's: %+v", p)
	}
}

// A loudspeaker that is broken: it notes what it was asked for.
type loudspeaker struct {
	played chan scanner.Outcome
	tuned  chan string
	before func() // called with each sound; may be nil
}

func (l *loudspeaker) Run(context.Context) error { return errors.New("no sound card") }
func (l *loudspeaker) Play(o scanner.Outcome) {
	if l.before != nil {
		l.before()
	}
	l.played <- o
}
func (l *loudspeaker) Tune(volume int, spoken string) {
	l.tuned <- fmt.Sprint(volume, spoken)
}

// Sound follows the durable verdict and the settings; that there is no sound
// card is a quiet fault, and off is off.
func TestSound(t *testing.T) {
	r := newRig(t)
	r.configure("[sound]\nvolume = 3\nspoken = true\n")
	l := &loudspeaker{played: make(chan scanner.Outcome, 10), tuned: make(chan string, 10)}
	var o Options
	changed, scanned := watcher[Changed](&o), watcher[Scanned](&o)
	s := r.open(func(p *Options) { p.Speaker, p.Observe, p.Offline = l, o.Observe, true })
	stop := r.run(s)
	if got := next(t, l.tuned, "the tuning"); got != "3vi" {
		t.Errorf("tuned to %q", got)
	}
	for !has(next(t, changed, "the quiet fault").State.Faults, scanner.FaultSound) {
	}
	if scanner.FaultSound.Severity() != scanner.Note {
		t.Error("a missing sound card is more than a note")
	}
	// The speaker hears of a verdict when it is on disk and on the screen.
	l.before = func() {
		if len(scanned) != 1 || s.State().Size != 1 {
			t.Errorf("it sounds with %d verdicts shown and %d written down", len(scanned), s.State().Size)
		}
	}
	r.typed(s, nobody)
	l.before = nil
	if got := next(t, l.played, "the sound"); got != scanner.Refer {
		t.Errorf("played %v", got)
	}
	if err := s.SetPreferences(Preferences{Language: "en", Preset: "day", Volume: 9}); err != nil {
		t.Fatal(err)
	}
	if got := next(t, l.tuned, "the new tuning"); got != "9" {
		t.Errorf("tuned to %q", got)
	}
	stop()

	r.configure("[sound]\non = false\n")
	s = r.open(func(p *Options) { p.Speaker, p.Offline = l, true })
	defer s.Close()
	r.typed(s, nobody)
	if len(l.played) != 0 {
		t.Error("it sounds though that was turned off")
	}
}

// A running station exports what waits and checks its journal, both telling
// how far they are.
func TestExportAndCheckOfARunningStation(t *testing.T) {
	r := newRig(t)
	s := r.open(func(o *Options) { o.Offline = true })
	defer r.run(s)()
	for range 3 {
		r.typed(s, nobody)
	}
	var done, total uint64
	tell := func(d, n uint64) { done, total = d, n }
	onto, err := stick.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer onto.Close()
	files, entries, err := s.ExportTo(onto, tell)
	if err != nil || entries != 3 || len(files) != 1 || filepath.Ext(files[0]) == "" || done != 3 || total != 3 {
		t.Errorf("exported %d entries to %v (%d of %d), %v", entries, files, done, total, err)
	}
	done, total = 0, 0
	if err := s.Verify(tell); err != nil || done != 3 || total != 3 {
		t.Errorf("checked %d of %d: %v", done, total, err)
	}
}
