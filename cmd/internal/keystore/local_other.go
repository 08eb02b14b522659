//go:build !linux || android

package keystore

import "fmt"

// Local returns the machine's keeper of a kind. An app is given its own.
func Local(f Folder, kind Kind) (Keeper, error) {
	if kind == KindFile {
		return File{f}, nil
	}
	return nil, fmt.Errorf("%w: the keys were sealed by the keeper %q, which this machine does not have", ErrKeeper, kind)
}

// Best returns the best keeper the machine has for new secrets.
func Best(f Folder) (Keeper, error) { return File{f}, nil }

// Forget makes all keepers of the machine but one destroy what they still have in a
// folder.
func Forget(f Folder, but Kind) error {
	if but == KindFile {
		return nil
	}
	return File{f}.Destroy()
}

// Abandon is Forget of all keepers.
func Abandon(f Folder) error { return Forget(f, "") }
