package android

import "time"

// unattended is how long nobody may scan or touch the screen before it may go
// dark on battery: longer than a queue's gap, far shorter than a shift.
const unattended = 10 * time.Minute

// StayAwake says whether the screen is kept on: on a charger always, on battery
// for as long as somebody has scanned or touched it lately. Once it may go
// dark, the system turns it off in its own time, which closes the camera. A
// time in the future is a clock that was set, and no reason to stay on.
func StayAwake(now, used time.Time, charging bool) bool {
	idle := now.Sub(used)
	return charging || idle >= 0 && idle < unattended
}
