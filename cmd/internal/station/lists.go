package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/roster"
	"chot/store"
	"chot/sync/downlink"
	"chot/sync/wire"
)

// lists keeps the signed list and the trust in use current: it records what
// the downlink has verified, opens it, and hands it to the scanner.
type lists struct {
	*Station
	down *downlink.Downlink

	mu        sync.Mutex
	current   *roster.Roster
	confirmed time.Time
	closed    bool
}

func newLists(s *Station) *lists { return &lists{Station: s} }

// wanted is the list this station asks about, "<authority>/<name>". A grant
// may name several; the first decides.
func wanted(g wire.Grant) (name string, key []byte, ok bool) {
	if len(g.Lists) == 0 {
		return "", nil, false
	}
	l := g.Lists[0]
	return l.Authority + "/" + l.Name, l.Key, true
}

func (l *lists) wantedName() string {
	name, _, _ := wanted(l.id.grant)
	return name
}

// damaged reports whether the installed file did not open, or a page of it
// failed its hash since.
func (l *lists) damaged() bool {
	l.Station.mu.Lock()
	defer l.Station.mu.Unlock()
	return l.faults["list file"] != ""
}

// suspect has a damaged file fetched anew.
func (l *lists) suspect() {
	l.fault("list file", scanner.FaultListDamaged)
	l.mu.Lock()
	d := l.down
	l.mu.Unlock()
	if d != nil {
		d.Suspect(l.wantedName())
	}
}

// load opens what the store has on record, with no connection.
func (l *lists) load() error {
	trust, err := l.store.Trust()
	if err != nil {
		return err
	}
	if trust != nil {
		t, err := credential.ParseTrust(trust)
		if err != nil {
			return fmt.Errorf("read the installed trust: %w", err)
		}
		l.scanner.SetTrust(t)
	}
	installed, err := l.store.Lists()
	if err != nil {
		return err
	}
	name, _, ok := wanted(l.id.grant)
	for _, i := range installed {
		if ok && i.Name == name {
			m, err := roster.ParseManifest(i.Manifest)
			if err != nil {
				return err
			}
			return l.use(i.Path, m, i.Confirmed)
		}
	}
	return nil
}

// use opens a list file and hands it to the scanner in place of the one
// before. A file that does not open leaves the old one in use.
func (l *lists) use(path string, m roster.Manifest, confirmed time.Time) error {
	_, key, ok := wanted(l.id.grant)
	if !ok {
		return errors.New("the grant names no list: have the hub grant one and enrol again")
	}
	r, err := roster.Open(path, m, key)
	if err != nil {
		l.suspect()
		return fmt.Errorf("open installed list: %w", err)
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return r.Close()
	}
	l.current, l.confirmed = r, confirmed
	l.mu.Unlock()
	old := l.scanner.SetList(r, confirmed)
	l.fault("list file", "")
	if old != nil {
		return old.Close()
	}
	return nil
}

// standing says which list is in use and how old it is at a time.
func (l *lists) standing(now time.Time) (name string, version uint64, age roster.Age, confirmed time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == nil {
		return "", 0, roster.Expired, time.Time{}
	}
	m := l.current.Manifest()
	return m.Name, m.Version, m.Age(l.confirmed, now), l.confirmed
}

func (l *lists) close() {
	l.mu.Lock()
	l.closed, l.current = true, nil
	l.mu.Unlock()
	if old := l.scanner.SetList(nil, time.Time{}); old != nil {
		old.Close()
	}
}

// run refreshes lists and trust from the hub until ctx ends.
func (l *lists) run(ctx context.Context) error {
	client := l.client()
	defer client.CloseIdleConnections()
	d, err := l.downlink(client)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.down = d
	l.mu.Unlock()
	if l.damaged() {
		d.Suspect(l.wantedName())
	}
	return d.Run(ctx)
}

func (l *lists) downlink(client *http.Client) (*downlink.Downlink, error) {
	web, err := downlink.NewWeb(client, l.id.enrolment.Hub+wire.ListsPath)
	if err != nil {
		return nil, err
	}
	return downlink.New(l.downlinkConfig(web))
}

