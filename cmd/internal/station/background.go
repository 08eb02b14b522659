package station

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"sync"
	"time"

	"chot/scanner"
	"chot/store"
	"chot/sync/uplink"
)

// A Network is what the system says of it, and of the battery, to a background
// round.
type Network struct {
	Metered    bool
	BatteryLow bool
}

// A Round is what a background round came to.
type Round struct {
	Plan   Work
	Sent   uint64        // entries a hub gave a receipt for
	Unsent uint64        // entries that still wait
	Bytes  int64         // both ways, without the handshake of TCP and below
	Fault  scanner.Fault // what stopped it, "" where it did its work
	// Again says that another round soon may do what this one did not: the
	// hub was away, or the round's limit was reached.
	Again bool
	// Yielded says that a station in this process has the journal, or wanted
	// it: it sends by itself.
	Yielded bool
}

const (
	// roundTime bounds a round. Android lets a job run for ten minutes.
	roundTime = 4 * time.Minute
	// roundTries is how often a round turns to a hub that is away: the system
	// calls again, with a pause that grows.
	roundTries = 3
	// roundBatch bounds a bundle, in bytes of entries, which packing halves: what
	// is lost where the limit cuts one.
	roundBatch = 64 << 10
)

// errBudget ends a round that has used its bytes.
var errBudget = errors.New("the round has used the bytes it may")

