//go:build cgo

package android

import "chot/scanner"

// Flags of a window (android.view.WindowManager.LayoutParams).
const (
	flagKeepScreenOn = 0x80
	flagSecure       = 0x2000
)

// KeepAwake keeps the screen on, or lets the system turn it off in its own time.
func (h Host) KeepAwake(on bool) error {
	return h.tell("flag", "(Landroid/app/Activity;IZ)V", flagKeepScreenOn, on)
}

// Secure bars pictures of the screen (screenshots, recordings, the list of
// recent programs, displays elsewhere), or allows them. A new Activity bars
// them until it is told otherwise.
func (h Host) Secure(on bool) error {
	return h.tell("flag", "(Landroid/app/Activity;IZ)V", flagSecure, on)
}

// LockTask locks the device to this program (lock-task mode) where the device's
// owner allows it, and does nothing elsewhere.
func (h Host) LockTask() error { return h.tell("lock", "(Landroid/app/Activity;)V") }

// Leave ends the lock-task mode and puts the program behind the launcher.
func (h Host) Leave() error { return h.tell("leave", "(Landroid/app/Activity;)V") }

// Announce has a screen reader say words at once.
func (h Host) Announce(words string) error {
	return h.tell("say", "(Landroid/app/Activity;Ljava/lang/String;)V", words)
}

// Rotation is how the screen is turned, in quarters of a turn, as
// Display.getRotation counts them: 0 upright, then against the clock.
func (h Host) Rotation() (int, error) {
	return result[int](h.call("rotation", "(Landroid/app/Activity;)I"))
}

// Vibrates reports whether there is something to vibrate with.
func (h Host) Vibrates() (bool, error) {
	return result[bool](h.call("vibrates", "(Landroid/content/Context;)Z"))
}

// Vibrate plays a verdict's pattern and does not wait for its end.
func (h Host) Vibrate(v scanner.Verdict) error {
	timings, strengths := waveform(Pulses(v))
	return h.tell("vibrate", "(Landroid/content/Context;[J[I)V", timings, strengths)
}

// CameraPermission says whether the camera may be opened, and if not, whether
// Android has a refusal on record that an explanation might turn: what
// [Asking.Poll] takes.
func (h Host) CameraPermission() (granted, rationale bool, err error) {
	granted, err = result[bool](h.call("granted", "(Landroid/content/Context;)Z"))
	if err != nil || granted {
		return granted, false, err
	}
	rationale, err = result[bool](h.call("rationale", "(Landroid/app/Activity;)Z"))
	return false, rationale, err
}

// AskCamera puts the system's question for the camera to the operator. The
// program is paused under it, and comes back to the front with the answer.
func (h Host) AskCamera() error { return h.tell("ask", "(Landroid/app/Activity;)V") }

// OpenSettings opens one of the system's pages, such as [ClockSettings].
func (h Host) OpenSettings(page string) error {
	return h.tell("settings", "(Landroid/app/Activity;Ljava/lang/String;)V", page)
}

// Charging reports whether the device hangs on a charger.
func (h Host) Charging() (bool, error) {
	return result[bool](h.call("charging", "(Landroid/content/Context;)Z"))
}

// Restrictions returns what a manager of devices has set, as the JSON that
// [ParseRestrictions] takes; "{}" where nobody manages the device.
func (h Host) Restrictions() (string, error) {
	return result[string](h.call("restrictions", "(Landroid/content/Context;)Ljava/lang/String;"))
}

func result[T any](v any, err error) (T, error) {
	t, _ := v.(T)
	return t, err
}
