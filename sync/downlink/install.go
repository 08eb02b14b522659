package downlink

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"chot/scanner/credential"
	"chot/scanner/roster"
)

// An installed file is one version of a list, as its name says.
type installed struct {
	version uint64
	hash    string // the first 16 hex digits of its SHA-256
	file    string // its name in the folder
}

// installs lists what is installed of a list, the newest first.
func installs(folder, name string) []installed {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var all []installed
	for _, f := range files {
		rest, ok := strings.CutPrefix(f.Name(), name+".v")
		if !ok {
			continue
		}
		rest, ok = strings.CutSuffix(rest, ".roster")
		number, hash, dot := strings.Cut(rest, ".")
		version, err := strconv.ParseUint(number, 10, 64)
		if !ok || !dot || err != nil || len(hash) != 16 {
			continue
		}
		all = append(all, installed{version, hash, f.Name()})
	}
	slices.SortFunc(all, func(a, b installed) int {
		switch {
		case a.version > b.version:
			return -1
		case a.version < b.version:
			return 1
		}
		return 0
	})
	return all
}

// list makes sure that the published version of a list is installed.
func (s *session) list(list string) (List, error) {
	authority, name := split(list)
	info, err := s.target("lists/" + authority + "/" + name + ".roster")
	if err != nil {
		return List{}, err
	}
	digest, err := digestOf(info)
	if err != nil {
		return List{}, err
	}
	if info.Custom == nil {
		return List{}, because(ErrDamaged, errors.New("published without a manifest"))
	}
	m, err := roster.ParseManifest(*info.Custom)
	if err != nil {
		return List{}, because(ErrDamaged, err)
	}
	if m.Name != name || m.Size != info.Length {
		return List{}, because(ErrDamaged, fmt.Errorf("the manifest names list %q with %d bytes, published are %d", m.Name, m.Size, info.Length))
	}
	folder := filepath.Join(s.d.config.Folder, "lists", authority)
	hash := hex.EncodeToString(digest[:8])
	have := installs(folder, name)
	if err := s.newer(list, m.Version, hash, have); err != nil {
		return List{}, err
	}
	key := s.d.config.Key(list, m.Epoch)
	if key == nil {
		return List{}, because(ErrNoListKey, fmt.Errorf("epoch %d", m.Epoch))
	}
	l := List{
		Name: list, Version: m.Version, Manifest: m, Confirmed: s.signed,
		Path: filepath.Join(folder, fmt.Sprintf("%s.v%d.%s.roster", name, m.Version, hash)),
	}
	if s.sound(l, digest, key) {
		return l, nil
	}
	if err := s.d.disk.makeFolder(folder); err != nil {
		return List{}, because(ErrStorage, err)
	}
	l.New = true
	if s.relink(folder, l, digest, key, have) {
		return l, nil
	}
	part, err := s.patched(list, l, digest, key, have)
	if err != nil {
		return List{}, err
	}
	l.Patched = part != ""
	if !l.Patched {
		progress := func(done int64) {
			if o := s.d.config.Observer; o != nil {
				o.Progress(list, done, info.Length)
			}
		}
		if info.Length >= s.d.piecewise {
			part, err = s.pieces(info, m, progress)
		} else {
			part, err = s.blob(info, s.d.config.MaxList, progress)
		}
		if err != nil {
			return List{}, err
		}
	}
	if err := opens(part, m, key); err != nil {
		return List{}, err
	}
	if err := s.place(part, l.Path); err != nil {
		return List{}, err
	}
	return l, nil
}

// newer refuses versions below what is installed or recorded, and a version
// number used twice: an entry names the version it was decided by.
func (s *session) newer(list string, version uint64, hash string, have []installed) error {
	floor := uint64(0)
	if s.d.config.Floor != nil {
		floor = s.d.config.Floor(list)
	}
	if len(have) > 0 {
		floor = max(floor, have[0].version)
	}
	if version < floor {
		return because(ErrRollback, fmt.Errorf("version %d is offered, %d was installed", version, floor))
	}
	for _, h := range have {
		if h.version == version && h.hash != hash {
			return because(ErrRollback, fmt.Errorf("version %d was installed with other contents", version))
		}
	}
	return nil
}

// sound tells whether a list's file is installed and good. Its pages are
// checked whenever one is looked up; read through as a whole it is once after
// the start, and when it is suspect.
func (s *session) sound(l List, digest [32]byte, key []byte) bool {
	if _, err := os.Stat(l.Path); err != nil {
		return false
	}
	s.d.mu.Lock()
	through := s.d.suspect[l.Name] || !s.d.seen[l.Path]
	s.d.mu.Unlock()
	if through && !matches(l.Path, digest) {
		return false
	}
	if opens(l.Path, l.Manifest, key) != nil {
		return false
	}
	s.settled(l)
	return true
}

func (s *session) settled(l List) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.seen[l.Path] = true
	delete(s.d.suspect, l.Name)
}

