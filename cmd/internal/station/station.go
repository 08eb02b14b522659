package station

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"chot/camera"
	"chot/cmd/internal/keystore"
	"chot/scanner"
	"chot/scanner/seal"
	"chot/store"
	"chot/sync/wire"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"
)

// Options are what the program that runs a station decides.
type Options struct {
	Sources Sources
	// Offline runs without links: nothing is sent or fetched.
	Offline bool
	// Drain is how long Run goes on sending after the last source has ended,
	// at most: it returns as soon as everything is receipted.
	Drain time.Duration
	// Patient waits for a camera or reader that is not there yet. Without it
	// Run fails at once with a sentence; one that was there and goes away is
	// waited for in either case.
	Patient bool
	// Observe hears every event, one at a time, from the goroutine that made
	// it: it must not block for long. May be nil.
	Observe func(Event)
	// Wall is the wall clock; nil is time.Now. Tests set it back to 1970.
	Wall func() time.Time
	// Dial opens connections; nil is the network. Tests cut it.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Log  *slog.Logger
	// Speaker plays the verdicts' sounds, if chot.toml says so; nil is silent.
	Speaker Speaker
	// Keeper guards the device's keys: on Android its Keystore. nil is the
	// machine's own, a TPM where there is one.
	Keeper keystore.Keeper
	// Lamp switches the cameras' lamps; nil leaves them to chot.toml.
	Lamp *camera.Lamp
	// Broadcasts is where scan keys are heard; nil where there are none.
	Broadcasts Broadcasts
	// ScanKey is kept over several stations; nil is one for this one alone.
	ScanKey *ScanKey

	cut   func(step string) error // a test's, before each change of the keys' files
	round bool                    // it is a background round's station
}

func (o Options) scanKey() *ScanKey {
	if o.ScanKey == nil {
		return new(ScanKey)
	}
	return o.ScanKey
}

// A Station is one checkpoint's device at work.
type Station struct {
	dir     string
	config  Config
	id      identity
	options Options

	store   *store.Store
	scanner *scanner.Scanner
	clock   *clock
	lists   *lists
	log     *slog.Logger

	eyes    *eyes
	barrier *barrier
	speaker Speaker // nil without sound
	shift   shiftCount
	kicks   [2]chan struct{} // uplink's and lists'

	observing sync.Mutex // one event at a time
	trying    sync.Mutex // one PIN at a time
	aside     sync.Mutex // who has the journals in past/

	over   atomic.Bool   // the keys are being destroyed, or are: nobody is admitted
	ended  chan struct{} // closed when that is done as far as it can be
	ending error         // what came of it; stands once ended is closed

	mu      sync.Mutex
	passage scanner.Passage
	sync    Sync
	faults  map[string]scanner.Fault // by who has it: "camera auto", "uplink", …
}

// Open opens the station in a folder: its identity, its journal and the list
// it has. It needs no connection. A background round in the folder ends for it.
func Open(dir string, o Options) (*Station, error) {
	if !o.round {
		endRound(dir)
	}
	if err := o.Sources.check(); err != nil {
		return nil, err
	}
	config, err := LoadConfig(dir)
	if err != nil {
		return nil, err
	}
	id, err := loadIdentity(dir, o)
	if err != nil {
		return nil, err
	}
	config = sealPINs(dir, config, id.vault, o)
	s, err := assemble(dir, journalPath(dir), id, config, o)
	if err != nil {
		return nil, err
	}
	// Who has the journal is alone in the folder.
	if err := o.folder(dir).Sweep(); err != nil {
		s.log.Warn("what a power cut has left is not swept yet", "err", err)
	}
	return s, nil
}

