package downlink

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"chot/scanner/roster"
)

// maxSteps is how many deltas are applied one after the other; a publisher keeps
// fewer.
const maxSteps = 16

// A step is one delta on the way from what is installed to what is published.
type step struct {
	roster.Step
	info *metadata.TargetFiles
}

// route finds the published deltas that lead from a version to m, or none: the whole
// list then is the shorter way, or the only one.
func (s *session) route(list string, from uint64, m roster.Manifest) ([]step, error) {
	want, err := m.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var steps []step
	total := int64(0)
	for version := from; len(steps) < maxSteps; {
		info, err := s.target(fmt.Sprintf("lists/%s.%d.delta", list, version))
		if CauseOf(err) == ErrNotPublished {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if info.Custom == nil {
			return nil, nil
		}
		st, err := roster.ParseStep(*info.Custom)
		if err != nil || st.Base.Version != version || st.Base.Name != m.Name {
			return nil, nil
		}
		if total += info.Length; total > m.Size/2 {
			return nil, nil
		}
		steps = append(steps, step{st, info})
		if st.Next.Version >= m.Version {
			got, err := st.Next.MarshalJSON()
			if err != nil || !bytes.Equal(got, want) {
				return nil, nil
			}
			return steps, nil
		}
		version = st.Next.Version
	}
	return nil, nil
}

// patched makes the published list from the newest installed one and deltas, and
// returns its path in the parts folder; "" where the list has to be fetched whole.
// Deltas are trusted with nothing: what comes out has the signed root and the
// signed hash, or is thrown away. Only what would stop the whole list's download
// as well is an error.
func (s *session) patched(list string, l List, digest [32]byte, key []byte, have []installed) (string, error) {
	if len(have) == 0 || have[0].version >= l.Version {
		return "", nil
	}
	steps, err := s.route(list, have[0].version, l.Manifest)
	if err != nil || len(steps) == 0 {
		return "", err
	}
	total, before := int64(0), int64(0)
	for _, st := range steps {
		total += st.info.Length
	}
	// Deltas first, all of them: a link that breaks here has cost no work.
	var deltas []string
	for _, st := range steps {
		part, err := s.blob(st.info, s.d.config.MaxList, func(done int64) {
			if o := s.d.config.Observer; o != nil {
				o.Progress(list, before+done, total)
			}
		})
		switch CauseOf(classify(err)) {
		case ErrUnknown:
			if err != nil {
				return "", err // cancelled
			}
		case ErrDamaged, ErrTooLarge:
			s.drop(steps)
			return "", nil
		default:
			return "", err
		}
		before += st.info.Length
		deltas = append(deltas, part)
	}
	defer s.d.removeBut(deltas, 0)
	base := filepath.Join(filepath.Dir(l.Path), have[0].file)
	for i, st := range steps {
		made := filepath.Join(s.d.parts(), fmt.Sprintf("%s.%d.made", hex.EncodeToString(digest[:8]), i))
		err := s.apply(made, base, deltas[i], st.Step)
		if i > 0 {
			s.d.disk.remove(base)
		}
		if err != nil {
			s.d.disk.remove(made)
			return "", nil
		}
		base = made
	}
	if !matches(base, digest) || opens(base, l.Manifest, key) != nil {
		s.d.disk.remove(base)
		return "", nil
	}
	return base, nil
}

// drop removes what is here of deltas that are of no use.
func (s *session) drop(steps []step) {
	for _, st := range steps {
		if digest, err := digestOf(st.info); err == nil {
			name := hex.EncodeToString(digest[:]) + ".part"
			delete(s.wanted, name)
			s.d.removeBut([]string{filepath.Join(s.d.parts(), name)}, 0)
		}
	}
}

// apply makes one step's list, durable.
func (s *session) apply(made, base, delta string, st roster.Step) error {
	free, err := s.d.room(s.d.parts())
	if err != nil {
		return err
	}
	if free-st.Next.Size < s.d.config.Reserve {
		return because(ErrStorage, errors.New("no room to apply a delta"))
	}
	in, err := os.Open(delta)
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := s.d.disk.open(made, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	return errors.Join(roster.Apply(f, base, st.Base, in, st.Next), f.Sync(), f.Close())
}
