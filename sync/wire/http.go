package wire

// Where a hub answers, below its address, and how the bodies are called.
const (
	BundlesPath = "/v1/bundles" // POST a packed bundle, get a receipt
	AlarmsPath  = "/v1/alarms"  // POST an alarm, get it confirmed
	EnrolPath   = "/v1/enrol"   // POST an enrolment request, get a grant
	ListsPath   = "/tuf/"       // GET the TUF repository's files

	BundleType  = "application/vnd.chot.bundle"
	AlarmType   = "application/vnd.chot.alarm"
	ReceiptType = "application/vnd.chot.receipt"
	GrantType   = "application/vnd.chot.grant+json"
)
