package downlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"chot/scanner/roster"
)

// A Config is what a device knows from its enrolment and its settings.
type Config struct {
	Folder string   // the downlink's own
	Root   []byte   // TUF root metadata from the enrolment
	Source Source   // where Run and Refresh look
	Lists  []string // wanted, "<authority>/<name>"

	// Key gives the key of a list in an epoch, nil where the device has none.
	Key func(list string, epoch uint32) []byte

	// Floor gives the version of a list recorded as installed, 0 for none.
	// Nothing older is accepted, even where this package's folder was lost; and
	// once a version is recorded, the file of the one before is removed. May be
	// nil: then that one is kept.
	Floor func(list string) uint64

	// Now is the reference time for Run: the wall clock, raised to the highest
	// time the device has ever seen. nil is the wall clock alone.
	Now func() time.Time

	Observer Observer      // may be nil
	Every    time.Duration // between refreshes of Run; 0 is 15 minutes
	MaxList  int64         // longest list accepted, in bytes; 0 is 2 GiB

	// Reserve is how many bytes of the disk a download leaves free, for the
	// journal's sake; 0 is 64 MiB.
	Reserve int64
}

// An Observer hears what Run and Refresh do. Its methods are called on the
// goroutine that refreshes and must not block.
type Observer interface {
	// Refreshed reports each refresh of Run, and when the next one is due.
	Refreshed(u Update, err error, next time.Duration)
	// Installed reports an update as far as it got, each time it has put
	// something new in place: a long download must not hold back a short one.
	Installed(u Update)
	// Progress reports a download, of the whole list or of the deltas to it: bytes
	// here, and bytes in all.
	Progress(list string, done, total int64)
}

// An Update is what one refresh established.
type Update struct {
	// Signed is when the authority signed the timestamp: the true time is not
	// before it. Expires is until when it vouches.
	Signed, Expires time.Time
	RootVersion     int64
	Lists           []List // those in order, as in Config.Lists
	Trust           Trust
}

// A List is one list that is verified, installed and current.
type List struct {
	Name      string // "<authority>/<name>"
	Version   uint64
	Path      string
	Manifest  roster.Manifest
	Confirmed time.Time // when the authority last signed that this is current
	New       bool      // installed by this refresh
	Patched   bool      // and made from the version before by deltas
}

// Trust is the issuers' keys as published; the zero value where the authority
// publishes none.
type Trust struct {
	Path      string
	SHA256    [32]byte
	Confirmed time.Time
	New       bool
}

// A Downlink keeps a device's lists current.
type Downlink struct {
	config    Config
	cache     cache
	disk      disk
	pause     time.Duration // between fruitless connections
	room      func(path string) (int64, error)
	piecewise int64 // lists from this length on are checked page by page

	turn    chan struct{} // holds one token: whoever takes it refreshes
	mu      sync.Mutex
	current context.CancelCauseFunc // of the refresh under way
	suspect map[string]bool         // lists whose installed file is to be read through
	seen    map[string]bool         // files read through since the start
	nudge   chan struct{}
}

const (
	defaultEvery   = 15 * time.Minute
	defaultMaxList = 2 << 30
	defaultReserve = 64 << 20
	maxTrust       = 32 << 20
)

// listForm reports whether a name is <authority>/<name>: 1 to 63 of a-z, 0-9 and,
// not first, -; then 1 to 64 of a-z, 0-9, _ and, not first, - and dots. It is a loop
// because a regular expression brings tables of all of Unicode to every device.
func listForm(name string) bool {
	authority, list, ok := strings.Cut(name, "/")
	return ok && formed(authority, 63, "", "-") && formed(list, 64, "_", "_.-")
}

// formed reports whether s has 1 to most letters, digits and signs: of these only
// those of first may come first.
func formed(s string, most int, first, signs string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case i == 0 && strings.IndexByte(first, c) >= 0, i > 0 && strings.IndexByte(signs, c) >= 0:
		default:
			return false
		}
	}
	return 0 < len(s) && len(s) <= most
}

