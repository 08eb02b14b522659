// Package card knows the self-test card: a text with every Vietnamese letter
// and every sign that readers garble. What a reader makes of it says how the
// reader is set up, and which setting to change.
package card

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/unicode/norm"
)

// Text is what the card's QR symbol holds, in UTF-8, composed (NFC): letters
// first, then the signs that keyboard layouts move.
const Text = "ĂÂĐÊÔƠƯ ăâđêôơư ÁÀẢÃẠ áàảãạ ẮẰẲẴẶ ấầẩẫậ ÉÈẺẼẸ ếềểễệ ÍÌỈĨỊ óòỏõọ ốồổỗộ ỚỜỞỠỢ úùủũụ ứừửữự ÝỲỶỸỴ ABCxyz 0123456789 |$<:/%*+-.@_#&"

// A Finding is what happened to the text on its way.
type Finding struct {
	Fits    bool
	Garbled []string // "ơ → o", "ấ → ?", "| is missing"; at most 40
	Means   string   // what is wrong with the reader, in a sentence
	Do      string   // which setting to change
}

// mojibake are the code pages in which readers send text, or take UTF-8 for.
var codePages = []struct {
	name string
	enc  encoding.Encoding
}{
	{"Windows-1258", charmap.Windows1258}, {"Windows-1252", charmap.Windows1252}, {"ISO 8859-1", charmap.ISO8859_1},
	{"GBK", simplifiedchinese.GBK}, {"Big5", traditionalchinese.Big5},
}

// Examine says what became of the card's text.
func Examine(read []byte) Finding {
	read = bytes.Trim(read, "\x00\x02\x03\r\n\t ")
	if len(read) > 3 && read[0] == ']' && read[1] == 'Q' {
		read = read[3:] // an AIM identifier, which the scanner takes off too
	}
	got := norm.NFC.String(string(read))
	if got == Text {
		return Finding{Fits: true, Means: "Every letter and sign came through.", Do: "Nothing is to be changed."}
	}
	f := Finding{Means: "The reader changes letters in a way that is not known here.",
		Do: "Set it to send UTF-8 (or “raw”, “transparent”), as a serial port (USB CDC) if it can; else let the camera read cards."}
	for _, d := range diagnoses {
		if d.is(read, got) {
			f.Means, f.Do = d.means, d.do
			break
		}
	}
	if !utf8.Valid(read) {
		got = strings.ToValidUTF8(got, "\uFFFD")
	}
	f.Garbled = differences(got)
	return f
}

type diagnosis struct {
	is        func(raw []byte, text string) bool
	means, do string
}

// diagnoses stand in the order in which they are tried: the sure ones first.
var diagnoses = []diagnosis{
	{func(raw []byte, _ string) bool { return len(raw) == 0 },
		"Nothing was read.", "Hold the card in front of the reader; check that it is switched on and reads QR codes."},
	{func(_ []byte, text string) bool {
		return strings.Trim(strings.Replace(text, Text, "", 1), " \r\n") == Text
	},
		"The reader sends each code twice.", "Nothing has to be changed: the scanner counts it once."},
	{func(raw []byte, _ string) bool { return sentIn(raw) != "" },
		"The reader does not send UTF-8 but a code page.", "Set the reader's output (“character set”, “code page”, “encoding”) to UTF-8, or to raw."},
	{func(_ []byte, text string) bool { return takenFor(text) != "" },
		"The reader takes the card's UTF-8 for a code page and turns it into UTF-8 once more.", "Set the reader's input (“QR encoding”, “ECI”, “default character set”) to UTF-8, or turn the conversion off (“raw”)."},
	{func(_ []byte, text string) bool {
		return strings.EqualFold(text, Text) || swapped(text) == Text || plainCase(text)
	},
		"Capital and small letters are exchanged.", "Turn Caps Lock off, and set the reader to ignore it (“Caps Lock override”)."},
	{func(_ []byte, text string) bool { return strings.HasPrefix(Text, text) },
		"The text is cut off.", "Set the reader's suffix to Enter (CR), its inter-character delay to 5 ms, and its longest code to 3,000 characters."},
	{func(_ []byte, text string) bool { return letters(text) == letters(unmarked(Text)) },
		"The reader types plain letters without their marks.", "As a keyboard: set it to “ALT codes”, “Universal keyboard” or Unicode; better: set it to a serial port (USB CDC)."},
	{func(_ []byte, text string) bool {
		return asciiOnly(Text) == asciiOnly(text) && !strings.Contains(text, "?") && missing(text, "ơƯ")
	},
		"The reader leaves out letters it has no key or code for (ơ, ư and stacked marks first).", "Set it to ALT codes or Unicode; where it is a serial port already, its firmware is at fault: no setting helps, let the camera read cards."},
	{func(_ []byte, text string) bool {
		return asciiOnly(Text) == strings.ReplaceAll(asciiOnly(text), "?", "")
	},
		"The reader puts ? for letters its code page lacks.", "Set the reader's output to UTF-8, or to raw."},
	{func(_ []byte, text string) bool { return letters(text) == letters(Text) },
		"Signs or digits are exchanged: the reader types for another keyboard.", "Set the reader's keyboard country (“keyboard layout”, “country code”) to US English."},
}

