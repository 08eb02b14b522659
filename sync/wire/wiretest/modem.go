package wiretest

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// A Modem is a slow link that is cut now and then: what is dialled through it
// shares Rate each way, arrives Delay later, and breaks at both ends when the
// link does. Inside a testing/synctest bubble its time is virtual. The zero
// Hold never cuts.
//
// What it leaves out: the headers of IP and TCP (some 3 % at 1,400 bytes a
// packet) and the loss that TCP repairs; Rate is what is left for TLS.
type Modem struct {
	To    *Net
	Rate  int                  // bytes a second, each way
	Delay time.Duration        // one way: half a round trip
	Hold  func() time.Duration // how long the link holds until it is cut the next time

	mu       sync.Mutex
	busy     [2]time.Time // until when each way is taken
	carried  [2]int       // bytes, up and down
	cuts     int
	breakers map[*modemConn]bool
}

// buffered is how many packets the systems at both ends take without making
// anybody wait. Nobody may: a writer that sleeps holds its connection's lock,
// and who waits for a lock stops a bubble's clock.
const (
	packet   = 1400
	buffered = 1 << 12
)

// Carried returns how many bytes arrived above and below, and how often the link was
// cut.
func (m *Modem) Carried() (up, down, cuts int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.carried[0], m.carried[1], m.cuts
}

// Dial is a net.Dialer's DialContext; it takes a round trip, as TCP does.
func (m *Modem) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	select {
	case <-time.After(2 * m.Delay):
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "modem", Err: ctx.Err()}
	}
	inner, err := m.To.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &modemConn{Conn: inner, link: m, broken: make(chan struct{}), up: make(chan parcel, buffered), down: make(chan parcel, buffered)}
	m.mu.Lock()
	if m.breakers == nil {
		m.breakers = make(map[*modemConn]bool)
		m.arm()
	}
	m.breakers[c] = true
	m.mu.Unlock()
	go c.deliver()
	go c.receive()
	return c, nil
}

// arm sets the next cut. It holds mu.
func (m *Modem) arm() {
	if m.Hold == nil {
		return
	}
	time.AfterFunc(m.Hold(), func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(m.breakers) == 0 {
			m.breakers = nil // nobody is there: the next to dial arms it again
			return
		}
		m.cuts++
		for c := range m.breakers {
			c.stop()
		}
		m.breakers = map[*modemConn]bool{}
		m.busy = [2]time.Time{}
		m.arm()
	})
}

// carry takes n bytes one way and returns when the last of them arrives.
func (m *Modem) carry(way, n int) (due time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); m.busy[way].Before(now) {
		m.busy[way] = now
	}
	m.busy[way] = m.busy[way].Add(time.Duration(n) * time.Second / time.Duration(m.Rate))
	return m.busy[way].Add(m.Delay)
}

func (m *Modem) arrived(way, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.carried[way] += n
}

// A parcel is bytes under way.
type parcel struct {
	content []byte
	due     time.Time
}

// modemConn is the dialler's end.
type modemConn struct {
	net.Conn // to the other end, without any delay
	link     *Modem
	once     sync.Once
	broken   chan struct{}
	up, down chan parcel
	rest     []byte // of what arrived, not yet read
}

var errCut = &net.OpError{Op: "read", Net: "modem", Err: errors.New("connection reset by peer")}

func (c *modemConn) stop() {
	c.once.Do(func() {
		close(c.broken)
		c.Conn.Close()
	})
}

// Close implements net.Conn.
func (c *modemConn) Close() error {
	c.link.mu.Lock()
	delete(c.link.breakers, c)
	c.link.mu.Unlock()
	c.stop()
	return nil
}

// sleep reports whether the connection held until t.
func (c *modemConn) sleep(t time.Time) bool {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.broken:
		return false
	}
}

// Write implements net.Conn.
func (c *modemConn) Write(b []byte) (written int, err error) {
	for len(b) > 0 {
		n := min(len(b), packet)
		select {
		case c.up <- parcel{append([]byte(nil), b[:n]...), c.link.carry(0, n)}:
		case <-c.broken:
			return written, errCut
		}
		written, b = written+n, b[n:]
	}
	return written, nil
}

// deliver hands what goes up to the other end when it is due.
func (c *modemConn) deliver() {
	for {
		select {
		case p := <-c.up:
			if !c.sleep(p.due) {
				return
			}
			c.link.arrived(0, len(p.content))
			if _, err := c.Conn.Write(p.content); err != nil {
				c.stop()
				return
			}
		case <-c.broken:
			return
		}
	}
}

// receive takes what comes down from the other end.
func (c *modemConn) receive() {
	defer close(c.down)
	for {
		b := make([]byte, packet)
		n, err := c.Conn.Read(b)
		if n > 0 {
			select {
			case c.down <- parcel{b[:n], c.link.carry(1, n)}:
			case <-c.broken:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// Read implements net.Conn.
func (c *modemConn) Read(b []byte) (int, error) {
	for len(c.rest) == 0 {
		select {
		case p, open := <-c.down:
			if !open {
				return 0, errCut
			}
			if !c.sleep(p.due) {
				return 0, errCut
			}
			c.link.arrived(1, len(p.content))
			c.rest = p.content
		case <-c.broken:
			return 0, errCut
		}
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// SetDeadline and its kin do nothing: whoever dials through a Modem gives up
// by closing.
func (c *modemConn) SetDeadline(time.Time) error      { return nil }
func (c *modemConn) SetReadDeadline(time.Time) error  { return nil }
func (c *modemConn) SetWriteDeadline(time.Time) error { return nil }
