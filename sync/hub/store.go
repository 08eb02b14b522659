package hub

import (
	"context"
	"errors"
	"time"

	"chot/sync/wire"
)

// A Store keeps what a hub must not lose. Update's transaction is
// serialisable and on disk when Update returns nil; when do returns an error
// nothing of it remains.
type Store interface {
	Update(ctx context.Context, do func(Tx) error) error
	View(ctx context.Context, do func(Tx) error) error
	Writers() int64 // how many updates at a time are worth having
	Close() error
}

// A Tx is one transaction.
type Tx interface {
	Devices
	Log
	Quarantine
	Marks
	Invitations
	Evidences
	Gaps
	Reports
}

// Errors of a transaction's look-ups.
var (
	ErrNoDevice     = errors.New("no such device")
	ErrNoInvitation = errors.New("no such enrolment")
)

// A Device is an enrolled device and how far its log was taken.
type Device struct {
	Key                     wire.DeviceVerifier
	Checkpoint, Lane, Zone  string
	Enrolled, Revoked, Seen time.Time // zero: never
	Size                    uint64
	Frontier, Receipt       []byte
	Unproven                bool // a gap's receipt is still ahead
}

// Devices keeps devices by their id.
type Devices interface {
	Device(id string) (Device, error) // ErrNoDevice
	PutDevice(Device) error
	AllDevices() ([]Device, error) // in order of id
}

// A Record is an entry as the store keeps it: its bytes, and what could be
// read from them. Quarantine is "" or why nothing could.
type Record struct {
	Body       []byte
	Quarantine string
	Wall       time.Time
	Checkpoint string
	Lane       string
	Direction  string
	Outcome    string
	Reason     string
	Scheme     string
	List       string
	Version    uint64
	Watch      bool
}

// A Log keeps entries by device and log index, each once.
type Log interface {
	Append(id string, from uint64, received time.Time, records []Record) error
	Bodies(id string, from, to uint64) ([][]byte, error) // fewer when there are fewer
}

// A Place is an entry's: whose log, and where in it.
type Place struct {
	Device string
	Index  uint64
}

// A Held is an entry in quarantine.
type Held struct {
	Place
	Received time.Time
	Why      string
	Body     []byte
}

// Quarantine keeps entries that could not be read when they came.
type Quarantine interface {
	Quarantined(from Place, most int) ([]Held, error) // in order of place
	Release(Place, Record) error                      // the body stays as it is
}

// A Mark is a head that was cosigned.
type Mark struct {
	Size     uint64
	Frontier []byte
	Receipt  []byte
}

// Marks keeps cosigned heads: the newest sixteen of a device, and the first
// of every 1,024 entries.
type Marks interface {
	PutMark(id string, m Mark, milestone bool) error
	MarkUpTo(id string, size uint64) (Mark, error) // the longest not over size; the zero Mark if none
	MarkFrom(id string, size uint64) (Mark, error) // the shortest not under size; the zero Mark if none
}

// An Admission is an enrolment as the store keeps it: the token's hash and
// the grant, sealed under the token.
type Admission struct {
	Token   [32]byte
	Expires time.Time
	Sealed  []byte
	Device  string // who used it, "" while nobody has
	Used    time.Time
}

// Invitations keeps enrolments by their token's hash.
type Invitations interface {
	Invitation(token [32]byte) (Admission, error) // ErrNoInvitation
	PutInvitation(Admission) error
	Forget(by time.Time) error // wipes the grants of those that expired by then
}

// An Evidence is a bundle that was refused and kept.
type Evidence struct {
	Device string
	At     time.Time
	Kind   wire.Code // inconsistent or revoked-device
	Digest [32]byte  // SHA-256 of the bundle's content
	Bundle []byte    // packed, as it came
}

// Evidences keeps refused bundles, each content once.
type Evidences interface {
	Keep(e Evidence, most int64) (kept bool, err error) // at most so many bytes for a device
	Evidence(id string) ([]Evidence, error)             // in order of arrival; "" for every device's
}

// A Count is how many entries came out one way.
type Count struct {
	Checkpoint string
	Direction  string
	Outcome    string
	Reason     string
	Entries    uint64
}

// Apart is how much of a device's is kept apart.
type Apart struct {
	Quarantined uint64 // entries
	Evidence    uint64 // bundles
}

// A Tally is how many entries of a report's group came out one way.
type Tally struct {
	Key       string    // a checkpoint, zone or outcome
	At        time.Time // with ByDay, to the quarter of an hour
	Direction string
	Outcome   string
	Reason    string
	Entries   uint64
}

// A Holding is which version of a list a device last decided by.
type Holding struct {
	Device  string
	List    string
	Version uint64
	At      time.Time // when the hub heard of it
}

// A Missing is a run of entries that the hub has not and the device does not
// offer.
type Missing struct {
	Device     string    `json:"device"`
	Checkpoint string    `json:"checkpoint"`
	From       uint64    `json:"from"`
	To         uint64    `json:"to"` // the first that it offers
	Since      time.Time `json:"since"`
	Seen       time.Time `json:"seen"`
	Final      bool      `json:"final"`  // the device has purged them, and its log goes on after them here
	Proven     bool      `json:"proven"` // what follows came out as a receipt this hub gave before it was restored
}

// Reports counts what is kept.
type Reports interface {
	Tally(from, to time.Time, by By) ([]Tally, error) // without quarantined entries, by the devices' clocks
	Active(from, to time.Time) ([]string, error)      // devices with a counted entry, by their clocks, in order of id
	Held() ([]Holding, error)
	Counts() ([]Count, error)           // without quarantined entries, ordered
	Apart() (map[string]Apart, error)   // by device id
	Open(now time.Time) (uint64, error) // enrolments still unused
}