func (l *lists) downlinkConfig(source downlink.Source) downlink.Config {
	name, key, ok := wanted(l.id.grant)
	var names []string
	if ok {
		names = []string{name}
	}
	return downlink.Config{
		Folder: filepath.Join(l.dir, "lists"), Root: l.id.grant.Root, Source: source, Lists: names,
		Key: func(list string, _ uint32) []byte {
			if list == name {
				return key
			}
			return nil
		},
		Floor: func(list string) uint64 {
			installed, err := l.store.Lists()
			if err != nil {
				return 0
			}
			for _, i := range installed {
				if i.Name == list {
					return i.Version
				}
			}
			return 0
		},
		Now: l.clock.reference, Observer: l, Every: time.Duration(l.config.Link.RefreshMinutes) * time.Minute,
	}
}

// FetchLists refreshes lists once from a folder (a USB stick) or, with
// folder "", from the hub.
func (s *Station) FetchLists(ctx context.Context, folder string) error {
	client := s.client()
	defer client.CloseIdleConnections()
	d, err := s.lists.downlink(client)
	if err != nil {
		return err
	}
	var u downlink.Update
	if folder == "" {
		u, err = d.Refresh(ctx, s.clock.reference())
	} else {
		u, err = d.RefreshFrom(ctx, downlink.Folder(folder), s.clock.reference())
	}
	s.lists.Refreshed(u, err, 0)
	return err
}

// Installed implements downlink.Observer.
func (l *lists) Installed(u downlink.Update) {
	if err := l.install(u); err != nil {
		l.log.Error("install lists", "err", err)
	}
}

// Refreshed implements downlink.Observer.
func (l *lists) Refreshed(u downlink.Update, err error, _ time.Duration) {
	if e := l.install(u); e != nil {
		l.log.Error("install lists", "err", e)
	}
	if err != nil {
		l.log.Warn("lists not refreshed", "err", err)
	}
	l.fault("list source", faultOf(err))
	l.refreshFaults()
	l.changed()
}

// Progress implements downlink.Observer.
func (l *lists) Progress(list string, done, total int64) {
	l.log.Debug("list download", "list", list, "bytes", done, "of", total)
}

// install records what is verified, then uses it: in this order, so that a
// crash between the two finds it on record.
func (l *lists) install(u downlink.Update) error {
	if err := l.store.Observe(u.Signed); err != nil {
		return err
	}
	if u.Trust.New || (u.Trust.Path != "" && l.noTrust()) {
		b, err := os.ReadFile(u.Trust.Path)
		if err != nil {
			return err
		}
		t, err := credential.ParseTrust(b)
		if err != nil {
			return fmt.Errorf("read the fetched trust: %w", err)
		}
		if err := l.store.PutTrust(b); err != nil {
			return err
		}
		l.scanner.SetTrust(t)
	}
	for _, list := range u.Lists {
		if err := l.record(list); err != nil {
			return err
		}
	}
	return nil
}

func (l *lists) noTrust() bool {
	t, err := l.store.Trust()
	return err == nil && t == nil
}

func (l *lists) record(list downlink.List) error {
	l.mu.Lock()
	same := l.current != nil && l.current.Manifest() == list.Manifest
	again := same && l.confirmed.Equal(list.Confirmed)
	l.mu.Unlock()
	if again {
		return nil
	}
	manifest, err := json.Marshal(list.Manifest)
	if err != nil {
		return err
	}
	err = l.store.PutList(store.InstalledList{
		Authority: list.Manifest.Authority, Name: list.Name, Path: list.Path, Version: list.Version, Manifest: manifest, Confirmed: list.Confirmed,
	})
	if err != nil {
		return err
	}
	if same {
		l.mu.Lock()
		l.confirmed = list.Confirmed
		l.mu.Unlock()
		l.scanner.SetConfirmed(list.Confirmed)
		return nil
	}
	return l.use(list.Path, list.Manifest, list.Confirmed)
}

// faultOf is how a failed refresh shows on the screen.
func faultOf(err error) scanner.Fault {
	if err == nil || errors.Is(err, context.Canceled) {
		return ""
	}
	switch downlink.CauseOf(err) {
	case downlink.ErrNoConnection, downlink.ErrInterrupted:
		return scanner.FaultHubAway
	case downlink.ErrNotRepository:
		return scanner.FaultHubNotOurs
	case downlink.ErrForbidden:
		return scanner.FaultHubRefuses
	case downlink.ErrStorage:
		return scanner.FaultJournal
	}
	return scanner.FaultListSource
}
