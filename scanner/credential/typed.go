package credential

// A bare number says which one it is by its length alone, and nothing about who
// presents it.

func isTyped(s string) bool { return isDigits(s, 12) || isDigits(s, 10) || isDigits(s, 9) }

// readTyped reads what isTyped accepts.
func (c *Credential) readTyped(number string) {
	c.proof = Unsigned
	switch len(number) {
	case 12:
		c.subject = Subject{NamespaceID, number}
		c.weigh(number)
	case 10:
		c.subject = Subject{NamespaceBHXH, number}
	case 9:
		c.subject = Subject{NamespaceCMND, number}
	}
}
