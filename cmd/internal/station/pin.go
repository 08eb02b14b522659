package station

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// A PIN is kept as Argon2id (RFC 9106) in the string form of the Password
// Hashing Competition: "$argon2id$v=19$m=19456,t=2,p=1$salt$hash". Whoever
// reads the file still has to try every PIN at 19 MiB and some tens of
// milliseconds each; at the device ten tries lock it.
const (
	pinMemory  = 19456 // KiB
	pinTime    = 2
	pinThreads = 1
	pinSalt    = 16
	pinHash    = 32
)

// PINs have from 4 to 12 digits: the pad has no letters.
const (
	shortestPIN = 4
	longestPIN  = 12
)

var errHash = errors.New("is not a PIN's hash: make one with chotctl config pin")

// HashPIN returns what chot.toml keeps of a PIN.
func HashPIN(pin string) (string, error) {
	if len(pin) < shortestPIN || len(pin) > longestPIN || strings.Trim(pin, "0123456789") != "" {
		return "", fmt.Errorf("a PIN has from %d to %d digits", shortestPIN, longestPIN)
	}
	salt := make([]byte, pinSalt)
	rand.Read(salt)
	return formatHash(pinMemory, pinTime, salt, argon2.IDKey([]byte(pin), salt, pinTime, pinMemory, pinThreads, pinHash)), nil
}

func formatHash(memory, passes uint32, salt, hash []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, pinThreads, b.EncodeToString(salt), b.EncodeToString(hash))
}

// parseHash reads a hash strictly, and within what this device can compute.
func parseHash(text string) (memory, passes uint32, salt, hash []byte, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return 0, 0, nil, nil, errHash
	}
	var threads uint8
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); n != 3 || err != nil {
		return 0, 0, nil, nil, errHash
	}
	salt, saltErr := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	switch {
	case saltErr != nil, hashErr != nil, len(salt) < 8, len(hash) != pinHash,
		memory < 8, memory > 256<<10, passes < 1, passes > 16, threads != pinThreads,
		formatHash(memory, passes, salt, hash) != text:
		return 0, 0, nil, nil, errHash
	}
	return memory, passes, salt, hash, nil
}

func checkHash(text string) error {
	_, _, _, _, err := parseHash(text)
	return err
}

// pinFits reports whether a PIN is the one hashed. No hash fits no PIN.
func pinFits(hash, pin string) bool {
	memory, passes, salt, want, err := parseHash(hash)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare(argon2.IDKey([]byte(pin), salt, passes, memory, pinThreads, pinHash), want) == 1
}
