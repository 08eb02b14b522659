package uplink

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"chot/scanner"
	"chot/sync/wire"
)

// A flight is a bundle on its way to the hub. On a slow link the next one
// leaves when this one's last byte has been handed over, and not a round trip
// later; receipts still count in the log's order.
type flight struct {
	from   uint64    // log index of its first entry
	own    wire.Head // over the log up to its last entry
	bytes  int       // of entries
	behind bool      // it left before the one ahead of it had a receipt

	began time.Time
	gone  chan struct{} // closed when all of it has been handed over
	done  chan struct{} // closed when what follows stands

	receipt wire.Receipt
	err     error
	ended   time.Time
}

// launch sends what follows the flights under way. It returns nil when there
// is nothing to send.
func (r *run) launch(ctx context.Context, ahead []*flight) (*flight, error) {
	next, flying := uint64(0), 0
	for _, f := range ahead {
		next, flying = f.own.Size(), flying+f.bytes
	}
	from, entries, own, err := unsent(r.Journal, r.Device, flying+r.batch.limit)
	if err != nil {
		return nil, err
	}
	next = max(next, from) // the cursor may have moved beyond, by a longer receipt or a stick's
	skip := min(next-from, uint64(len(entries)))
	entries = entries[skip:]
	switch {
	case len(entries) > 0:
	case len(ahead) > 0, r.alive, len(own.Text()) == 0:
		return nil, nil
	}
	if err := r.sendAlarms(ctx, own.Size()); err != nil {
		return nil, err
	}
	from = own.Size() - uint64(len(entries))
	bundle := wire.Bundle{Device: r.Device.ID(), From: from, Entries: entries, Head: own.Text()}
	if r.base != nil && r.base.first == from {
		bundle.Frontier, bundle.Receipt = r.base.frontier, r.base.receipt
	}
	packed, err := bundle.MarshalBinary()
	if err != nil {
		return nil, &Trouble{Fault: scanner.FaultJournal, Err: err}
	}
	r.show(State{Phase: Sending, Fault: r.last.Fault, Err: r.last.Err})
	f := &flight{from: from, own: own, bytes: bytesOf(entries), behind: len(ahead) > 0, began: time.Now(), gone: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(f.done)
		f.receipt, f.err = r.exchange(ctx, packed, sync.OnceFunc(func() { close(f.gone) }))
		f.ended = time.Now()
	}()
	return f, nil
}

// errAgain: nothing is wrong with the link or the hub, but the bundles must be
// cut differently.
var errAgain = errors.New("try again with other bundles")

// convoy keeps bundles on their way, one or, on a slow link, two, until there
// is nothing left to send or one has failed; the others are then called back.
// It reports whether it sent any entries.
func (r *run) convoy(ctx context.Context) (sent bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var flights []*flight
	defer func() {
		cancel()
		for _, f := range flights {
			<-f.done
		}
	}()
	var last time.Time // of the last receipt
	for {
		for len(flights) < r.batch.abreast() {
			f, err := r.launch(ctx, flights)
			if errors.Is(err, wire.ErrTooLarge) && r.batch.halve() {
				if len(flights) == 0 {
					return sent, errAgain
				}
				break
			}
			if err != nil {
				return sent, err
			}
			if f == nil {
				break
			}
			flights = append(flights, f)
			select {
			case <-f.gone:
			case <-f.done:
			}
		}
		if len(flights) == 0 {
			return sent, nil
		}
		f := flights[0]
		<-f.done
		flights = flights[1:]
		if f.err != nil {
			t := troubleOf(f.err)
			if f.behind && t.problem != nil && t.problem.Code == wire.Gap {
				return sent, errAgain // it overtook the one ahead of it
			}
			t.from = f.from
			return sent, t
		}
		if err := r.settle(f.own, f.receipt); err != nil {
			return sent, err
		}
		if f.began.After(last) {
			last = f.began
		}
		r.batch.sent(f.bytes, f.ended.Sub(last))
		last = f.ended
		r.pause.reset()
		r.alive, r.rewind, r.base = true, false, nil
		r.last.Acknowledged, r.last.Receipt = f.receipt.Size(), f.receipt.Time()
		sent = sent || f.bytes > 0
		if r.batch.abreast() == 1 && len(flights) == 0 {
			return sent, nil
		}
	}
}

// handed reports when the last byte of a request's body has been taken from it.
type handed struct {
	io.Reader
	left int
	gone func()
}

func body(content []byte, gone func()) *handed {
	return &handed{bytes.NewReader(content), len(content), gone}
}

func (h *handed) Read(b []byte) (int, error) {
	n, err := h.Reader.Read(b)
	if h.left -= n; h.left == 0 && h.gone != nil {
		h.gone()
	}
	return n, err
}
