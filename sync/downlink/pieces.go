package downlink

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"chot/scanner/roster"
)

const (
	// piecewise is the length from which a list is checked page by page while it
	// comes: it costs a round trip.
	piecewise = 256 << 10

	// So often one page may come wrong before its source is given up.
	strikes = 3
)

// pieces brings a list into its part file like blob, but checks each page when it
// is here: the page hashes, which the file ends with, come first and are checked
// against the root in the signed manifest. A page that came wrong is fetched
// again, and nothing else is; the same goes for what an earlier attempt, another
// source or a power cut left in the part file.
func (s *session) pieces(t *metadata.TargetFiles, m roster.Manifest, progress func(done int64)) (string, error) {
	digest, err := digestOf(t)
	if err != nil {
		return "", err
	}
	if t.Length > s.d.config.MaxList {
		return "", because(ErrTooLarge, fmt.Errorf("target %s has %d bytes, the limit is %d", t.Path, t.Length, s.d.config.MaxList))
	}
	name := hex.EncodeToString(digest[:])
	hashes, err := s.pageHashes(t, m, name)
	if err != nil {
		return "", err
	}
	if hashes == nil {
		return s.blob(t, s.d.config.MaxList, progress)
	}
	path := filepath.Join(s.d.parts(), name+".part")
	s.wanted[filepath.Base(path)] = true
	f, err := s.d.disk.open(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return "", because(ErrStorage, err)
	}
	defer f.Close()
	l := &paged{file: f, pages: hashes, good: make([]bool, hashes.Len()), progress: progress}
	if err := l.resume(); err != nil {
		return "", because(ErrStorage, err)
	}
	if err := s.fits(t.Length - l.done); err != nil {
		return "", err
	}
	if err := s.fill(l, remote(t.Path, name), t.Path); err != nil {
		return "", s.interrupted(f, err)
	}
	offset, _ := roster.PageHashes(m)
	tail, err := os.ReadFile(s.hashesFile(name))
	if err == nil {
		err = f.Truncate(offset)
	}
	if err == nil {
		_, err = f.WriteAt(tail, offset)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return "", s.interrupted(f, because(ErrStorage, err))
	}
	if !matches(path, digest) {
		s.d.disk.remove(path)
		return "", because(ErrDamaged, fmt.Errorf("fetch %s: every page is what the manifest names, and the whole is not what was signed", t.Path))
	}
	s.d.disk.remove(s.hashesFile(name))
	return path, nil
}

// interrupted leaves a part for the next attempt. What has come is worth keeping
// over a power cut as well; but not on a disk that ran full, where the journal
// needs the room.
func (s *session) interrupted(f diskFile, err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		s.d.disk.remove(f.Name())
		return err
	}
	if serr := f.Sync(); serr != nil {
		return errors.Join(because(ErrStorage, serr), err)
	}
	return err
}

// fits tells whether so many more bytes leave the journal its room.
func (s *session) fits(missing int64) error {
	free, err := s.d.room(s.d.parts())
	if err != nil {
		return because(ErrStorage, err)
	}
	if missing > 0 && free-missing < s.d.config.Reserve {
		return because(ErrStorage, fmt.Errorf("%d bytes to fetch, %d free, %d to be left", missing, free, s.d.config.Reserve))
	}
	return nil
}

func (s *session) hashesFile(name string) string { return filepath.Join(s.d.parts(), name+".hashes") }

// pageHashes brings the end of the file, where the page hashes are; nil where the
// source cannot give a file's end alone.
func (s *session) pageHashes(t *metadata.TargetFiles, m roster.Manifest, name string) (*roster.Pages, error) {
	file := s.hashesFile(name)
	s.wanted[filepath.Base(file)] = true
	offset, length := roster.PageHashes(m)
	for wrong := 0; ; wrong++ {
		b, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			return nil, because(ErrStorage, err)
		}
		if int64(len(b)) >= length {
			if p, err := roster.ParsePages(m, b); err == nil {
				return p, nil
			}
			// Of another source, of before a power cut, or wrong on the way.
			if err := s.d.disk.remove(file); err != nil {
				return nil, because(ErrStorage, err)
			}
			b = nil
		}
		if wrong == strikes {
			return nil, because(ErrDamaged, fmt.Errorf("fetch %s: the page hashes from byte %d on are not what was signed", t.Path, offset))
		}
		tail := bytes.NewBuffer(b)
		end := s.link
		end.exact = true
		_, err = end.pull(s.ctx, remote(t.Path, name), offset+int64(len(b)), offset+length, tail)
		if kept := s.keepHashes(file, tail.Bytes()); kept != nil {
			return nil, kept
		}
		switch {
		case missing(err):
			return nil, because(ErrDamaged, err)
		case errors.Is(err, errNoRange):
			return nil, nil
		case err != nil:
			return nil, err
		case int64(tail.Len()) < length:
			return nil, because(ErrDamaged, fmt.Errorf("fetch %s: ends at byte %d of %d", t.Path, offset+int64(tail.Len()), t.Length))
		}
	}
}

