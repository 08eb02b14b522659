//go:build cgo

package android

import "errors"

// A Keeper wraps secrets with a key in the Android Keystore: AES-256-GCM, made
// there (in StrongBox where the device has one, else in the trusted execution
// environment), and never handed out. Who has the phone's flash has nothing;
// who has the phone unlocked and controls this program can have it unwrap.
// The key goes with the app's data when the program is uninstalled.
type Keeper struct{ Host Host }

// ErrWrapped is what Unwrap says of bytes that Wrap cannot have made.
var ErrWrapped = errors.New("not a secret that was wrapped on this device")

const sealing = 12 + 16 // bytes: GCM's nonce before, its tag after (NIST SP 800-38D §7.1)

// Wrap seals a secret. The result is GCM's nonce (12 bytes), the ciphertext and
// the tag (16 bytes). The first call makes the key.
func (k Keeper) Wrap(secret []byte) ([]byte, error) {
	return result[[]byte](k.Host.call("wrap", "(Landroid/content/Context;[B)[B", secret))
}

// Unwrap opens what Wrap has sealed. It fails for ever once Destroy was called.
func (k Keeper) Unwrap(wrapped []byte) ([]byte, error) {
	if len(wrapped) < sealing {
		return nil, ErrWrapped
	}
	return result[[]byte](k.Host.call("unwrap", "(Landroid/content/Context;[B)[B", wrapped))
}

// Destroy deletes the key, and with it all that it wrapped. It is not an error
// that there is none.
func (k Keeper) Destroy() error {
	return k.Host.tell("destroy", "(Landroid/content/Context;)V")
}
