//go:build linux && !android

package keystore

import (
	"errors"
	"fmt"
	"io/fs"
)

// Local returns the machine's keeper of a kind.
func Local(f Folder, kind Kind) (Keeper, error) {
	switch kind {
	case KindFile:
		return File{f}, nil
	case KindTPM:
		return TPM{Folder: f}, nil
	}
	return nil, fmt.Errorf("%w: the keys were sealed by the keeper %q, which this machine does not have", ErrKeeper, kind)
}

// Best returns the best keeper the machine has for new secrets, and why it is
// none better: nil where it is the best there is, or the machine has no TPM.
func Best(f Folder) (Keeper, error) {
	chip := TPM{Folder: f}
	err := chip.Probe()
	switch {
	case err == nil:
		return chip, nil
	case errors.Is(err, fs.ErrNotExist):
		return File{f}, nil
	}
	return File{f}, err
}

// Forget makes all keepers of the machine but one destroy what they still have in a
// folder: a power cut while keys were moved leaves it there.
func Forget(f Folder, but Kind) (err error) {
	if but != KindFile {
		err = File{f}.Destroy()
	}
	if but != KindTPM && f.Has(tpmState) {
		err = errors.Join(err, TPM{Folder: f}.Destroy())
	}
	return err
}

// Abandon is Forget of all keepers, also of a TPM where what it needs in the folder
// was damaged: the secret that stays in the chip opens nothing without that.
func Abandon(f Folder) error {
	err := Forget(f, "")
	if errors.Is(err, ErrEnvelope) {
		return f.Shred(tpmState)
	}
	return err
}
