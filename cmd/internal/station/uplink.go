package station

import (
	"context"
	"net/http"
	"time"

	"chot/store"
	"chot/sync/uplink"
)

// until runs a link again and again until ctx ends: each time somebody asks
// for it by kick, with a fresh start that has no patience to keep.
func until(ctx context.Context, kick <-chan struct{}, run func(context.Context) error) error {
	for {
		round, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- run(round) }()
		select {
		case err := <-ended:
			cancel()
			return err
		case <-kick:
			cancel()
			<-ended
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Refresh speaks to the hub now: what waits is sent and lists are asked for.
func (s *Station) Refresh() {
	for _, kick := range s.kicks {
		select {
		case kick <- struct{}{}:
		default: // asked for already
		}
	}
}

// runUplink sends the journal to the hub until ctx ends.
func (s *Station) runUplink(ctx context.Context) error {
	client := s.client()
	defer client.CloseIdleConnections()
	return s.uplink(client, func(st uplink.State) {
		s.mu.Lock()
		s.sync.Busy, s.sync.Fault = st.Phase == uplink.Sending, st.Fault
		if st.Receipt.After(s.sync.Heard) {
			s.sync.Heard = st.Receipt
		}
		s.mu.Unlock()
		s.fault("uplink", st.Fault)
		s.refreshFaults() // a receipt may have put the clock right
		s.changed()
	}).Run(ctx, s.store.Changed())
}

// uplink is the journal's way to the hub.
func (s *Station) uplink(client *http.Client, observe func(uplink.State)) *uplink.Uplink {
	return &uplink.Uplink{
		Journal: heard{s.store, s.clock}, Device: s.id.key.Verifier(), Hub: s.id.enrolment.Hub, HubKey: s.id.enrolment.HubKey, Client: client,
		Observe: func(st uplink.State) {
			if st.Err != nil {
				s.log.Warn("hub", "err", st.Err, "next", st.Next)
			}
			s.revoked(st.Revocation)
			observe(st)
		},
	}
}

// client speaks to the enrolled hub and to nobody else.
func (s *Station) client() *http.Client {
	c := uplink.Client(s.id.enrolment.Pin)
	if t, ok := c.Transport.(*http.Transport); ok && s.options.Dial != nil {
		t.DialContext = s.options.Dial
	}
	return c
}

// heard is the journal as the uplink sees it; a verified receipt also tells
// the clock what time the hub has.
type heard struct {
	*store.Store
	clock *clock
}

// Acknowledge moves the cursor and lets the hub's time confirm the clock.
func (h heard) Acknowledge(size uint64, receipt []byte, at time.Time) error {
	h.clock.heard(at)
	return h.Store.Acknowledge(size, receipt, at)
}
