//go:build powercut

package store

import "os"

// unsynced makes the power-cut rig's control: a journal that never syncs. It
// exists only under the rig's build tag.
func unsynced() bool { return os.Getenv("CHOT_POWERCUT_UNSYNCED") != "" }
