package serial

// Honeywell's readers and modules (N3680, N4680…) take commands of SYN, a letter
// and CR; these have no answer. A menu command carries the text that is under a
// menu barcode in the reader's manual, and is answered with that text and ACK (06),
// ENQ (05: no such command) or NAK (15: a wrong value).
const syn = 0x16

// HoneywellStart starts a scan.
func HoneywellStart() []byte { return []byte{syn, 'T', '\r'} }

// HoneywellStop stops it.
func HoneywellStop() []byte { return []byte{syn, 'U', '\r'} }

// HoneywellBeep makes the reader beep.
func HoneywellBeep() []byte { return []byte{syn, 0x07, '\r'} }

// HoneywellMenu sets the reader up, for good: menu is the text under a menu
// barcode, such as "PAPHHF". The full stop that ends it is added.
func HoneywellMenu(menu string) []byte {
	return append(append([]byte{syn, 'M', '\r'}, menu...), '.')
}
