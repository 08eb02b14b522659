package scanner

// A Fault is the machine's trouble as the operator sees it. Its texts (what
// is wrong, what to do) stand in assets under the code; an error string never
// reaches the screen.
type Fault string

const (
	FaultNoSource       Fault = "no-source"        // nothing to scan with
	FaultCamera         Fault = "camera-lost"      // unplugged or stalled
	FaultReader         Fault = "reader-lost"      // serial reader gone
	FaultPermission     Fault = "no-permission"    // camera's device node not readable
	FaultJournal        Fault = "journal-failed"   // an entry could not be written
	FaultJournalFull    Fault = "journal-full"     // the stated size is reached
	FaultJournalForeign Fault = "journal-foreign"  // the journal belongs to another device
	FaultClock          Fault = "clock-behind"     // wall clock behind a time already seen
	FaultListMissing    Fault = "list-missing"     // no list installed yet
	FaultListStale      Fault = "list-stale"       // still used, amber badge
	FaultListExpired    Fault = "list-expired"     // verdicts that need it become Refer
	FaultListDamaged    Fault = "list-damaged"     // a page failed its hash
	FaultHubAway        Fault = "hub-away"         // nobody answers
	FaultHubOther       Fault = "hub-other"        // answers with another key or certificate
	FaultHubNotOurs     Fault = "hub-not-ours"     // a captive portal or proxy answers
	FaultHubRefuses     Fault = "hub-refuses"      // the hub will not take our bundles
	FaultRevoked        Fault = "device-revoked"   // this device was revoked
	FaultNotEnrolled    Fault = "not-enrolled"     // no enrolment yet
	FaultListSource     Fault = "list-source"      // the repository's answer fails its signatures
	FaultFrame          Fault = "frame-unreadable" // an image could not be read

	FaultPermissionSerial Fault = "no-permission-serial" // serial port not readable
	FaultPermissionInput  Fault = "no-permission-input"  // input device not readable
	FaultPermissionRelay  Fault = "no-permission-relay"  // relay's port or GPIO chip not usable
	FaultRelay            Fault = "relay-lost"           // the relay board does not answer
	FaultBarrier          Fault = "barrier-stuck"        // its sensor shows a passage all the time
	FaultSound            Fault = "no-sound"             // no sound card that works
	FaultJournalInUse     Fault = "journal-in-use"       // another program has it open
	FaultJournalDamaged   Fault = "journal-damaged"      // it does not open
	FaultReadOnly         Fault = "disk-read-only"       // the station's folder cannot be written
	FaultDiskFull         Fault = "disk-full"            // no room left beside the journal
	FaultConfig           Fault = "settings-wrong"       // chot.toml has a mistake
	FaultEnrolment        Fault = "enrolment-damaged"    // what the hub handed over cannot be read
	FaultLocked           Fault = "supervisor-locked"    // too many wrong PINs
	FaultEnded            Fault = "sources-ended"        // what was played has come to its end
	FaultListStorage      Fault = "list-not-stored"      // no room for a new list

	FaultKeysDestroyed Fault = "keys-destroyed" // revoked, or ten wrong PINs: the device admits nobody any more
	FaultKeysStuck     Fault = "keys-stuck"     // they must be destroyed, and cannot be yet
	FaultKeysShut      Fault = "keys-shut"      // what guards them (a TPM, the Keystore) does not answer

	FaultCameraUnasked Fault = "camera-unasked" // the operator has not been asked for the camera yet
	FaultCameraRefused Fault = "camera-refused" // the operator said no, and may be asked again
	FaultCameraBarred  Fault = "camera-barred"  // only the system's settings can allow the camera
	FaultNoCamera      Fault = "no-camera"      // the device has none
	FaultCameraBusy    Fault = "camera-busy"    // another program has it
	FaultCameraOff     Fault = "camera-off"     // whoever manages the device has switched it off
	FaultOffline       Fault = "offline-long"   // no hub was reached for days
	FaultForeignScan   Fault = "scan-foreign"   // another program sent what is no enrolled reader's scan
	FaultInterrupted   Fault = "interrupted"    // the program was killed while it scanned
)

// A Severity orders faults on the screen.
type Severity uint8

const (
	Note    Severity = iota // shown small
	Warning                 // shown as a banner
	Stopped                 // no verdict can be trusted or kept until mended
)

var severities = map[Fault]Severity{
	FaultNoSource: Stopped, FaultCamera: Warning, FaultReader: Warning, FaultPermission: Warning,
	FaultJournal: Stopped, FaultJournalFull: Stopped, FaultJournalForeign: Stopped,
	FaultClock: Warning, FaultListMissing: Warning, FaultListStale: Note, FaultListExpired: Warning, FaultListDamaged: Warning,
	FaultHubAway: Note, FaultHubOther: Warning, FaultHubNotOurs: Note, FaultHubRefuses: Warning,
	FaultRevoked: Stopped, FaultNotEnrolled: Stopped, FaultListSource: Warning, FaultFrame: Note,
	FaultPermissionSerial: Warning, FaultPermissionInput: Warning, FaultPermissionRelay: Warning, FaultRelay: Warning, FaultBarrier: Warning,
	FaultSound: Note, FaultJournalInUse: Stopped, FaultJournalDamaged: Stopped, FaultReadOnly: Stopped, FaultDiskFull: Stopped,
	FaultConfig: Stopped, FaultEnrolment: Stopped, FaultLocked: Note, FaultEnded: Stopped, FaultListStorage: Warning,
	FaultKeysDestroyed: Stopped, FaultKeysStuck: Stopped, FaultKeysShut: Stopped,
	FaultCameraUnasked: Warning, FaultCameraRefused: Warning, FaultCameraBarred: Warning, FaultNoCamera: Note, FaultCameraBusy: Warning, FaultCameraOff: Warning,
	FaultOffline: Warning, FaultForeignScan: Note, FaultInterrupted: Note,
}

// Severity returns how bad the fault is. An unknown fault stops.
func (f Fault) Severity() Severity {
	if s, ok := severities[f]; ok {
		return s
	}
	return Stopped
}

// Faults returns every fault in the catalogue, in no particular order.
func Faults() []Fault {
	all := make([]Fault, 0, len(severities))
	for f := range severities {
		all = append(all, f)
	}
	return all
}
