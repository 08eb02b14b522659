package downlink

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

// A session is one refresh: the metadata verified, targets fetched under it.
type session struct {
	d       *Downlink
	ctx     context.Context
	link    link
	ref     time.Time
	fetch   *fetcher
	updater *updater.Updater

	signed, expires time.Time
	rootVersion     int64
	wanted          map[string]bool // part files still of use
}

// begin runs the client workflow for the top-level roles and writes down what
// was verified, also when it then failed: a newer root that came along may be
// the one that revokes a key.
func (d *Downlink) begin(ctx context.Context, src Source, now time.Time) (*session, error) {
	if err := d.cache.scrub(); err != nil {
		return nil, because(ErrStorage, err)
	}
	root, _, err := d.cache.newestRoot(d.config.Root)
	if err != nil {
		return nil, err
	}
	l := link{src: src, pause: d.pause}
	s := &session{
		d: d, ctx: ctx, link: l, ref: now.UTC(), wanted: map[string]bool{},
		fetch: &fetcher{ctx: ctx, link: l, got: map[string][]byte{}},
	}
	if t, _ := d.cache.timestamp(); signedAt(t).After(s.ref) {
		s.ref = signedAt(t)
	}
	if s.updater, err = newUpdater(d.cache.folder, root, s.fetch, s.ref); err != nil {
		return nil, err
	}
	err = guarded(s.updater.Refresh)
	if kept := s.keep(); kept != nil {
		return nil, kept
	}
	if err != nil {
		return nil, err
	}
	trusted := s.updater.GetTrustedMetadataSet()
	s.signed, s.expires = signedAt(trusted.Timestamp), trusted.Timestamp.Signed.Expires
	s.rootVersion = trusted.Root.Signed.Version
	return s, nil
}

// newUpdater sets go-tuf's updater up to read the cache but never to write it:
// loading looks into LocalMetadataDir whatever DisableLocalCache says.
func newUpdater(folder string, root []byte, f *fetcher, ref time.Time) (u *updater.Updater, err error) {
	defer recovered(&err)
	c, err := config.New("metadata", root)
	if err != nil {
		return nil, err
	}
	c.Fetcher = f
	c.LocalMetadataDir, c.DisableLocalCache = folder, true
	c.MaxRootRotations, c.RootMaxLength = maxRoots, maxRoot
	c.TimestampMaxLength, c.SnapshotMaxLength, c.TargetsMaxLength = maxTimestamp, maxSnapshot, maxTargets
	if u, err = updater.New(c); err != nil {
		return nil, err
	}
	u.UnsafeSetRefTime(ref)
	return u, nil
}

func guarded(f func() error) (err error) {
	defer recovered(&err)
	return f()
}

func (s *session) keep() error {
	if err := s.d.cache.keep(s.updater.GetTrustedMetadataSet(), s.fetch.got, s.ref); err != nil {
		return because(ErrStorage, err)
	}
	return nil
}

// target finds a target's signed description. It is ErrNotPublished only when
// everybody who may sign the path was asked.
func (s *session) target(path string) (info *metadata.TargetFiles, err error) {
	err = guarded(func() (err error) {
		info, err = s.updater.GetTargetInfo(path)
		return err
	})
	if kept := s.keep(); kept != nil {
		return nil, kept
	}
	if err == nil {
		return info, nil
	}
	if CauseOf(classify(err)) != ErrUnknown {
		return nil, err
	}
	trusted := s.updater.GetTrustedMetadataSet()
	if d := trusted.Targets[metadata.TARGETS].Signed.Delegations; d != nil {
		for _, role := range d.GetRolesForTarget(path) {
			if trusted.Targets[role.Name] == nil {
				return nil, err
			}
		}
	}
	return nil, because(ErrNotPublished, fmt.Errorf("target %s", path))
}

// remote is where a target lies: its hash before its name (TUF specification
// §6.2).
func remote(path, hash string) string {
	i := strings.LastIndexByte(path, '/') + 1
	return "targets/" + path[:i] + hash + "." + path[i:]
}
