package roster

import "fmt"

// PageSize is what a list arrives and is checked by, in bytes.
const PageSize = pageSize

// Pages are the hashes of a list's pages: with them a list can be checked page by
// page while it is on its way.
type Pages struct{ hashes []byte }

// PageHashes says where the page hashes of the list that m describes lie: from that
// byte to the file's end. Before it are only whole pages.
func PageHashes(m Manifest) (offset, length int64) {
	pages := m.Size / (pageSize + hashSize)
	return pages * pageSize, m.Size - pages*pageSize
}

// ParsePages takes the page hashes of the list that m describes, if they are those
// whose root m names. The caller has verified m's signature.
func ParsePages(m Manifest, hashes []byte) (*Pages, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if _, length := PageHashes(m); int64(len(hashes)) != length || length%hashSize != 0 || merkleRoot(hashes) != m.Root {
		return nil, fmt.Errorf("page hashes of list %s: %w: they are not those its manifest names: fetch it again", m.Name, ErrDamaged)
	}
	return &Pages{append([]byte(nil), hashes...)}, nil
}

// Len is how many pages there are.
func (p *Pages) Len() int { return len(p.hashes) / hashSize }

// Holds reports whether b is page i.
func (p *Pages) Holds(i int, b []byte) bool {
	if i < 0 || i >= p.Len() || len(b) != pageSize {
		return false
	}
	var own page
	copy(own.bytes(), b)
	return own.leaf() == [hashSize]byte(p.hashes[i*hashSize:])
}