// SyncOnce sends what waits and fetches what is needed, once, where no station
// is running: a system's background job. It does no more than Conditions.Plan
// says, alarms first, within four minutes. Whatever ends it, also a kill, what
// was receipted is receipted and the rest waits; a station that is opened in this
// process meanwhile ends it at once and has the journal.
//
// Of o, what scans and what shows is not used. An error is of the device's folder.
func SyncOnce(ctx context.Context, dir string, n Network, o Options) (Round, error) {
	if !Enrolled(dir) {
		return Round{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	done, free := begin(dir, cancel)
	if !free {
		return Round{Yielded: true}, nil
	}
	defer done()

	m := &meter{dial: o.Dial, over: cancel}
	o.Sources, o.Observe, o.Speaker, o.Dial, o.round = Sources{}, nil, nil, m.Dial, true
	s, err := Open(dir, o)
	if errors.Is(err, store.ErrInUse) {
		return Round{Yielded: true}, nil
	}
	if err != nil {
		return Round{}, err
	}
	r, err := s.round(ctx, n, m)
	return r, errors.Join(err, s.Close())
}

// round is SyncOnce with the station open.
func (s *Station) round(ctx context.Context, n Network, m *meter) (Round, error) {
	before := s.store.Stats()
	c := Conditions{Metered: n.Metered, BatteryLow: n.BatteryLow, Unsent: before.Unsent(), Lists: s.lists.need(s.clock.reference())}
	if c.Unsent > 0 {
		var err error
		if c.Alarm, err = s.alarmWaits(ctx); err != nil {
			return Round{}, err
		}
	}
	r := Round{Plan: c.Plan()}
	m.limit = r.Plan.Bytes
	if r.Plan.Send {
		r.Fault = s.sendOnce(ctx)
	}
	if r.Plan.Fetch && ctx.Err() == nil && r.Fault != scanner.FaultHubAway && r.Fault != scanner.FaultRevoked {
		if err := s.FetchLists(ctx, ""); err != nil && r.Fault == "" {
			r.Fault = faultOf(err)
		}
	}
	after := s.store.Stats()
	r.Sent, r.Unsent, r.Bytes = after.Acknowledged-min(before.Acknowledged, after.Acknowledged), after.Unsent(), m.used()
	switch {
	case yielded(s.dir):
		r.Yielded = true
	case ctx.Err() != nil, r.Fault == scanner.FaultHubAway, r.Fault == scanner.FaultHubNotOurs:
		r.Again = true
	}
	return r, nil
}

// alarmWaits reports whether a watch-list hit is among what no hub has.
func (s *Station) alarmWaits(ctx context.Context) (bool, error) {
	for from := uint64(0); ctx.Err() == nil; {
		index, entry, _, _, _, err := s.store.NextAlarm(from)
		if err != nil || entry != nil {
			return entry != nil, err
		}
		if index == from {
			return false, nil
		}
		from = index
	}
	return false, nil
}

// sendOnce sends until nothing waits, and returns what stopped it.
func (s *Station) sendOnce(ctx context.Context) (fault scanner.Fault) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := s.client()
	defer client.CloseIdleConnections()
	troubles := 0
	u := s.uplink(client, func(st uplink.State) {
		switch st.Phase {
		case uplink.Idle:
			fault = ""
			cancel()
		case uplink.Waiting:
			fault = st.Fault
			if troubles++; troubles == roundTries || fault != scanner.FaultHubAway {
				cancel()
			}
		}
	})
	u.MaxBatch = roundBatch
	_ = u.Run(ctx, s.store.Changed()) // ends with ctx alone; what stopped it is observed
	return fault
}

// rounds are the background rounds of this process, by folder.
var rounds = struct {
	sync.Mutex
	under map[string]*turn
}{under: map[string]*turn{}}

type turn struct {
	cancel context.CancelFunc
	wanted bool // by a station
	done   chan struct{}
}

func folder(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}

// begin notes a round, unless there is one.
func begin(dir string, cancel context.CancelFunc) (done func(), free bool) {
	key := folder(dir)
	rounds.Lock()
	defer rounds.Unlock()
	if rounds.under[key] != nil {
		return nil, false
	}
	t := &turn{cancel: cancel, done: make(chan struct{})}
	rounds.under[key] = t
	return func() {
		rounds.Lock()
		delete(rounds.under, key)
		rounds.Unlock()
		close(t.done)
	}, true
}

// yielded reports whether a station wants the folder.
func yielded(dir string) bool {
	rounds.Lock()
	defer rounds.Unlock()
	t := rounds.under[folder(dir)]
	return t != nil && t.wanted
}

// endRound ends the round in a folder and waits for it: somebody stands there,
// and looks at the screen.
func endRound(dir string) {
	rounds.Lock()
	t := rounds.under[folder(dir)]
	if t != nil {
		t.wanted = true
		t.cancel()
	}
	rounds.Unlock()
	if t != nil {
		<-t.done
	}
}

// A meter counts what goes over the connections it dials, and calls over when
// it is more than limit.
type meter struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error) // nil is the network
	over  func()
	limit int64 // 0 is none

	mu   sync.Mutex
	sum  int64
	said bool
}

// Dial is a net.Dialer's DialContext.
func (m *meter) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	dial := m.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	c, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &metered{c, m}, nil
}

func (m *meter) used() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sum
}

// add counts bytes and reports whether they were within the limit.
func (m *meter) add(n int) bool {
	m.mu.Lock()
	m.sum += int64(n)
	over := m.limit > 0 && m.sum > m.limit
	say := over && !m.said
	m.said = m.said || over
	m.mu.Unlock()
	if say {
		m.over()
	}
	return !over
}

type metered struct {
	net.Conn
	meter *meter
}

func (c *metered) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if !c.meter.add(n) && err == nil {
		err = errBudget
	}
	return n, err
}

func (c *metered) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if !c.meter.add(n) && err == nil {
		err = errBudget
	}
	return n, err
}

// When the next round is due after one that did its work: lists are looked
// after at least so often, and an empty battery may be charged by then.
const (
	nextRound   = 4 * time.Hour
	nextYielded = 15 * time.Minute
)

// Next is when the next round is due, or below 0 for soon, with pauses that grow.
func (r Round) Next() time.Duration {
	switch {
	case r.Again:
		return -1
	case r.Yielded:
		return nextYielded
	}
	return nextRound
}
