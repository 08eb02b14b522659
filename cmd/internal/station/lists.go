package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"chot/cmd/internal/rules"
	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/roster"
	"chot/store"
	"chot/sync/downlink"
	"chot/sync/wire"
)

// lists keeps the signed lists and the trust in use current: it records what
// the downlink has verified, opens it, and hands it to the scanner.
type lists struct {
	*Station

	installing sync.Mutex // one update at a time: the hub's and a stick's may come at once

	mu      sync.Mutex
	down    *downlink.Downlink // nil until it is needed
	web     *http.Client       // its
	current map[string]held    // by the grant's name
	closed  bool
}

// held is a list in use.
type held struct {
	roster    *roster.Roster
	confirmed time.Time
}

func newLists(s *Station) *lists { return &lists{Station: s, current: map[string]held{}} }

// names are the granted lists, "<authority>/<name>", in the policy's order. Where
// the policy names none, it is the one that is granted.
func (l *lists) names() []string {
	var names []string
	for _, rule := range l.id.policy.Lists {
		names = append(names, rule.List)
	}
	if len(names) == 0 {
		for _, granted := range l.id.grant.Lists {
			names = append(names, rules.Name(granted))
		}
	}
	return names
}

// key is a granted list's, or nil.
func (l *lists) key(name string) []byte {
	for _, granted := range l.id.grant.Lists {
		if rules.Name(granted) == name {
			return granted.Key
		}
	}
	return nil
}

// damaged reports whether a list's installed file did not open, or a page of it
// failed its hash since.
func (l *lists) damaged(name string) bool {
	l.Station.mu.Lock()
	defer l.Station.mu.Unlock()
	return l.faults["list file "+name] != ""
}

// suspect has a damaged file fetched anew.
func (l *lists) suspect(name string) {
	l.fault("list file "+name, scanner.FaultListDamaged)
	l.mu.Lock()
	d := l.down
	l.mu.Unlock()
	if d != nil {
		d.Suspect(name)
	}
}

// examine suspects the lists that a verdict found damaged, whichever decided.
func (l *lists) examine(v scanner.Verdict) {
	for _, o := range v.Opinions {
		if o.State == scanner.Damaged {
			l.suspect(o.List)
		}
	}
	if names := l.names(); len(v.Opinions) == 0 && v.Reason == scanner.ListDamaged && len(names) > 0 {
		l.suspect(names[0])
	}
}

