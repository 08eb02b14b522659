package ui

import (
	"time"

	"chot/scanner"
	"chot/scanner/credential"
)

// What the supervisor's screens show. None of it holds a person's name or an
// unmasked number.

// A SourceKind is what a source is.
type SourceKind uint8

const (
	CameraSource SourceKind = iota
	ReaderSource            // serial
	WedgeSource             // acts as a keyboard
)

// A SourceState is how a source does. The zero value is lost.
type SourceState uint8

const (
	SourceLost      SourceState = iota // unplugged or silent for too long
	SourceForbidden                    // the device node may not be opened
	SourceAbsent                       // none has been plugged in yet
	SourceWaiting                      // there, nothing came from it yet
	SourceWorking
)

// A SourceView is one camera or reader.
type SourceView struct {
	Name     string // unique: how orders name it
	Kind     SourceKind
	State    SourceState
	Detail   string    // "1280×720 MJPEG", "/dev/ttyUSB0, 9600"
	LastRead time.Time // of a code; zero when none came
	Testing  bool
}

// A TestReading is what a source under test has read.
type TestReading struct {
	Source   string
	Scheme   credential.Scheme
	MaskedID string // "" when the code names nobody
	Bytes    int    // length of the payload
	Garbled  bool   // Vietnamese letters did not survive the reader
	At       time.Time
}

// A ListView is one signed list.
type ListView struct {
	Name      string
	Version   uint64
	State     ListState
	Age       time.Duration // since the authority last confirmed it
	Authority string        // who signed it
	Rows      int
}

// A SyncView is how the device stands with its hub.
type SyncView struct {
	Hub         string
	Unsent      int
	LastContact time.Time     // zero: never
	LastFault   scanner.Fault // "" when the last contact went well
	Busy        bool          // speaking to the hub right now
}

// A JournalView is how full the journal is.
type JournalView struct {
	Entries, Acknowledged uint64
	Bytes, MaxBytes       int64
	FullIn                time.Duration // at the present rate; 0 when that is unknown
}

// A TaskState is how far something lasting is.
type TaskState uint8

const (
	TaskIdle TaskState = iota
	TaskRunning
	TaskDone
	TaskFailed
)

// A Task is an export, a check or a fetch on its way. Of a fetch that is done,
// Done is how many lists are new, or how many scans have a receipt now.
type Task struct {
	State       TaskState
	Done, Total int64   // entries or bytes; Total 0 is unknown
	Failure     Failure // when State is TaskFailed
	Note        string  // when done: the file written, the head's fingerprint
	Receipts    bool    // a fetch is of receipts
}

// A Stick is a mounted USB stick.
type Stick struct {
	ID       string // how orders name it
	Name     string // its label
	Free     int64  // bytes
	ReadOnly bool
}

// An Offer is a list repository found on a stick, or a hub's receipts, by layout
// and names alone: whose they are their signatures tell.
type Offer struct {
	ID       string // how orders name it; "" for a stick that holds neither
	Name     string // the stick's label
	Folder   string // on it; "" when it is the stick's own
	Receipts bool   // what brings back what the hub has taken, and no list
}

// An EnrolState is how far an enrolment is.
type EnrolState uint8

const (
	EnrolReading EnrolState = iota // waiting for a hub's code
	EnrolOffered                   // read: the supervisor compares and confirms
	EnrolRunning                   // speaking to the hub
	EnrolDone
	EnrolFailed
)

// An EnrolView is an enrolment on its way.
type EnrolView struct {
	State       EnrolState
	Hub         string    // its address's host
	Fingerprint string    // of its key, in groups, as the hub shows it
	Expires     time.Time // when the code ends
	Checkpoint  string    // when done: what the grant says
	Lane        string
	Failure     Failure // when failed
}

// MaxVolume is the loudest.
const MaxVolume = 10

// Preferences are what a person at the device may choose for its screen and
// sound. The command keeps them over restarts.
type Preferences struct {
	Language string // "vi" or "en"
	Preset   Preset
	Large    bool // large type
	Volume   int  // 0 to MaxVolume
	Spoken   bool // the outcome is spoken as well
	Vibrate  bool // the outcome is felt as well, where something can vibrate
}