// assemble makes the station of an identity with a journal.
func assemble(dir, journal string, id identity, config Config, o Options) (*Station, error) {
	trace, err := seal.ParseTracePublicKey(id.grant.Trace)
	if err != nil {
		return nil, fmt.Errorf("read the trace key of %s: %w; enrol again", filepath.Join(dir, grantFile), err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Station{
		dir: dir, config: config, id: id, options: o, log: o.Log, faults: map[string]scanner.Fault{},
		passage: scanner.Passage{Direction: config.Direction, Operator: config.Operator}, ended: make(chan struct{}),
	}
	s.store, err = store.Open(journal, journalOptions(id, config, trace))
	if err != nil {
		return nil, err
	}
	s.clock = newClock(o.Wall, s.store.Highest)
	s.scanner = scanner.New(s.store)
	s.scanner.SetPolicy(id.policy)
	if err := s.shift.load(s.store, s.clock.now().Wall); err != nil {
		s.log.Warn("shift not counted to its end", "err", err)
	}
	if s.shift.Operator != "" {
		s.passage.Operator = s.shift.Operator
	}
	s.outfit()
	s.lists = newLists(s)
	if err := s.lists.load(); err != nil {
		// A device goes on with what it can open and says what it lacks.
		s.log.Warn("installed list not usable", "err", err)
	}
	if s.attempts().Own >= manyWrong {
		// The power was cut after the tenth wrong PIN was counted.
		s.end(ending{Why: whyPINs})
		return nil, errors.Join(fmt.Errorf("open %s: %w", dir, s.ending), s.Close())
	}
	return s, nil
}

// outfit gives the station its eyes, hands and voice.
func (s *Station) outfit() {
	s.kicks = [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}
	s.sync.Hub, s.sync.Offline = s.id.enrolment.Hub, s.options.Offline
	s.eyes = &eyes{
		sources: s.options.Sources, controls: s.config.controls(), lamp: s.options.Lamp, patient: s.options.Patient, log: s.log, now: s.clock.now, told: s.told, fault: s.fault, changed: s.changed,
		take: s.judge, broadcasts: s.options.Broadcasts, key: s.options.scanKey(), keep: s.keepScanKey,
	}
	s.loadScanKey()
	s.barrier = newBarrier(s.config)
	s.barrier.fault = func(f scanner.Fault) { s.fault("relay", f) }
	s.barrier.warn = func(err error) { s.log.Warn("barrier", "err", err) }
	s.barrier.settled = s.settle
	if s.config.Sound.On {
		s.speaker = s.options.Speaker
		s.tune(s.Preferences())
	}
}

const journalFile = "journal.db"

func journalPath(dir string) string { return filepath.Join(dir, journalFile) }

func journalOptions(id identity, c Config, trace seal.TracePublicKey) store.Options {
	return store.Options{
		Device:  id.key.Verifier().Digest(),
		Trace:   trace,
		MaxSize: c.Journal.MaxMiB << 20,
		Sign: func(size uint64, root [32]byte) ([]byte, error) {
			return wire.SignHead(id.key, size, tlog.Hash(root))
		},
		VerifyHead: verifyHead(id.key.Verifier()),
		Priors:     priorsOf(id.vault),
	}
}

func verifyHead(device wire.DeviceVerifier) func(note []byte, size uint64, root [32]byte) error {
	return func(note []byte, size uint64, root [32]byte) error {
		h, err := wire.OpenHead(note, device)
		if err == nil && (h.Size() != size || h.Root() != tlog.Hash(root)) {
			err = errors.New("the signed head is over other entries")
		}
		return err
	}
}

// Journal opens a station's journal alone, for checking it.
func Journal(dir string, o Options) (*store.Store, wire.DeviceVerifier, error) {
	config, err := LoadConfig(dir)
	if err != nil {
		return nil, wire.DeviceVerifier{}, err
	}
	id, err := loadIdentity(dir, o)
	if err != nil {
		// Its scans need no key.
		if c, ended := openEnded(dir); ended == nil {
			return c.Journal, c.Device, nil
		}
		return nil, wire.DeviceVerifier{}, err
	}
	trace, err := seal.ParseTracePublicKey(id.grant.Trace)
	if err != nil {
		return nil, wire.DeviceVerifier{}, err
	}
	if _, err := os.Stat(journalPath(dir)); err != nil {
		return nil, wire.DeviceVerifier{}, fmt.Errorf("%w; %w", err, ErrNothing)
	}
	j, err := store.Open(journalPath(dir), journalOptions(id, config, trace))
	return j, id.key.Verifier(), err
}

// Close closes the journal and the list. Run must have returned.
func (s *Station) Close() error {
	s.lists.close()
	kept := s.shift.keep(s.store)
	if kept != nil {
		s.log.Warn("shift not kept apart; the journal has it", "err", kept)
	}
	return errors.Join(s.store.Close(), giveToOwner(s.dir))
}

// Run scans and syncs until ctx ends, or until every source has ended and
// what they gave is sent (see Options.Drain). A source that cannot start or a
// playback that fails ends it with an error; a camera or reader that goes away
// is waited for.
func (s *Station) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	links, linked := errgroup.WithContext(ctx)
	if !s.options.Offline {
		links.Go(func() error { return until(linked, s.kicks[0], s.runUplink) })
		links.Go(func() error { return until(linked, s.kicks[1], s.lists.run) })
	}
	if s.barrier.there() {
		links.Go(func() error { return s.barrier.run(linked) })
	}
	if s.speaker != nil {
		links.Go(func() error { return s.speak(linked) })
	}
	links.Go(func() error { return s.housekeeping(linked) })
	links.Go(func() error {
		select {
		case <-linked.Done():
			return linked.Err()
		case <-s.ended:
			cancel()
			return nil
		}
	})
	links.Go(func() error { return s.mark(linked) })
	s.refreshFaults()

	sources, sourced := errgroup.WithContext(ctx)
	for _, run := range s.eyes.all() {
		sources.Go(func() error { return run(sourced) })
	}
	if s.options.Sources.Empty() {
		// A window takes typed and keyboard-wedge input without a source.
		sources.Go(func() error { <-sourced.Done(); return nil })
	}
	err := sources.Wait()
	if err == nil && ctx.Err() == nil && !s.options.Offline {
		s.drain(ctx)
	}
	cancel()
	if linkErr := links.Wait(); err == nil {
		err = linkErr
	}
	if s.over.Load() {
		<-s.ended
		return fmt.Errorf("run: %w", s.ending)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil // told to end
	}
	return err
}

// drain waits until everything is receipted, at most Options.Drain.
func (s *Station) drain(ctx context.Context) {
	deadline := time.NewTimer(s.options.Drain)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if st := s.store.Stats(); st.Size == st.Acknowledged {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-deadline.C:
			return
		case <-tick.C:
		}
	}
}

