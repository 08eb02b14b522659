package ui

// Private reports whether what is drawn may tell who somebody is: a name, a
// number or a part of one, a plate, a PIN being typed, or the camera's
// picture, in which a card may be held up. Whoever keeps pictures of the
// screen (a screenshot, the list of recent programs, a mirrored display) must
// not get these. A screen that is not known here is private.
func (s Snapshot) Private() bool {
	if s.Verdict != nil {
		return true
	}
	switch s.Screen {
	case ScanScreen:
		return s.Preview.Image != nil || s.Vehicle.Plate != ""
	case TypedScreen:
		return s.Typing.Text != "" || s.Typing.Birth != ""
	case VehicleScreen:
		return s.Plate != ""
	case SourcesScreen:
		return len(s.Readings) > 0
	case EnrolScreen:
		return s.Preview.Image != nil // the hub's code admits a device
	case FirstScreen, MoreScreen, PurposeScreen, ShiftScreen, HandoverScreen, FaultsScreen, DisplayScreen,
		StoppedScreen, MenuScreen, ListsScreen, SoundScreen, ExportScreen, JournalScreen, FetchScreen, LeaveScreen:
		return false
	}
	return true
}