// load opens what the store has on record, with no connection. What cannot be
// opened leaves the rest in use.
func (l *lists) load() error {
	var errs []error
	trust, err := l.store.Trust()
	errs = append(errs, err)
	if trust != nil {
		t, err := credential.ParseTrust(trust)
		if err != nil {
			errs = append(errs, fmt.Errorf("read the installed trust: %w", err))
		} else {
			l.scanner.SetTrust(t)
		}
	}
	installed, err := l.store.Lists()
	errs = append(errs, err)
	for _, i := range installed {
		if !slices.Contains(l.names(), i.Name) {
			continue
		}
		m, err := roster.ParseManifest(i.Manifest)
		if err == nil {
			err = l.use(i.Name, i.Path, m, i.Confirmed)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// use opens a list file and hands it to the scanner in place of the one
// before. A file that does not open leaves the old one in use.
func (l *lists) use(name, path string, m roster.Manifest, confirmed time.Time) error {
	r, err := roster.Open(path, m, l.key(name))
	if err != nil {
		l.suspect(name)
		return fmt.Errorf("open installed list %s: %w", name, err)
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return r.Close()
	}
	l.current[name] = held{r, confirmed}
	l.mu.Unlock()
	old := l.scanner.SetList(name, r, confirmed)
	l.fault("list file "+name, "")
	if old != nil {
		return old.Close()
	}
	return nil
}

// statuses says which lists are in use and how old they are at a time.
func (l *lists) statuses(now time.Time) []ListStatus {
	var all []ListStatus
	for i, name := range l.names() {
		st := ListStatus{Name: name, Damaged: l.damaged(name)}
		if i < len(l.id.policy.Lists) {
			st.Optional = l.id.policy.Lists[i].Optional
		}
		l.mu.Lock()
		h, ok := l.current[name]
		l.mu.Unlock()
		if ok {
			m := h.roster.Manifest()
			st.List, st.Authority, st.Version, st.Age, st.Confirmed = m.Name, m.Authority, m.Version, m.Age(h.confirmed, now), h.confirmed
			if len(l.id.policy.Lists) > 0 {
				st.List = name
			}
		}
		all = append(all, st)
	}
	return all
}

func (l *lists) close() {
	l.mu.Lock()
	l.closed = true
	names := slices.Collect(maps.Keys(l.current))
	clear(l.current)
	l.mu.Unlock()
	for _, name := range names {
		if old := l.scanner.SetList(name, nil, time.Time{}); old != nil {
			old.Close()
		}
	}
}

// run refreshes lists and trust from the hub until ctx ends.
func (l *lists) run(ctx context.Context) error {
	d, err := l.downlink()
	if err != nil {
		return err
	}
	defer l.web.CloseIdleConnections()
	return d.Run(ctx)
}

// downlink is the station's one: two would write into each other's folder.
func (l *lists) downlink() (*downlink.Downlink, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down != nil {
		return l.down, nil
	}
	client := l.client()
	web, err := downlink.NewWeb(client, l.id.enrolment.Hub+wire.ListsPath)
	if err != nil {
		return nil, err
	}
	d, err := downlink.New(l.downlinkConfig(web))
	if err != nil {
		return nil, err
	}
	for _, name := range l.names() {
		if l.damaged(name) {
			d.Suspect(name)
		}
	}
	l.down, l.web = d, client
	return d, nil
}

func (l *lists) downlinkConfig(source downlink.Source) downlink.Config {
	return downlink.Config{
		Folder: filepath.Join(l.dir, "lists"), Root: l.id.grant.Root, Source: source, Lists: l.names(),
		Key: func(list string, _ uint32) []byte { return l.key(list) },
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

// Installed implements downlink.Observer.
func (l *lists) Installed(u downlink.Update) {
	if err := l.install(u); err != nil {
		l.log.Error("install lists", "err", err)
	}
}

// Refreshed implements downlink.Observer.
func (l *lists) Refreshed(u downlink.Update, err error, _ time.Duration) {
	if err != nil {
		l.log.Warn("lists not refreshed", "err", err)
	}
	if err := l.refreshed(u, err); err != nil {
		l.log.Debug("refresh ended", "err", err)
	}
}

// refreshed takes what a refresh gave, and returns its error and what came of
// using it.
func (l *lists) refreshed(u downlink.Update, err error) error {
	installed := l.install(u)
	if installed != nil {
		l.log.Error("install lists", "err", installed)
	}
	switch cause := downlink.CauseOf(err); {
	case cause == downlink.ErrInterrupted: // made room for a stick; it goes on by itself
	case cause == downlink.ErrNotPublished && l.haveRequired(u):
		l.fault("list source", "")
	default:
		l.fault("list source", faultOf(err))
	}
	l.refreshFaults()
	l.changed()
	return errors.Join(err, installed)
}

// haveRequired tells that a refresh lacks optional lists at most.
func (l *lists) haveRequired(u downlink.Update) bool {
	for _, rule := range l.id.policy.Lists {
		if !rule.Optional && !slices.ContainsFunc(u.Lists, func(have downlink.List) bool { return have.Name == rule.List }) {
			return false
		}
	}
	return len(l.id.policy.Lists) > 0
}

// Progress implements downlink.Observer.
func (l *lists) Progress(list string, done, total int64) {
	l.log.Debug("list download", "list", list, "bytes", done, "of", total)
	l.told(Fetching{list, done, total})
}

// install records what is verified, then uses it: in this order, so that a
// crash between the two finds it on record.
func (l *lists) install(u downlink.Update) error {
	l.installing.Lock()
	defer l.installing.Unlock()
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
	var errs []error
	for _, list := range u.Lists {
		errs = append(errs, l.record(list))
	}
	return errors.Join(errs...)
}

func (l *lists) noTrust() bool {
	t, err := l.store.Trust()
	return err == nil && t == nil
}

func (l *lists) record(list downlink.List) error {
	l.mu.Lock()
	h, ok := l.current[list.Name]
	// A file that was damaged is another one now, of the same contents.
	same := ok && h.roster.Manifest() == list.Manifest && !l.damaged(list.Name)
	again := same && !list.Confirmed.After(h.confirmed)
	// A refresh that made room for a stick tells only afterwards what it had.
	older := ok && list.Version < h.roster.Manifest().Version
	l.mu.Unlock()
	if again || older {
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
		if _, ok := l.current[list.Name]; ok {
			l.current[list.Name] = held{h.roster, list.Confirmed}
		}
		l.mu.Unlock()
		l.scanner.SetConfirmed(list.Name, list.Confirmed)
		return nil
	}
	return l.use(list.Name, list.Path, list.Manifest, list.Confirmed)
}

// faultOf is how a failed refresh shows on the screen.
func faultOf(err error) scanner.Fault {
	if err == nil || errors.Is(err, context.Canceled) {
		return ""
	}
	switch downlink.CauseOf(err) {
	case downlink.ErrNoConnection:
		return scanner.FaultHubAway
	case downlink.ErrNotRepository:
		return scanner.FaultHubNotOurs
	case downlink.ErrForbidden:
		return scanner.FaultHubRefuses
	case downlink.ErrStorage:
		return scanner.FaultListStorage
	}
	return scanner.FaultListSource
}
