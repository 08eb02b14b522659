package station

import (
	"chot/store"
	"chot/sync/wire"
)

// A Carrier is what carrying a station's scans by hand needs: its journal,
// and the keys of both ends.
type Carrier struct {
	Journal *store.Store
	Device  wire.DeviceVerifier
	Hub     wire.HubVerifier
}

// OpenCarrier opens the journal in a station's folder, in which no scanner may
// be running.
func OpenCarrier(dir string) (Carrier, error) {
	id, err := loadIdentity(dir)
	if err != nil {
		return Carrier{}, err
	}
	j, device, err := Journal(dir)
	return Carrier{j, device, id.enrolment.HubKey}, err
}
