package credential

import "strings"

// The national personal QR code of Decision 1405/QD-BTTTT (11 September 2021,
// technical requirements v1.1) is plain text in six '|' separated fields:
//
//	0 number of the identity card, chip card or passport    1 NAME WITHOUT MARKS
//	2 birth yyyy-mm-dd    3 declared by 0 the holder, 1 another    4 platform id    5 extension
//
// The extension's items are separated by '<': platform id of the declarer, sex
// (0 unknown, 1 male, 2 female), insurance card number, telephone, and more. It
// may be empty. The telephone number is not kept.
const qrqgTokens = 6

func isQRQG(tokens []string) bool {
	return len(tokens) == qrqgTokens && isISODate(tokens[2]) && (tokens[3] == "0" || tokens[3] == "1")
}

func isISODate(s string) bool {
	return len(s) == 10 && isDigits(s[:4], 4) && s[4] == '-' && isDigits(s[5:7], 2) && s[7] == '-' && isDigits(s[8:], 2)
}

func (c *Credential) readQRQG(tokens []string) error {
	number := strings.ToUpper(tokens[0])
	switch {
	case isDigits(number, 12):
		c.subject = Subject{NamespaceID, number}
	case isDigits(number, 9):
		c.subject = Subject{NamespaceCMND, number}
	case isPassport(number):
		c.subject = Subject{NamespacePassport, number}
	default:
		return malformed("the number is that of no document")
	}
	c.setName(tokens[1])
	birth, ok := yearFirst(tokens[2], "-")
	if !ok || birth.Month == 0 {
		return malformed("the birth date is no date")
	}
	c.birth = birth
	if tokens[3] == "1" {
		c.doubt(DoubtProxy)
	}

	extension := strings.Split(tokens[5], "<")
	if len(extension) > 1 {
		switch extension[1] {
		case "1":
			c.sex = Male
		case "2":
			c.sex = Female
		}
	}
	if len(extension) > 2 && isBHYTNumber(extension[2]) {
		card := extension[2]
		c.aliases = append(c.aliases, Subject{NamespaceBHXH, card[len(card)-10:]})
	}
	if c.subject.Namespace == NamespaceID {
		c.weigh(number)
	}
	return nil
}
