package wiretest

import (
	"context"
	"errors"
	"net"
	"sync"
)

// A Net is a network in memory: dialling it reaches whatever listener is
// plugged in at that moment. It works inside a testing/synctest bubble, where
// a real socket would stop the clock.
type Net struct {
	mu    sync.Mutex
	plug  *Listener
	conns map[*conn]bool
	cut   int // bytes the next connection may read, 0 for no limit
}

// Plug connects the network to a listener; nil unplugs it. Connections that
// exist are cut.
func (n *Net) Plug(l *Listener) {
	n.mu.Lock()
	n.plug = l
	open := n.conns
	n.conns = nil
	n.mu.Unlock()
	for c := range open {
		c.Close()
	}
}

// CutAfter has every later connection break after its dialler has read so
// many bytes; 0 mends it.
func (n *Net) CutAfter(bytes int) { n.mu.Lock(); n.cut = bytes; n.mu.Unlock() }

// Dial is a net.Dialer's DialContext.
func (n *Net) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.mu.Lock()
	l, cut := n.plug, n.cut
	n.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: errors.New("no route to host")}
	}
	here, there := net.Pipe()
	select {
	case l.conns <- there:
	case <-l.done:
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: errors.New("connection refused")}
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: ctx.Err()}
	}
	c := &conn{Conn: here, left: cut, limited: cut > 0}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conns == nil {
		n.conns = make(map[*conn]bool)
	}
	n.conns[c] = true
	return c, nil
}

// conn is the dialler's end.
type conn struct {
	net.Conn
	limited bool
	left    int
}

func (c *conn) Read(p []byte) (int, error) {
	if c.limited && c.left <= 0 {
		c.Close()
		return 0, &net.OpError{Op: "read", Net: "memory", Err: errors.New("connection reset")}
	}
	if c.limited && len(p) > c.left {
		p = p[:c.left]
	}
	n, err := c.Conn.Read(p)
	c.left -= n
	return n, err
}

// A Listener is a net.Listener in memory.
type Listener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

// Listen returns a listener nobody is plugged into yet.
func Listen() *Listener { return &Listener{conns: make(chan net.Conn), done: make(chan struct{})} }

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error { l.once.Do(func() { close(l.done) }); return nil }

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "memory"} }