// sentIn names the code page in which raw is the card's text.
func sentIn(raw []byte) string {
	for _, p := range codePages {
		if b, err := p.enc.NewDecoder().Bytes(raw); err == nil && !utf8.Valid(raw) && near(norm.NFC.String(string(b))) {
			return p.name
		}
	}
	return ""
}

// takenFor names the code page for which the card's bytes were taken.
func takenFor(text string) string {
	for _, p := range codePages {
		if b, err := p.enc.NewEncoder().Bytes([]byte(text)); err == nil && near(norm.NFC.String(string(b))) {
			return p.name
		}
	}
	return ""
}

// near reports whether most of the card's marked letters are there: a code
// page may lack some.
func near(text string) bool {
	have, all := 0, 0
	for _, r := range Text {
		if r > unicode.MaxASCII {
			all++
			if strings.ContainsRune(text, r) {
				have++
			}
		}
	}
	return have*2 > all
}

func swapped(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

// plainCase reports whether what is left of the letters has the wrong case.
func plainCase(text string) bool {
	return strings.Contains(text, "abcXYZ") && !strings.Contains(text, "ABCxyz")
}

// unmarked takes all marks off, as a US keyboard would.
func unmarked(s string) string {
	s = strings.NewReplacer("đ", "d", "Đ", "D").Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

func asciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || r == ' ' {
			return -1
		}
		return r
	}, s)
}

func missing(text, of string) bool {
	for _, r := range of {
		if !strings.ContainsRune(text, r) {
			return true
		}
	}
	return false
}

// most bounds a list of differences: it is read by a person.
const most = 40

// differences compares word by word, since a reader that doubles or drops a
// letter shifts those behind it.
func differences(got string) (all []string) {
	want, have := strings.Fields(Text), strings.Fields(got)
	for i, w := range want {
		if i >= len(have) {
			all = append(all, w+" is missing")
			continue
		}
		if h := have[i]; h != w {
			all = append(all, pairs(w, h)...)
		}
	}
	if len(have) > len(want) {
		all = append(all, strings.Join(have[len(want):], " ")+" is too much")
	}
	return all[:min(len(all), most)]
}

func pairs(want, have string) (all []string) {
	w, h := []rune(want), []rune(have)
	if len(w) != len(h) {
		return []string{want + " → " + have}
	}
	for i := range w {
		if w[i] != h[i] {
			all = append(all, string(w[i])+" → "+string(h[i]))
		}
	}
	return all
}

// Garbled reports whether some other payload shows that its reader garbles
// Vietnamese: bytes that are no UTF-8, replaced letters, or UTF-8 taken for a
// code page.
func Garbled(payload []byte) bool {
	if !utf8.Valid(payload) || bytes.ContainsRune(payload, unicode.ReplacementChar) {
		return true
	}
	text := string(payload)
	for i, r := range text {
		if r != '?' {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+1:])
		if unicode.IsLetter(before) && unicode.IsLetter(after) && !strings.Contains(text, "://") {
			return true
		}
	}
	// "Ã¡", "Æ°", "áº¥": a two- or three-byte letter's lead byte as a letter
	// of its own, before what is no letter in Vietnamese.
	for _, seam := range []string{"Ã\u00a1", "Ã\u00a2", "Ã\u00aa", "Ã\u00b4", "Ä\u0090", "Ä‘", "Ä\u0091", "Æ°", "Æ¡", "áº", "á»"} {
		if strings.Contains(text, seam) {
			return true
		}
	}
	return false
}
