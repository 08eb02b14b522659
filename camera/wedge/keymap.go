package wedge

// Key codes of Linux (include/uapi/linux/input-event-codes.h). They name places
// on a keyboard, not letters: USB HID usages translated by the kernel.
const (
	keyTab        = 15
	keyEnter      = 28
	keyLeftCtrl   = 29
	keyA          = 30
	keyLeftShift  = 42
	keyRightShift = 54
	keyLeftAlt    = 56
	keySpace      = 57
	keyCapsLock   = 58
	keyKP7        = 71
	keyKPEnter    = 96
	keyRightCtrl  = 97
	keyRightAlt   = 100
)

// usKeys is what the keys type on a US keyboard (ANSI INCITS 154): alone and
// with Shift. A key that is not here types nothing.
var usKeys = func() (keys [128][2]byte) {
	for _, row := range []struct {
		first          int
		plain, shifted string
	}{
		{2, "1234567890-=", "!@#$%^&*()_+"},
		{16, "qwertyuiop[]", "QWERTYUIOP{}"},
		{30, "asdfghjkl;'`", `ASDFGHJKL:"~`},
		{43, `\zxcvbnm,./`, "|ZXCVBNM<>?"},
		{55, "*", "*"},                         // keypad
		{57, " ", " "},                         //
		{71, "789-456+1230.", "789-456+1230."}, // keypad, Num Lock on
		{86, "<", ">"},                         // the 102nd key, as the kernel's own table has it
		{98, "/", "/"},                         // keypad
		{117, "=", "="},                        // keypad
		{121, ",", ","},                        // keypad
	} {
		for i := range len(row.plain) {
			keys[row.first+i] = [2]byte{row.plain[i], row.shifted[i]}
		}
	}
	keys[keyTab] = [2]byte{'\t', '\t'}
	keys[keyEnter] = [2]byte{'\r', '\r'}
	keys[keyKPEnter] = [2]byte{'\r', '\r'}
	return keys
}()

// character returns what a key types, and 0 when it types nothing.
func character(code uint16, shift, caps, ctrl bool) byte {
	if int(code) >= len(usKeys) {
		return 0
	}
	pair := usKeys[code]
	c := pair[0]
	if letter := 'a' <= c && c <= 'z'; shift != (caps && letter) {
		c = pair[1]
	}
	if !ctrl || c < ' ' {
		return c
	}
	// Ctrl takes the two upper bits away (ECMA-48 §5.2: columns 04 and 05 to
	// 00 and 01).
	switch {
	case '@' <= c && c <= '_':
		return c & 0x1f
	case 'a' <= c && c <= 'z':
		return c & 0x1f
	}
	return 0
}

// digit returns the digit on a key, of the keypad or the top row, and -1 for
// other keys.
func digit(code uint16) int {
	if c := character(code, false, false, false); '0' <= c && c <= '9' {
		return int(c - '0')
	}
	return -1
}
