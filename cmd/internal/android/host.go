package android

import "errors"

// A Host is the running app as Java knows it: the virtual machine (JavaVM*) and
// a weak global reference to the Activity, or to another Context where there is
// no screen. It is a small value to copy; the zero Host is nobody's, and its
// methods fail with [ErrGone].
type Host struct{ VM, Activity uintptr }

// ErrGone is what a Host says whose Activity is no more, or never was.
var ErrGone = errors.New("the screen is gone")

// The system's pages that [Host.OpenSettings] opens, as android.provider.Settings
// names them.
const (
	AppSettings     = "android.settings.APPLICATION_DETAILS_SETTINGS"
	ClockSettings   = "android.settings.DATE_SETTINGS"
	StorageSettings = "android.settings.INTERNAL_STORAGE_SETTINGS"
	NetworkSettings = "android.settings.WIRELESS_SETTINGS"
)
