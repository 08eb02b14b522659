package stick

import (
	"os"
	"path/filepath"
)

// Mounted returns the one place from which a handheld hands files over: the app's
// own folder in the shared storage, which a computer sees over the USB cable.
// Sticks are behind Android's own pickers.
func Mounted() []Stick {
	shared := os.Getenv("EXTERNAL_STORAGE") // the system sets it for every app
	if shared == "" {
		shared = "/sdcard"
	}
	const own = "Android/data/vn.chot.scanner/files/chot"
	path := filepath.Join(shared, own)
	if os.MkdirAll(path, 0o700) != nil {
		return nil
	}
	return []Stick{{Path: path, Name: own, Free: free(path)}}
}
