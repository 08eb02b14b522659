package ui

import (
	"strings"
	"time"

	"chot/scanner"
)

// A typed is what the newest typed payload was: its verdict carries neither
// birth date nor name, and the guard compares what was typed.
type typed struct {
	tail  string // the number's last digits, as a mask shows them
	birth string // as credential.Birth prints it
	at    time.Time
}

// MaxPlate is the longest a plate may be, marks left out.
const MaxPlate = 10

// write folds a key of the keypad into the field of the screen.
func (m *Model) write(in Intent, now time.Time) {
	if m.now.Verdict != nil {
		return
	}
	switch m.base {
	case TypedScreen:
		m.writeNumber(in, now)
	case VehicleScreen:
		m.now.Plate = edit(m.now.Plate, in, plateLetters, MaxPlate)
		m.now.Page = plateBoardFor(m.now.Plate, m.now.Page)
	case PINScreen:
		m.pin.write(in, now)
	}
}

func (m *Model) writeNumber(in Intent, now time.Time) {
	t := &m.now.Typing
	if in, ok := in.(ChooseField); ok {
		if in.Field <= BirthField {
			t.Field = in.Field
		}
		return
	}
	if t.Field == BirthField {
		t.Birth = edit(t.Birth, in, onlyDigits, MaxBirth)
	} else {
		t.Text = edit(t.Text, in, onlyDigits, MaxDigits)
	}
	t.Number = checkNumber(t.Text, now)
	t.Date = CheckBirth(t.Birth, t.Text, now)
}

// edit is a field's text after a key. What does not fit whole is not taken.
func edit(text string, in Intent, clean func(string) string, most int) string {
	switch in := in.(type) {
	case TypeText:
		if more := clean(in.Text); len(text)+len(more) <= most {
			text += more
		}
	case EraseTyped:
		if len(text) > 0 {
			text = text[:len(text)-1]
		}
	case ClearTyped:
		text = ""
	}
	return text
}

// plateLetters keeps what a plate is made of (Circular 79/2024/TT-BCA):
// letters and digits; marks between them are set when it is shown.
func plateLetters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == 'đ', r == 'Đ':
			return 'D'
		}
		return -1
	}, s)
}

// submit is done with the field of the screen.
func (m *Model) submit(now time.Time) (scanner.Payload, bool) {
	if m.now.Verdict != nil {
		return scanner.Payload{}, false
	}
	switch m.base {
	case TypedScreen:
		t := m.now.Typing
		if !t.Number.Complete() || !t.Date.Usable() {
			return scanner.Payload{}, false
		}
		m.typed = typed{tail: t.Text[min(6, len(t.Text)):], birth: bornOf(t.Birth), at: now}
		m.leave(m.home(), now)
		return scanner.Payload{Bytes: []byte(t.Text), Input: "typed", Typed: true}, true
	case VehicleScreen:
		m.takeVehicle(now)
	case PINScreen:
		if check, ok := m.pin.submit(now); ok {
			m.order(check)
		}
	}
	return scanner.Payload{}, false
}

// bornOf writes a typed birth date as credential.Birth prints one.
func bornOf(digits string) string {
	if len(digits) == MaxBirth {
		return digits[4:] + "-" + digits[2:4] + "-" + digits[:2]
	}
	return digits
}