// keepHashes writes what there is of the page hashes.
func (s *session) keepHashes(file string, b []byte) error {
	f, err := s.d.disk.open(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return because(ErrStorage, err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return because(ErrStorage, err)
	}
	return nil
}

// fill fetches every page that is not here yet.
func (s *session) fill(l *paged, from, what string) error {
	wrong := map[int]int{}
	for {
		first, end := l.gap()
		if first == end {
			return nil
		}
		start := l.seek(first)
		before := l.done
		_, err := s.link.pull(s.ctx, from, start, int64(end)*roster.PageSize, l)
		var bad badPage
		switch {
		case errors.As(err, &bad):
			if wrong[int(bad)]++; wrong[int(bad)] < strikes {
				continue
			}
			at := int64(bad) * roster.PageSize
			return because(ErrDamaged, fmt.Errorf("fetch %s: bytes %d to %d are not what was signed, %d times", what, at, at+roster.PageSize-1, strikes))
		case missing(err):
			return because(ErrDamaged, err)
		case err != nil:
			return err
		case l.done == before:
			return because(ErrDamaged, fmt.Errorf("fetch %s: ends at byte %d", what, start))
		}
	}
}

// A badPage is a page that came and is not the one that was signed.
type badPage int

func (b badPage) Error() string { return fmt.Sprintf("page %d is not what was signed", int(b)) }

// A paged part is a list that is filled page by page, anywhere.
type paged struct {
	file     diskFile
	pages    *roster.Pages
	good     []bool
	done     int64 // bytes that need not be fetched
	progress func(int64)

	at   int    // the page under way
	page []byte // what is here of it
}

// resume reads through what is there.
func (l *paged) resume() error {
	page := make([]byte, roster.PageSize)
	for i := range l.good {
		n, err := io.ReadFull(l.file, page)
		switch {
		case err == nil:
			if l.good[i] = l.pages.Holds(i, page); l.good[i] {
				l.done += roster.PageSize
			}
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			// A page begun is gone on with; if it began wrong, it will show.
			l.at, l.page = i, append(l.page, page[:n]...)
			l.done += int64(n)
			return nil
		default:
			return err
		}
	}
	l.at = len(l.good)
	return nil
}

// gap is the first run of pages that are missing.
func (l *paged) gap() (first, end int) {
	for first = 0; first < len(l.good) && l.good[first]; first++ {
	}
	for end = first; end < len(l.good) && !l.good[end]; end++ {
	}
	return first, end
}

// seek says from which byte on page i is to be fetched.
func (l *paged) seek(i int) int64 {
	if i != l.at {
		l.done -= int64(len(l.page))
		l.at, l.page = i, l.page[:0]
	}
	return int64(i)*roster.PageSize + int64(len(l.page))
}

func (l *paged) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		take := b[:min(len(b), roster.PageSize-len(l.page))]
		if _, err := l.file.WriteAt(take, int64(l.at)*roster.PageSize+int64(len(l.page))); err != nil {
			return n, err
		}
		l.page = append(l.page, take...)
		b, n, l.done = b[len(take):], n+len(take), l.done+int64(len(take))
		if len(l.page) < roster.PageSize {
			break
		}
		whole := l.page
		l.page = l.page[:0]
		if !l.pages.Holds(l.at, whole) {
			l.done -= roster.PageSize
			return n, badPage(l.at)
		}
		l.good[l.at] = true
		l.at++
	}
	if l.progress != nil {
		l.progress(l.done)
	}
	return n, nil
}
