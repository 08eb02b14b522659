package uplink

import (
	"bytes"
	"context"
	"errors"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// A Watcher is a Journal that can show the hits of a watch list out of turn.
type Watcher interface {
	// NextAlarm returns the first hit at or after from that is not
	// acknowledged, the proof that it is in the log, and the signed head the
	// proof is for. Without one entry is nil, and index is where to look from
	// next time. The encapsulation is of the entry's segment, nil if the hub has
	// it or will with the entry itself.
	NextAlarm(from uint64) (index uint64, entry []byte, proof [][32]byte, head, encapsulation []byte, err error)
}

// alarmTimeout is for one alarm: about a kilobyte.
const alarmTimeout = 30 * time.Second

// An alarms is what Run remembers of alarms. It need not outlive it: a hub
// takes an alarm again without harm.
type alarms struct {
	next uint64 // log index to look from
	deaf bool   // the hub is of a version that takes none
	bare bool   // it is of one that takes them without an encapsulation only
}

// alarmsAtOnce bounds how many hits go before a bundle: after weeks offline
// there may be hundreds, and they too share the link.
const alarmsAtOnce = 8

// sendAlarms sends the watch-list hits that would wait: those at or after log
// index to, where the next bundle ends. The log's order and the cursor are not
// touched; each hit goes again with its run. So a hit that the hub refuses, or
// that cannot be read, blocks nothing: its run will tell why.
func (r *run) sendAlarms(ctx context.Context, to uint64) error {
	w, ok := r.Journal.(Watcher)
	if !ok {
		return nil
	}
	for sent := 0; sent < alarmsAtOnce && !r.alarms.deaf; {
		from := max(r.alarms.next, to)
		index, entry, proof, head, encapsulation, err := w.NextAlarm(from)
		if err != nil || entry == nil && index == from {
			return nil
		}
		r.alarms.next = index
		if entry == nil {
			continue
		}
		if err := r.sendAlarm(ctx, wire.Alarm{Device: r.Device.ID(), Index: index, Entry: entry, Proof: proof, Head: head, Encapsulation: encapsulation}); err != nil {
			return err
		}
		r.alarms.next = index + 1
		sent++
	}
	return nil
}

// sendAlarm makes one exchange. Its error is of the link, never a refusal.
func (r *run) sendAlarm(ctx context.Context, a wire.Alarm) error {
	if r.alarms.bare {
		a.Encapsulation = nil
	}
	packed, err := a.MarshalBinary()
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, min(alarmTimeout, orDefault(r.Timeout, alarmTimeout)))
	defer cancel()
	answer, _, err := post(ctx, r.Client, r.Hub+wire.AlarmsPath, wire.AlarmType, packed, nil, wire.AlarmType, 256)
	var p *wire.Problem
	switch {
	case errors.As(err, &p) && p.Code == wire.BadBundle && a.Encapsulation != nil:
		r.alarms.bare = true // an older hub, perhaps
		return r.sendAlarm(ctx, a)
	case errors.As(err, &p):
		r.alarms.deaf = p.Code == wire.NotFound // an older hub
		return nil
	case err != nil:
		return err
	case !bytes.Equal(answer, a.Taken()):
		return &Trouble{Fault: scanner.FaultHubNotOurs, Err: errors.New("the answer to an alarm is not a hub's")}
	}
	return nil
}

// alarmed reports whether a watch-list hit came since the last look: reason
// enough to try a hub that was away at once, and not at the next attempt.
func (r *run) alarmed() bool {
	w, ok := r.Journal.(Watcher)
	if !ok || r.alarms.deaf {
		return false
	}
	from := max(r.alarms.next, r.hurried)
	for {
		index, entry, _, _, _, err := w.NextAlarm(from)
		switch {
		case err != nil:
			return false
		case entry != nil:
			r.hurried = index + 1 // each hit hurries once
			return true
		case index == from:
			return false
		}
		from, r.hurried = index, index
	}
}
