package station

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"chot/camera/intent"
	"chot/scanner"
)

// Broadcasts is where a handheld's scan keys are heard.
type Broadcasts interface {
	// Manufacturer is what the device says it is made by.
	Manufacturer() string
	// Run calls heard with each broadcast as intent.Parse reads it, one at a
	// time, until ctx ends; the bytes are valid until heard returns.
	Run(ctx context.Context, heard func(message []byte)) error
}

// A ScanKey is whose broadcasts count as scans. It is kept with the journal;
// one that a program holds over several stations also keeps what a device that
// had no journal yet has learnt. The zero value is ready.
type ScanKey struct {
	mu       sync.Mutex
	enrolled intent.Enrolled
	refused  uint64        // of others, since the start
	last     [32]byte      // SHA-256 of the newest payload that counted
	lastAt   time.Duration // since boot; 0 for never
	quiet    *time.Timer
}

// strangeFor is how long a broadcast of somebody else's stays on the screen.
const strangeFor = 10 * time.Minute

const settingScanKey = "scan key"

// loadScanKey takes over what was kept, or keeps what was learnt before there
// was a journal.
func (s *Station) loadScanKey() {
	b, err := s.store.Setting(settingScanKey)
	var kept intent.Enrolled
	if err == nil && b != nil {
		err = json.Unmarshal(b, &kept)
	}
	if err != nil {
		s.log.Error("enrolled scan key not readable", "err", err) // nobody is, then
	}
	k := s.eyes.key
	k.mu.Lock()
	defer k.mu.Unlock()
	if kept.Maker != "" || err != nil {
		k.enrolled = kept
	} else if k.enrolled.Maker != "" {
		s.keepScanKey(k.enrolled)
	}
}

func (s *Station) keepScanKey(e intent.Enrolled) {
	b, err := json.Marshal(e)
	if err == nil {
		err = s.store.PutSetting(settingScanKey, b)
	}
	if err != nil {
		s.log.Error("enrolled scan key not kept", "err", err)
	}
}

// Testing says which source the supervisor tries out, "" for none: a scan key
// that is pressed meanwhile is enrolled.
func (s *Station) Testing(source string) {
	s.eyes.mu.Lock()
	s.eyes.testing = source
	s.eyes.mu.Unlock()
}

// overhear scans with a handheld's own scanner, by what it broadcasts.
func (e *eyes) overhear(ctx context.Context, name, spec string) error {
	if spec != "auto" {
		return fmt.Errorf("scan key %q: it can only be auto", spec)
	}
	if e.broadcasts == nil {
		if !e.patient {
			return intent.ErrUnsupported
		}
		e.down(name, intent.ErrUnsupported)
		<-ctx.Done()
		return ctx.Err()
	}
	defer e.key.end()
	if e.key.who().Maker != "" {
		e.up(name)
	} else {
		e.set(name, false, "") // there may be no scan key on this device
	}
	return e.broadcasts.Run(ctx, func(message []byte) { e.heard(ctx, name, message) })
}

// heard takes a broadcast: a scan if it is the enrolled maker's.
func (e *eyes) heard(ctx context.Context, name string, message []byte) {
	b, err := intent.Parse(message)
	if err != nil {
		e.strange(name, "", err)
		return
	}
	scan, err := intent.Open(b)
	e.mu.Lock()
	at := intent.Scene{Manufacturer: e.broadcasts.Manufacturer(), Testing: e.testing == name}
	e.mu.Unlock()
	if err != nil {
		at.Testing = false // what is no scan enrols nobody
	}
	before := e.key.who()
	after, counts := before.Take(scan, at)
	since := e.now().Since
	switch {
	case errors.Is(err, intent.ErrFailed): // nothing was in front of it
	case err != nil && (!counts || errors.Is(err, intent.ErrOverlong) || errors.Is(err, intent.ErrLength)):
		e.strange(name, scan.Sender, err) // no scanner sends more than a code holds
	case err != nil:
		_ = e.line(ctx, name, "intent", nil, err)
	case !counts && e.key.same(scan.Payload, since): // some send each scan in two makers' forms
	case !counts:
		e.strange(name, scan.Sender, fmt.Errorf("%s's broadcast while %q is enrolled", scan.Maker, before.Maker))
	default:
		if before != after {
			e.log.Info("scan key enrolled", "maker", after.Maker, "sender", after.Sender)
			e.key.enrol(after)
			if e.keep != nil {
				e.keep(after)
			}
			e.up(name)
		}
		e.key.took(scan.Payload, since)
		_ = e.line(ctx, name, "intent", scan.Payload, nil)
	}
}

// strange notes a broadcast that does not count.
func (e *eyes) strange(name, sender string, why error) {
	e.log.Warn("a broadcast does not count", "sender", sender, "why", why)
	e.key.refuse(func() { e.fault(name+" stranger", "") })
	e.fault(name+" stranger", scanner.FaultForeignScan)
	e.changed()
}

func (k *ScanKey) who() intent.Enrolled {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.enrolled
}

func (k *ScanKey) enrol(e intent.Enrolled) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.enrolled = e
}

// refuse counts one, and has over called when none has followed for a while.
func (k *ScanKey) refuse(over func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refused++
	if k.quiet != nil {
		k.quiet.Stop()
	}
	k.quiet = time.AfterFunc(strangeFor, over)
}

func (k *ScanKey) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.quiet != nil {
		k.quiet.Stop()
	}
}

func (k *ScanKey) took(payload []byte, since time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last, k.lastAt = sha256.Sum256(payload), since
}

// same reports whether the newest scan is told once more.
func (k *ScanKey) same(payload []byte, since time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lastAt > 0 && since-k.lastAt < scanner.RepeatWindow && k.last == sha256.Sum256(payload)
}

func (k *ScanKey) state() (maker string, refused uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return string(k.enrolled.Maker), k.refused
}