// housekeeping purges what is past its retention and looks at the clock.
func (s *Station) housekeeping(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if now := s.clock.now(); now.Trust != scanner.Doubtful {
			keep := time.Duration(s.config.Journal.RetentionDays) * 24 * time.Hour
			if n, err := s.store.Purge(now.Wall.Add(-keep)); err != nil {
				s.log.Warn("purge failed", "err", err)
			} else if n > 0 {
				s.log.Info("purged entries past their retention", "entries", n)
			}
			s.clearPast(now.Wall.Add(-keep))
		}
		s.refreshFaults()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Passage returns what the operator has set.
func (s *Station) Passage() scanner.Passage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.passage
}

// SetDirection turns the checkpoint in or out from the next scan on.
func (s *Station) SetDirection(d scanner.Direction) {
	s.mu.Lock()
	s.passage.Direction = d
	s.mu.Unlock()
	s.changed()
}

// SetPassage replaces what the operator adds to the scans from the next one on.
// Who the operator is only a hand-over changes.
func (s *Station) SetPassage(p scanner.Passage) {
	s.mu.Lock()
	turned := s.passage.Direction != p.Direction
	p.Operator = s.passage.Operator
	s.passage = p
	s.mu.Unlock()
	if turned {
		s.changed()
	}
}

// Window is the Source of what the window's own keyboard sink reads.
const Window = "window"

// Submit judges a payload that came from outside the sources: the window's
// keyboard wedge or a typed number. What a reader typed a moment ago is no
// second scan: its result is empty.
func (s *Station) Submit(ctx context.Context, p scanner.Payload) scanner.Result {
	began, now := time.Now(), s.clock.now()
	if !p.Typed && !s.eyes.fresh(p.Bytes, now) {
		s.told(Again{Source: Window})
		return scanner.Result{}
	}
	return s.eyes.read(ctx, Window, p, now, Scanned{Input: p.Input}, began)
}

// Again judges a payload once more, as when the operator has corrected the
// purpose: it is an entry of its own.
func (s *Station) Again(ctx context.Context, p scanner.Payload) {
	s.judge(ctx, p, s.clock.now(), Scanned{Input: p.Input}, time.Now())
}

// judge is where every scan of a station passes: verdict, journal, then the
// barrier, the observer and the sound.
func (s *Station) judge(ctx context.Context, p scanner.Payload, now scanner.Instant, e Scanned, began time.Time) scanner.Result {
	if s.over.Load() {
		return scanner.Result{Fault: scanner.FaultKeysDestroyed} // its verdict refuses
	}
	e.Passage = s.Passage()
	r := s.scanner.Scan(ctx, p, e.Passage, now)
	e.Result, e.Took, e.Payload = r, time.Since(began), p
	if r.Kept {
		s.shift.take(r.Entry)
		s.fault("interrupted", "")
	}
	s.barrier.decided(r)
	s.told(e)
	s.Hear(r.Verdict.Outcome)
	if r.Err != nil {
		s.log.Error("scan not kept", "err", r.Err)
	}
	s.fault("journal", diskFault(r.Fault, r.Err))
	s.lists.examine(r.Verdict)
	s.refreshFaults()
	s.changed() // one more waits for a receipt
	return r
}
