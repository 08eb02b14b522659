package downlink

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// digestOf is a target's SHA-256. Other hashes are not asked for, so a target
// without this one has none.
func digestOf(t *metadata.TargetFiles) ([32]byte, error) {
	h := t.Hashes["sha256"]
	if len(h) != sha256.Size || t.Length <= 0 {
		return [32]byte{}, because(ErrDamaged, fmt.Errorf("target %s is signed without SHA-256 or length", t.Path))
	}
	return [32]byte(h), nil
}

// blob brings a target into its part file, whole, checked and synced, and
// returns the part's path. What an earlier attempt left there is continued.
func (s *session) blob(t *metadata.TargetFiles, limit int64, progress func(done int64)) (string, error) {
	digest, err := digestOf(t)
	if err != nil {
		return "", err
	}
	if t.Length > limit {
		return "", because(ErrTooLarge, fmt.Errorf("target %s has %d bytes, the limit is %d", t.Path, t.Length, limit))
	}
	name := hex.EncodeToString(digest[:])
	path := filepath.Join(s.d.parts(), name+".part")
	s.wanted[filepath.Base(path)] = true
	f, err := s.d.disk.open(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return "", because(ErrStorage, err)
	}
	defer f.Close()

	p := &part{file: f, hash: sha256.New(), progress: progress}
	if err := p.resume(t.Length); err != nil {
		return "", because(ErrStorage, err)
	}
	if err := s.fits(t.Length - p.done); err != nil {
		return "", err
	}
	resumed := p.done
	for p.done < t.Length {
		before := p.done
		_, err := s.link.pull(s.ctx, remote(t.Path, name), p.done, t.Length, p)
		if err != nil {
			if missing(err) {
				err = because(ErrDamaged, err)
			}
			return "", s.interrupted(f, err)
		}
		if p.done == before {
			return "", because(ErrDamaged, fmt.Errorf("fetch %s: ends at byte %d of %d", t.Path, p.done, t.Length))
		}
	}
	if [32]byte(p.hash.Sum(nil)) != digest {
		s.d.disk.remove(path)
		if resumed > 0 {
			// The beginning may be from a worse source, or from before a power
			// cut: once more, all from this one.
			return s.blob(t, limit, progress)
		}
		return "", because(ErrDamaged, fmt.Errorf("fetch %s: not the content that was signed", t.Path))
	}
	if err := f.Sync(); err != nil {
		return "", because(ErrStorage, err)
	}
	return path, nil
}

// A part is a file that grows, hashed as it does.
type part struct {
	file     diskFile
	hash     hash.Hash
	done     int64
	progress func(int64)
}

// resume reads through what is there; a part longer than it may be is none.
func (p *part) resume(length int64) error {
	n, err := io.Copy(p.hash, p.file)
	if err != nil {
		return err
	}
	if n > length {
		if err := p.file.Truncate(0); err != nil {
			return err
		}
		p.hash.Reset()
		n = 0
	}
	p.done = n
	_, err = p.file.Seek(n, io.SeekStart)
	return err
}

func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.hash.Write(b[:n])
	p.done += int64(n)
	if p.progress != nil {
		p.progress(p.done)
	}
	return n, err
}

// matches reads a whole file and compares its hash.
func matches(path string, digest [32]byte) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return err == nil && [32]byte(h.Sum(nil)) == digest
}
