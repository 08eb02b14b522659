package roster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"
	"sync/atomic"
)

// Errors of opening a list and looking up in it; ErrKey and ErrManifest too.
var (
	ErrDamaged = errors.New("the list is damaged")
	ErrFormat  = errors.New("the list cannot be read")
	ErrClosed  = errors.New("the list is closed")
)

// A Finding is what a list says of a subject. The zero value: nothing.
type Finding struct {
	Found         bool
	Profile       Profile // its slices are shared: read only
	DetailsDiffer bool    // name or birth date are not those the authority listed
}

// A Roster is an opened list. It is safe for concurrent use.
type Roster struct {
	manifest  Manifest
	header    header
	directory []uint32 // verified at Open, like hashes
	hashes    []byte
	hashers   sync.Pool                 // of *hasher
	profiles  []atomic.Pointer[Profile] // decoded once each

	mu    sync.RWMutex // held shared while the mapping is read
	file  mapping
	unmap func() error // nil: closed
}

// Open opens the list at path, which must be the one the manifest m describes; the
// caller has verified m's signature. It does not read the rows: each page is
// checked when a lookup needs it. See [Roster.Verify] for checking all.
func Open(path string, m Manifest, key []byte) (*Roster, error) {
	file, err := mapList(path, m)
	if err != nil {
		return nil, err
	}
	// Lookups are random: reading ahead would only evict what is of use.
	file.advise(false)
	r, err := newRoster(file, m, key)
	if err != nil {
		return nil, fmt.Errorf("open list %s: %w", path, errors.Join(err, file.close()))
	}
	r.unmap = file.close
	return r, nil
}

// mapList maps the file that m describes, of which only the size is checked.
func mapList(path string, m Manifest) (mapping, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open list: %w", err)
	}
	defer f.Close() // the mapping outlives it
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open list: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("open list %s: %w", path, err)
	}
	if !info.Mode().IsRegular() || info.Size() != m.Size {
		return nil, fmt.Errorf("open list %s: %w: %d bytes where the manifest says %d: fetch it again", path, ErrDamaged, info.Size(), m.Size)
	}
	file, err := mapFile(f, m.Size)
	if err != nil {
		return nil, fmt.Errorf("open list: %w", err)
	}
	return file, nil
}

// newRoster checks everything of the file but rows and profiles. m is valid and
// names the file's size.
func newRoster(file mapping, m Manifest, key []byte) (*Roster, error) {
	if err := checkKeySize(key); err != nil {
		return nil, err
	}
	key = append([]byte(nil), key...)
	r := &Roster{manifest: m, file: file, unmap: func() error { return nil }}
	r.hashers.New = func() any { return newHasher(key) }
	h := r.hashers.Get().(*hasher)
	defer r.hashers.Put(h)
	if err := r.readFrame(h); err != nil {
		return nil, err
	}
	if r.header.keyCheck != h.keyCheck() {
		return nil, fmt.Errorf("%w: the list is for epoch %d: enrol this device for it", ErrKey, m.Epoch)
	}
	return r, nil
}

// readFrame checks and reads what needs no key: hashes, header and directory.
func (r *Roster) readFrame(h *hasher) error {
	// The manifest's size alone tells where the hashes are, so that nothing of
	// the file is trusted before the root matches.
	m := r.manifest
	pages := int(m.Size / (pageSize + hashSize))
	r.hashes = make([]byte, pages*hashSize)
	if err := r.file.read(r.hashes, pages*pageSize); err != nil {
		return err
	}
	if merkleRoot(r.hashes) != m.Root {
		return fmt.Errorf("%w: it is not the one its manifest names: fetch it again", ErrDamaged)
	}
	if err := r.readPage(h, 0); err != nil {
		return err
	}
	var err error
	if r.header, err = parseHeader(h.page.bytes()); err != nil {
		return err
	}
	if r.header.size() != m.Size || r.header.rows != m.Rows || r.header.epoch != m.Epoch {
		return fmt.Errorf("%w: it contradicts the list's header: ask the authority to build it again", ErrManifest)
	}
	if err := r.readDirectory(h); err != nil {
		return err
	}
	r.profiles = make([]atomic.Pointer[Profile], r.header.profiles)
	return nil
}

func (r *Roster) readDirectory(h *hasher) error {
	r.directory = make([]uint32, 0, 1<<r.header.bucketBits+1)
	for p := 1; p < r.header.firstRowPage(); p++ {
		if err := r.readPage(h, p); err != nil {
			return err
		}
		for b := h.page.bytes(); len(b) > 0; b = b[4:] {
			number := binary.BigEndian.Uint32(b)
			if len(r.directory) == cap(r.directory) {
				if number != 0 {
					return badList("its directory's padding")
				}
				continue
			}
			if n := len(r.directory); n == 0 && number != 0 || n > 0 && number < r.directory[n-1] {
				return badList("its directory")
			}
			r.directory = append(r.directory, number)
		}
	}
	if r.directory[len(r.directory)-1] != r.header.rows {
		return badList("its directory")
	}
	return nil
}

// badList is for bytes that the root vouches for and that are wrong all the same.
func badList(what string) error {
	return fmt.Errorf("%w: %s was built wrongly: ask the authority to build it again", ErrFormat, what)
}

// Manifest returns what the list was opened with.
func (r *Roster) Manifest() Manifest { return r.manifest }

// Close ends the use of the list. Lookups after it give ErrClosed.
func (r *Roster) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unmap == nil {
		return nil
	}
	err := r.unmap()
	r.file, r.unmap = nil, nil
	if err != nil {
		return fmt.Errorf("close list: %w", err)
	}
	return nil
}

