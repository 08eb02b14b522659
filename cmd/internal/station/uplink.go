package station

import (
	"context"
	"net/http"
	"time"

	"chot/store"
	"chot/sync/uplink"
)

// runUplink sends the journal to the hub until ctx ends.
func (s *Station) runUplink(ctx context.Context) error {
	client := s.client()
	defer client.CloseIdleConnections()
	u := &uplink.Uplink{
		Journal: heard{s.store, s.clock}, Device: s.id.key.Verifier(), Hub: s.id.enrolment.Hub, HubKey: s.id.enrolment.HubKey, Client: client,
		Observe: func(st uplink.State) {
			if st.Err != nil {
				s.log.Warn("hub", "err", st.Err, "next", st.Next)
			}
			s.fault("uplink", st.Fault)
			s.refreshFaults() // a receipt may have put the clock right
			s.changed()
		},
	}
	return u.Run(ctx, s.store.Changed())
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
