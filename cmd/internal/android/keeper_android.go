//go:build cgo

package android

import (
	"fmt"

	"chot/cmd/internal/keystore"
)

// A Keeper wraps secrets with a key in the Android Keystore: AES-256-GCM, made
// there (in StrongBox where the device has one, else in the trusted execution
// environment), and never handed out. Who has the phone's flash has nothing;
// who has the phone unlocked and controls this program can have it unwrap.
// The key goes with the app's data when the program is uninstalled.
type Keeper struct{ Host Host }

const sealing = 12 + 16 // bytes: GCM's nonce before, its tag after (NIST SP 800-38D §7.1)

// Kind implements keystore.KindOf.
func (Keeper) Kind() keystore.Kind { return keystore.KindAndroid }

// Wrap seals a secret. The result is GCM's nonce (12 bytes), the ciphertext and
// the tag (16 bytes). The first call makes the key. Where the Keystore does not
// answer, the error wraps keystore.ErrKeeper.
func (k Keeper) Wrap(secret []byte) ([]byte, error) {
	return k.answer(k.Host.call("wrap", "(Landroid/content/Context;[B)[B", secret))
}

// Unwrap opens what Wrap has sealed. Once the key is gone, the error wraps
// keystore.ErrDestroyed for ever.
func (k Keeper) Unwrap(wrapped []byte) ([]byte, error) {
	if len(wrapped) < sealing {
		return nil, keystore.ErrEnvelope
	}
	secret, err := k.answer(k.Host.call("unwrap", "(Landroid/content/Context;[B)[B", wrapped))
	if err == nil && secret == nil {
		err = keystore.ErrDestroyed
	}
	return secret, err
}

// Destroy deletes the key, and with it all that it wrapped. It is not an error
// that there is none.
func (k Keeper) Destroy() error {
	if err := k.Host.tell("destroy", "(Landroid/content/Context;)V"); err != nil {
		return fmt.Errorf("%w: %w", keystore.ErrKeeper, err)
	}
	return nil
}

func (Keeper) answer(v any, err error) ([]byte, error) {
	if err != nil {
		return nil, fmt.Errorf("%w: %w", keystore.ErrKeeper, err)
	}
	return result[[]byte](v, nil)
}