// relink installs a new version whose bytes are an installed one's: a list
// that did not change is published again to say so.
func (s *session) relink(folder string, l List, digest [32]byte, key []byte, have []installed) bool {
	for _, h := range have {
		old := filepath.Join(folder, h.file)
		if h.hash != hex.EncodeToString(digest[:8]) || old == l.Path || !matches(old, digest) || opens(old, l.Manifest, key) != nil {
			continue
		}
		if s.d.disk.link(old, l.Path) == nil && s.d.disk.syncFolder(folder) == nil {
			s.settled(l)
			return true
		}
	}
	return false
}

// opens verifies a roster file against its manifest.
func opens(path string, m roster.Manifest, key []byte) error {
	r, err := roster.Open(path, m, key)
	if errors.Is(err, roster.ErrKey) {
		return because(ErrNoListKey, err)
	}
	if err != nil {
		return because(ErrDamaged, err)
	}
	if err := r.Close(); err != nil {
		return because(ErrStorage, err)
	}
	return nil
}

// place gives a checked, synced part its final name.
func (s *session) place(part, path string) error {
	if err := s.d.disk.rename(part, path); err != nil {
		return because(ErrStorage, err)
	}
	for _, folder := range []string{filepath.Dir(path), filepath.Dir(part)} {
		if err := s.d.disk.syncFolder(folder); err != nil {
			return because(ErrStorage, err)
		}
	}
	s.d.mu.Lock()
	s.d.seen[path] = true
	s.d.mu.Unlock()
	return nil
}

// prune removes the versions before l. The one just before stays until l is on
// record as installed: a power cut between here and there finds it. A file still
// mapped by a reader stays readable to it.
func (s *session) prune(l List) {
	folder, name := filepath.Dir(l.Path), path.Base(l.Name)
	keep := 1
	if s.d.config.Floor != nil && s.d.config.Floor(l.Name) >= l.Version {
		keep = 0
	}
	for _, h := range installs(folder, name) {
		file := filepath.Join(folder, h.file)
		switch {
		case file == l.Path:
		case keep > 0:
			keep--
		default:
			s.d.disk.remove(file)
		}
	}
}

// trust makes sure that the published trust is installed.
func (s *session) trust() (Trust, error) {
	info, err := s.target("trust.json")
	if CauseOf(err) == ErrNotPublished {
		return Trust{}, nil
	}
	if err != nil {
		return Trust{}, err
	}
	digest, err := digestOf(info)
	if err != nil {
		return Trust{}, err
	}
	t := Trust{
		Path:   filepath.Join(s.d.config.Folder, "trust."+hex.EncodeToString(digest[:8])+".json"),
		SHA256: digest, Confirmed: s.signed,
	}
	if matches(t.Path, digest) {
		s.pruneTrust(t.Path)
		return t, nil
	}
	part, err := s.blob(info, maxTrust, nil)
	if err != nil {
		return Trust{}, err
	}
	text, err := os.ReadFile(part)
	if err != nil {
		return Trust{}, because(ErrStorage, err)
	}
	if _, err := credential.ParseTrust(text); err != nil {
		return Trust{}, because(ErrDamaged, err)
	}
	if err := s.place(part, t.Path); err != nil {
		return Trust{}, err
	}
	t.New = true
	s.pruneTrust(t.Path)
	return t, nil
}

// pruneTrust keeps the current trust and, of the others, the newest.
func (s *session) pruneTrust(current string) {
	old, _ := filepath.Glob(filepath.Join(s.d.config.Folder, "trust.*.json"))
	old = slices.DeleteFunc(old, func(p string) bool { return p == current })
	s.d.removeBut(old, 1)
}

// tidy removes parts of files nobody wants any more. After errors it leaves as
// many of the newest as what failed may still want.
func (s *session) tidy(failed bool) {
	keep := 0
	if failed {
		keep = len(s.d.config.Lists) + 1
	}
	// Half-made lists are of no use to anybody.
	made, _ := filepath.Glob(filepath.Join(s.d.parts(), "*.made"))
	s.d.removeBut(made, 0)
	files, _ := filepath.Glob(filepath.Join(s.d.parts(), "*.part"))
	hashes, _ := filepath.Glob(filepath.Join(s.d.parts(), "*.hashes"))
	hashes = slices.DeleteFunc(hashes, func(p string) bool { return s.wanted[filepath.Base(p)] })
	s.d.removeBut(hashes, keep)
	files = slices.DeleteFunc(files, func(p string) bool { return s.wanted[filepath.Base(p)] })
	s.d.removeBut(files, keep)
}

// removeBut removes files except the newest few.
func (d *Downlink) removeBut(files []string, keep int) {
	age := func(p string) time.Time {
		info, err := os.Stat(p)
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	slices.SortFunc(files, func(a, b string) int { return age(b).Compare(age(a)) })
	for i, p := range files {
		if i >= keep {
			d.disk.remove(p)
		}
	}
}