// Lookup finds the subject, given in canonical form. With a name it also compares
// the details, as the card gives them: birth is "1990-01-15", "1990" or "". An
// error means that the list cannot say, never that the subject is absent.
func (r *Roster) Lookup(subject, name, birth string) (Finding, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.unmap == nil {
		return Finding{}, fmt.Errorf("look up: %w", ErrClosed)
	}
	h := r.hashers.Get().(*hasher)
	defer r.hashers.Put(h)
	profile, t, found, err := r.find(h, h.key(subject))
	if err != nil {
		return Finding{}, fmt.Errorf("look up in list %s: %w", r.manifest.Name, err)
	}
	if !found {
		return Finding{}, nil
	}
	p, err := r.profile(h, profile)
	if err != nil {
		return Finding{}, fmt.Errorf("look up in list %s: %w", r.manifest.Name, err)
	}
	return Finding{Found: true, Profile: *p, DetailsDiffer: h.differs(t, subject, name, birth)}, nil
}

// find searches the bucket of k. A bucket lies on one page, sometimes on two; the
// page where the remainder should be comes first, so that one is read almost
// always.
func (r *Roster) find(h *hasher, k rowKey) (profile int, t tag, found bool, err error) {
	bucket, remainder := k.split(r.header.bucketBits)
	begin, end := int(r.directory[bucket]), int(r.directory[bucket+1])
	if begin == end {
		return 0, 0, false, nil
	}
	first, last := begin/rowsPerPage, (end-1)/rowsPerPage
	at := (begin + int(uint64(end-begin)*(remainder>>16)>>32)) / rowsPerPage
	for first <= last {
		if err := r.readPage(h, r.header.firstRowPage()+at); err != nil {
			return 0, 0, false, err
		}
		rows := h.page.bytes()
		from, to := max(begin-at*rowsPerPage, 0), min(end-at*rowsPerPage, rowsPerPage)
		switch {
		case remainder < remainderAt(rows, from):
			last = at - 1
		case remainder > remainderAt(rows, to-1):
			first = at + 1
		default:
			row, found := searchRows(rows, from, to, remainder)
			if !found {
				return 0, 0, false, nil
			}
			row = row[6:]
			return int(binary.BigEndian.Uint16(row)), tag(binary.BigEndian.Uint16(row[2:])), true, nil
		}
		at = (first + last) / 2
	}
	return 0, 0, false, nil
}

// searchRows finds the remainder among the rows from, to of a page.
func searchRows(rows []byte, from, to int, remainder uint64) (row []byte, found bool) {
	for from < to {
		middle := (from + to) / 2
		switch v := remainderAt(rows, middle); {
		case v < remainder:
			from = middle + 1
		case v > remainder:
			to = middle
		default:
			return rows[middle*rowSize:][:rowSize], true
		}
	}
	return nil, false
}

func remainderAt(rows []byte, i int) uint64 {
	return binary.BigEndian.Uint64(rows[i*rowSize:]) >> 16
}

// readPage copies a page into h.page and checks the copy.
func (r *Roster) readPage(h *hasher, number int) error {
	if err := r.file.read(h.page.bytes(), number*pageSize); err != nil {
		return err
	}
	if h.page.leaf() != [hashSize]byte(r.hashes[number*hashSize:]) {
		return fmt.Errorf("%w: page %d is not what the authority signed: fetch it again", ErrDamaged, number)
	}
	return nil
}

// read copies checked bytes that may lie on several pages.
func (r *Roster) read(h *hasher, dst []byte, offset int) error {
	for len(dst) > 0 {
		if err := r.readPage(h, offset/pageSize); err != nil {
			return err
		}
		n := copy(dst, h.page.bytes()[offset%pageSize:])
		dst, offset = dst[n:], offset+n
	}
	return nil
}

// profile decodes a profile on its first use.
func (r *Roster) profile(h *hasher, index int) (*Profile, error) {
	if index >= len(r.profiles) {
		return nil, badList("a row")
	}
	if p := r.profiles[index].Load(); p != nil {
		return p, nil
	}
	b, err := r.profileBytes(h, index)
	if err != nil {
		return nil, err
	}
	p, err := decodeProfile(b)
	if err != nil {
		return nil, badList("a profile")
	}
	r.profiles[index].Store(&p)
	return &p, nil
}

func (r *Roster) profileBytes(h *hasher, index int) ([]byte, error) {
	table := r.header.firstProfilePage() * pageSize
	var offsets [8]byte
	if err := r.read(h, offsets[:], table+4*index); err != nil {
		return nil, err
	}
	begin, end := binary.BigEndian.Uint32(offsets[:]), binary.BigEndian.Uint32(offsets[4:])
	if begin > end || end > r.header.profileBytes || end-begin > maxProfileSize {
		return nil, badList("its profile table")
	}
	b := make([]byte, end-begin)
	return b, r.read(h, b, table+int(begin))
}

// Profiles is every profile of the list, in the file's order.
func (r *Roster) Profiles() iter.Seq2[Profile, error] {
	return func(yield func(Profile, error) bool) {
		for i := range r.profiles {
			p, err := r.lockedProfile(i)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

func (r *Roster) lockedProfile(index int) (Profile, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.unmap == nil {
		return Profile{}, fmt.Errorf("read profile: %w", ErrClosed)
	}
	h := r.hashers.Get().(*hasher)
	defer r.hashers.Put(h)
	p, err := r.profile(h, index)
	if err != nil {
		return Profile{}, fmt.Errorf("read profile of list %s: %w", r.manifest.Name, err)
	}
	return *p, nil
}