// New checks the configuration and prepares the folder. It needs no
// connection.
func New(c Config) (*Downlink, error) {
	if c.Folder == "" || c.Source == nil || c.Key == nil {
		return nil, errors.New("downlink: folder, source and list keys are required")
	}
	for _, name := range c.Lists {
		if !listForm(name) {
			return nil, fmt.Errorf("downlink: list %q: want <authority>/<name> in lower-case letters, digits, hyphens", name)
		}
	}
	if c.Every <= 0 {
		c.Every = defaultEvery
	}
	if c.MaxList <= 0 {
		c.MaxList = defaultMaxList
	}
	if c.Reserve <= 0 {
		c.Reserve = defaultReserve
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	d := &Downlink{
		config: c, cache: cache{folder: filepath.Join(c.Folder, "metadata")}, pause: pause, room: room, piecewise: piecewise,
		turn: make(chan struct{}, 1), nudge: make(chan struct{}, 1),
		suspect: map[string]bool{}, seen: map[string]bool{},
	}
	d.turn <- struct{}{}
	for _, folder := range []string{d.cache.folder, d.parts(), filepath.Join(c.Folder, "lists")} {
		if err := d.disk.makeFolder(folder); err != nil {
			return nil, because(ErrStorage, fmt.Errorf("downlink: %w", err))
		}
	}
	if _, _, err := d.cache.newestRoot(c.Root); err != nil {
		return nil, fmt.Errorf("downlink: %w", err)
	}
	return d, nil
}

func (d *Downlink) parts() string { return filepath.Join(d.config.Folder, "parts") }

// Suspect has the installed file of a list read through at the next refresh
// and fetched anew if it is damaged: for whoever met roster.ErrDamaged.
func (d *Downlink) Suspect(list string) {
	d.mu.Lock()
	d.suspect[list] = true
	d.mu.Unlock()
	d.Nudge()
}

// Nudge has Run refresh at once, say when the network came back.
func (d *Downlink) Nudge() {
	select {
	case d.nudge <- struct{}{}:
	default:
	}
}

// Refresh asks the source once. now is the reference time for everything that
// expires.
//
// The Update is usable even when the error is not nil: it holds what could be
// established, and lists that are not in it stay as they were. The error
// carries a Cause.
func (d *Downlink) Refresh(ctx context.Context, now time.Time) (Update, error) {
	return d.refresh(ctx, d.config.Source, now)
}

// RefreshFrom is Refresh from another source, such as a stick somebody has
// just put in. A refresh under way elsewhere makes room; what it has fetched
// so far is not lost.
func (d *Downlink) RefreshFrom(ctx context.Context, src Source, now time.Time) (Update, error) {
	d.mu.Lock()
	if d.current != nil {
		d.current(ErrInterrupted)
	}
	d.mu.Unlock()
	return d.refresh(ctx, src, now)
}

func (d *Downlink) refresh(ctx context.Context, src Source, now time.Time) (Update, error) {
	select {
	case <-d.turn:
	case <-ctx.Done():
		return Update{}, classify(ctx.Err())
	}
	ctx, cancel := context.WithCancelCause(ctx)
	d.mu.Lock()
	d.current = cancel
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.current = nil
		d.mu.Unlock()
		cancel(nil)
		d.turn <- struct{}{}
	}()
	u, err := d.update(ctx, src, now)
	if err != nil {
		return u, fmt.Errorf("refresh lists: %w", classify(err))
	}
	return u, nil
}

func (d *Downlink) update(ctx context.Context, src Source, now time.Time) (Update, error) {
	s, err := d.begin(ctx, src, now)
	if s == nil || err != nil {
		return Update{}, err
	}
	u := Update{Signed: s.signed, Expires: s.expires, RootVersion: s.rootVersion}
	var errs []error
	note := func(what string, err error) {
		errs = append(errs, fmt.Errorf("%s: %w", what, classify(err)))
	}
	tell := func(isNew bool) {
		if o := d.config.Observer; o != nil && isNew {
			part := u
			part.Lists = slices.Clone(u.Lists)
			o.Installed(part)
		}
	}
	// Trust first: it is small, and where issuers are revoked.
	if u.Trust, err = s.trust(); err != nil {
		note("trust", err)
	}
	tell(u.Trust.New)
	for _, name := range d.config.Lists {
		if ctx.Err() != nil {
			note("list "+name, context.Cause(ctx))
			break
		}
		l, err := s.list(name)
		if err != nil {
			note("list "+name, err)
			continue
		}
		u.Lists = append(u.Lists, l)
		tell(l.New)
		s.prune(l)
	}
	s.tidy(len(errs) > 0)
	return u, errors.Join(errs...)
}

// Installed reports what is installed, verified anew from the folder alone:
// for a start without connection and without a record. Expiry is judged at the
// time the newest timestamp was signed, because it is about offers, not about
// what one has; how old the lists are stands in Confirmed.
func (d *Downlink) Installed(ctx context.Context) (Update, error) {
	t, err := d.cache.timestamp()
	if err != nil {
		return Update{}, because(ErrNotPublished, errors.New("nothing was installed yet"))
	}
	at := signedAt(t)
	if at.IsZero() {
		at = t.Signed.Expires
	}
	return d.refresh(ctx, ownCache{d.cache}, at)
}

// ownCache is the source that has what this device has: the updater insists
// on asking for a timestamp.
type ownCache struct{ cache }

func (c ownCache) Fetch(_ context.Context, path string, _ int64) (io.ReadCloser, error) {
	if path != "metadata/timestamp.json" {
		return nil, fmt.Errorf("read %s: %w", path, fs.ErrNotExist)
	}
	f, err := os.Open(c.path("timestamp.json"))
	if err != nil {
		return nil, because(ErrStorage, err)
	}
	return f, nil
}

// split takes a list's name apart.
func split(list string) (authority, name string) {
	authority, name, _ = strings.Cut(list, "/")
	return authority, name
}
