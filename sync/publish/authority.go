package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Errors of opening and signing. What a person reads is the wrapped text,
// which says what to do.
var (
	ErrExists     = errors.New("there is something in this folder already")
	ErrNotFolder  = errors.New("not an authority's folder")
	ErrBadName    = errors.New("name not usable")
	ErrNoKey      = errors.New("private key missing")
	ErrBadKey     = errors.New("private key unreadable")
	ErrExposedKey = errors.New("private key readable by others")
	ErrDamaged    = errors.New("repository damaged")
	ErrOldVersion = errors.New("list version not newer")
	ErrMismatch   = errors.New("roster file and manifest do not belong together")
	ErrClock      = errors.New("clock behind the last signature")
)

// Lifetimes say how long a signature of each role is good for. Zero fields
// take the default's value.
//
// Timestamp is the longest time anybody in between can hold an update back
// unnoticed, and the longest a USB stick may be under way.
type Lifetimes struct {
	Root, Targets, Lists, Snapshot, Timestamp time.Duration
}

const day = 24 * time.Hour

// DefaultLifetimes suit lists that change daily and sticks that travel for
// some days.
var DefaultLifetimes = Lifetimes{
	Root:      365 * day,
	Targets:   180 * day,
	Lists:     90 * day,
	Snapshot:  30 * day,
	Timestamp: 7 * day,
}

func (l Lifetimes) orDefault() Lifetimes {
	pick := func(d *time.Duration, fallback time.Duration) {
		if *d <= 0 {
			*d = fallback
		}
	}
	pick(&l.Root, DefaultLifetimes.Root)
	pick(&l.Targets, DefaultLifetimes.Targets)
	pick(&l.Lists, DefaultLifetimes.Lists)
	pick(&l.Snapshot, DefaultLifetimes.Snapshot)
	pick(&l.Timestamp, DefaultLifetimes.Timestamp)
	return l
}

func (l Lifetimes) of(role string) time.Duration {
	switch role {
	case metadata.ROOT:
		return l.Root
	case metadata.TARGETS:
		return l.Targets
	case metadata.SNAPSHOT:
		return l.Snapshot
	case metadata.TIMESTAMP:
		return l.Timestamp
	}
	return l.Lists
}

// Options describe a new authority folder.
type Options struct {
	// Authorities are those who sign lists of their own, each with its own
	// key: lower-case letters, digits and hyphens. At least one.
	Authorities []string
	Lifetimes   Lifetimes

	// Passphrase encrypts the root keys; nil leaves them readable to whoever has
	// their files.
	Passphrase Passphrase
}

// An Authority is the signing end of one repository. Every operation takes
// the folder's lock and reads its state anew, so a timer that refreshes and a
// person who publishes do not undo each other.
type Authority struct {
	dir       string
	lifetimes Lifetimes
	disk      disk
	ask       Passphrase // nil: nobody to ask
	folders   []string   // with keys, besides keys/
}

// settings is authority.json.
type settings struct {
	Format    string            `json:"format"`
	Lifetimes map[string]string `json:"lifetimes"`
}

const settingsFormat = "chot authority 1"

// Names become parts of file names and of URLs: nothing in them is ever
// escaped. A list's name is bounded by roster.Manifest; what it allows and
// this does not is a hyphen in front.
var (
	authorityForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	listForm      = regexp.MustCompile(`^[a-z0-9_][a-z0-9._-]{0,63}$`)
)

func checkName(kind string, form *regexp.Regexp, name string) error {
	if !form.MatchString(name) {
		return fmt.Errorf("%s %q: %w: use lower-case letters, digits and hyphens, beginning with a letter or digit, at most 63", kind, name, ErrBadName)
	}
	return nil
}

func roleOf(authority string) string { return "lists-" + authority }

// Open opens an authority's folder and checks that what it publishes is
// intact.
func Open(dir string) (*Authority, error) {
	data, err := os.ReadFile(filepath.Join(dir, "authority.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("open authority %s: %w: create one there first", dir, ErrNotFolder)
	}
	if err != nil {
		return nil, fmt.Errorf("open authority: %w", err)
	}
	lifetimes, err := parseSettings(data)
	if err != nil {
		return nil, fmt.Errorf("open authority %s: %w", dir, err)
	}
	a := &Authority{dir: dir, lifetimes: lifetimes}
	if _, err := a.load(); err != nil {
		return nil, fmt.Errorf("open authority %s: %w", dir, err)
	}
	return a, nil
}

func parseSettings(data []byte) (Lifetimes, error) {
	var s settings
	if err := json.Unmarshal(data, &s); err != nil || s.Format != settingsFormat {
		return Lifetimes{}, fmt.Errorf("%w: authority.json is not in the form %q", ErrNotFolder, settingsFormat)
	}
	var l Lifetimes
	for name, field := range l.fields() {
		d, err := time.ParseDuration(s.Lifetimes[name])
		if err != nil || d <= 0 {
			return Lifetimes{}, fmt.Errorf("authority.json: lifetime %s: %w: want a duration such as 168h", name, ErrNotFolder)
		}
		*field = d
	}
	return l, nil
}

func (l *Lifetimes) fields() map[string]*time.Duration {
	return map[string]*time.Duration{
		metadata.ROOT: &l.Root, metadata.TARGETS: &l.Targets, "lists": &l.Lists,
		metadata.SNAPSHOT: &l.Snapshot, metadata.TIMESTAMP: &l.Timestamp,
	}
}

func (l Lifetimes) encode() ([]byte, error) {
	s := settings{Format: settingsFormat, Lifetimes: map[string]string{}}
	for name, field := range l.fields() {
		s.Lifetimes[name] = field.String()
	}
	return json.MarshalIndent(s, "", "  ")
}

// Repository is the folder to serve, or to copy to a stick.
func (a *Authority) Repository() string { return filepath.Join(a.dir, "repository") }

// Root returns the newest root metadata: what a device is given at enrolment.
func (a *Authority) Root() ([]byte, error) {
	st, err := a.load()
	if err != nil {
		return nil, fmt.Errorf("read root: %w", err)
	}
	return st.rootRaw, nil
}

// Roles reports every role's version and expiry as published now.
func (a *Authority) Roles() ([]Role, error) {
	st, err := a.load()
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	return st.report(nil), nil
}

func (a *Authority) keysFolder() string     { return filepath.Join(a.dir, "keys") }
func (a *Authority) metadataFolder() string { return filepath.Join(a.Repository(), "metadata") }
func (a *Authority) targetsFolder() string  { return filepath.Join(a.Repository(), "targets") }
