package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"time"

	"chot/cmd/internal/card"
	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/scanner/credential"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/ui"
)

// hear takes what a source has read while the supervisor reads the hub's code
// or tests that source, and reports whether it did: such a read is judged by
// nobody. It is called from the sources' goroutines.
func (k *kiosk) hear(r station.Read) bool {
	k.mu.Lock()
	reading, testing := k.reading, k.testing
	k.mu.Unlock()
	switch {
	case reading:
		k.enrolmentRead(r.Bytes, time.Now())
	case testing != "" && r.Source == testing:
		c := credential.Open(r.Bytes, nil)
		k.model.TestRead(ui.TestReading{
			Source: r.Source, Scheme: c.Scheme(), MaskedID: c.Subject().Masked(), Bytes: len(r.Bytes), Garbled: card.Garbled(r.Bytes), At: time.Now(),
		})
	default:
		return false
	}
	k.invalidate()
	return true
}

func (k *kiosk) test(w ui.TestSource) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case w.On:
		k.testing = w.Name
	case k.testing == w.Name:
		k.testing = ""
	}
}

// tested is the source under test, "" for none.
func (k *kiosk) tested() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.testing
}

// judgedLast returns the newest scan's payload if it is the one meant, and
// not too old to belong to the person still standing there.
func (k *kiosk) judgedLast(seq uint64) (scanner.Payload, bool) {
	const standing = 2 * time.Minute
	k.mu.Lock()
	defer k.mu.Unlock()
	ok := k.last.payload.Bytes != nil && k.last.seq == seq && time.Since(k.last.at) < standing
	return k.last.payload, ok
}

func (k *kiosk) remember(seq uint64, p scanner.Payload) {
	p.Bytes = slices.Clone(p.Bytes)
	k.mu.Lock()
	clear(k.last.payload.Bytes)
	k.last = judged{seq, time.Now(), p}
	k.mu.Unlock()
}

// readEnrolment begins or ends the reading of a hub's code.
func (k *kiosk) readEnrolment(on bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reading = on
	if on {
		k.offered = nil
	}
}

// enrolmentRead looks at what was read for a hub's code, and shows what it
// says to be compared and confirmed.
func (k *kiosk) enrolmentRead(payload []byte, now time.Time) {
	e, err := parseEnrolment(payload)
	if err != nil {
		k.model.EnrolRead(ui.EnrolView{State: ui.EnrolFailed, Failure: ui.EnrolNotACode})
		return
	}
	v := ui.EnrolView{State: ui.EnrolOffered, Hub: host(e.Hub), Fingerprint: e.HubKey.ID(), Expires: e.Expires}
	if !e.Expires.IsZero() && now.After(e.Expires) {
		v.State, v.Failure = ui.EnrolFailed, ui.EnrolExpired
		k.model.EnrolRead(v)
		return
	}
	k.mu.Lock()
	k.offered = &e
	k.mu.Unlock()
	k.model.EnrolRead(v)
}

// parseEnrolment reads an enrolment as a reader may deliver it: with line ends
// or an AIM identifier.
func parseEnrolment(payload []byte) (wire.Enrolment, error) {
	b := bytes.TrimSpace(payload)
	if len(b) > 3 && b[0] == ']' {
		b = b[3:]
	}
	return wire.ParseEnrolment(b)
}

func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}

// mayLeaveHub reports whether the station may be enrolled anew: nobody but the
// present hub can take what still waits for it.
func (d *desk) mayLeaveHub() bool {
	if d.station.State().Stats.Unsent() == 0 {
		return true
	}
	d.model.SetEnrolment(ui.EnrolView{State: ui.EnrolFailed, Failure: ui.EnrolUnsent})
	d.invalidate()
	return false
}

// enrol joins the hub that was read and confirmed. No station may run.
func (k *kiosk) enrol(ctx context.Context) {
	k.mu.Lock()
	e := k.offered
	k.offered, k.reading = nil, false
	k.mu.Unlock()
	if e == nil {
		return
	}
	o := station.Options{Log: k.log}
	k.hand.equip(&o)
	g, err := station.Join(ctx, k.options.site, *e, o)
	v := ui.EnrolView{State: ui.EnrolDone, Hub: host(e.Hub), Fingerprint: e.HubKey.ID(), Expires: e.Expires, Checkpoint: g.Checkpoint, Lane: g.Lane}
	if err != nil && !errors.Is(err, station.ErrNoList) {
		k.log.Error("enrolment", "err", err)
		v.State, v.Failure = ui.EnrolFailed, enrolFailure(err)
	}
	k.model.SetEnrolment(v)
	k.invalidate()
}

// enrolFailure is how an enrolment that failed shows on the screen.
func enrolFailure(err error) ui.Failure {
	var p *wire.Problem
	var t *uplink.Trouble
	var path *fs.PathError
	switch {
	case errors.As(err, &p) && p.Code == wire.TokenExpired:
		return ui.EnrolExpired
	case errors.As(err, &p) && p.Code == wire.TokenUsed:
		return ui.EnrolUsed
	case errors.As(err, &t) && t.Fault == scanner.FaultHubAway:
		return ui.EnrolAway
	case errors.As(err, &t) && (t.Fault == scanner.FaultHubOther || t.Fault == scanner.FaultHubNotOurs):
		return ui.EnrolStranger
	case errors.As(err, &path):
		return ui.EnrolDisk
	}
	return ui.EnrolRefused
}
