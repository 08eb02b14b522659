package ui

// A Screen is what fills the window.
type Screen uint8

const (
	ScanScreen    Screen = iota // the camera's picture, waiting for a code
	VerdictScreen               // one verdict
	WhyScreen                   // that verdict explained
	TypedScreen                 // a number typed from paper
	FirstScreen                 // first start: the device belongs to no checkpoint yet

	MoreScreen     // what the guard needs less often
	PurposeScreen  // the purposes to choose from
	VehicleScreen  // plate and head-count
	RecentScreen   // the last scans
	ShiftScreen    // the shift's counts
	HandoverScreen // the shift goes to the next operator
	FaultsScreen   // every fault, with what to do
	DisplayScreen  // language, colours, size of type
	PINScreen      // a PIN is typed
	StoppedScreen  // no station is at work: nothing can be scanned

	MenuScreen    // the supervisor's menu
	SourcesScreen // cameras and readers, with a live test
	EnrolScreen   // the hub's code is scanned and confirmed
	ListsScreen   // signed lists and the hub
	SoundScreen   // volume, spoken words
	ExportScreen  // to a stick
	JournalScreen // the journal's state and check
	FetchScreen   // signed lists and receipts from a stick
	LeaveScreen   // out of the program, where the platform has somewhere to go

	screens
)

// guarded reports whether a screen opens only behind the supervisor's PIN.
func (s Screen) guarded() bool { return s >= MenuScreen && s < screens }
