package station

import (
	"context"
	"errors"

	"chot/scanner"
	"chot/sync/downlink"
)

// FetchLists refreshes lists once from a folder (a USB stick) or, with
// folder "", from the hub.
func (s *Station) FetchLists(ctx context.Context, folder string) error {
	if folder != "" {
		_, err := s.TakeLists(ctx, folder)
		return err
	}
	l := s.lists
	d, err := l.downlink()
	if err != nil {
		return err
	}
	defer l.web.CloseIdleConnections()
	return l.refreshed(d.Refresh(ctx, s.clock.reference()))
}

// TakeLists brings lists from a folder, such as a repository on a stick, also
// while the station runs: it takes precedence over a fetch from the hub that is
// under way. What is new, and how many lists that are, is in use when it
// returns; its error carries a downlink.Cause. What is wrong with a stick is no
// fault of the station: whoever put it in is told.
func (s *Station) TakeLists(ctx context.Context, folder string) (fresh int, err error) {
	l := s.lists
	d, err := l.downlink()
	if err != nil {
		return 0, err
	}
	u, err := d.RefreshFrom(ctx, downlink.Folder(folder), s.clock.reference())
	if installed := l.install(u); installed != nil {
		l.log.Error("install lists", "err", installed)
		err = errors.Join(err, installed)
	}
	for _, list := range u.Lists {
		if list.New {
			fresh++
		}
	}
	if downlink.CauseOf(err) == downlink.ErrNotPublished && l.haveRequired(u) {
		err = nil // what it lacks may be done without
	}
	switch {
	case err == nil:
		l.fault("list source", "")
	case downlink.CauseOf(err) == downlink.ErrStorage:
		l.fault("list source", scanner.FaultListStorage)
	}
	l.refreshFaults()
	l.changed()
	return fresh, err
}
