package card

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"
)

func TestCardIsComposed(t *testing.T) {
	if !norm.NFC.IsNormalString(Text) {
		t.Error("the card's text is not in NFC")
	}
	for _, r := range "ăâđêôơưĂÂĐÊÔƠƯ|$<:/%*+-.@" {
		if !strings.ContainsRune(Text, r) {
			t.Errorf("%q is not on the card", r)
		}
	}
}

// Each way in which readers are known to garble is told apart, and the one
// that does not is believed.
func TestExamine(t *testing.T) {
	encode := func(s string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	latin := func(s string) string { // UTF-8's bytes, each taken for a letter
		var b strings.Builder
		for _, c := range []byte(s) {
			b.WriteRune(rune(c))
		}
		return b.String()
	}
	drop := func(s, set string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(set, r) {
				return -1
			}
			return r
		}, s)
	}
	replaced := strings.Map(func(r rune) rune {
		if r > 0xFF {
			return '?'
		}
		return r
	}, Text)
	for name, c := range map[string]struct {
		read, says string
		fits       bool
	}{
		"as it is":              {Text, "came through", true},
		"with an identifier":    {"]Q1" + Text + "\r\n", "came through", true},
		"decomposed":            {norm.NFD.String(Text), "came through", true},
		"nothing":               {"\r\n", "Nothing was read", false},
		"twice":                 {Text + "\r" + Text, "twice", false},
		"Windows-1258":          {encode(charmap.Windows1258.NewEncoder().String(norm1258(Text))), "a code page", false},
		"taken for Latin-1":     {latin(Text), "UTF-8 once more", false},
		"taken for GBK":         {encode(simplifiedchinese.GBK.NewDecoder().String("ĂÂ")), "not known here", false},
		"caps lock":             {swapped(Text), "exchanged", false},
		"cut off":               {Text[:60], "cut off", false},
		"without marks":         {unmarked(Text), "without their marks", false},
		"letters left out":      {drop(Text, "ơƠưƯấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự"), "leaves out letters", false},
		"question marks":        {replaced, "puts ?", false},
		"a German keyboard":     {strings.NewReplacer("/", "-", "-", "ß", "|", ">", ":", "Ö").Replace(Text), "not known here", false},
		"another keyboard":      {strings.NewReplacer("/", "&", "@", "\"", "|", "~").Replace(Text), "another keyboard", false},
		"something quite other": {"https://example.vn/", "not known here", false},
	} {
		f := Examine([]byte(c.read))
		if f.Fits != c.fits || !strings.Contains(f.Means, c.says) || f.Do == "" || f.Fits != (len(f.Garbled) == 0) && name != "twice" && name != "nothing" {
			t.Errorf("%s: %+v, want %q", name, f, c.says)
		}
	}
	if f := Examine([]byte(strings.Replace(Text, "ơ", "o", 1))); len(f.Garbled) != 1 || f.Garbled[0] != "ơ → o" {
		t.Errorf("one letter: %q", f.Garbled)
	}
}

// norm1258 is how Windows-1258 writes Vietnamese: base letters with combining
// tone marks, of which the letter itself keeps circumflex, breve and horn.
func norm1258(s string) string {
	var b strings.Builder
	for _, r := range s {
		d := []rune(norm.NFD.String(string(r)))
		switch {
		case len(d) == 3:
			tone, shape := d[2], d[1]
			if d[1] == '\u0323' { // the dot below sorts before the circumflex
				tone, shape = d[1], d[2]
			}
			b.WriteString(norm.NFC.String(string([]rune{d[0], shape})) + string(tone))
		case len(d) == 2 && strings.ContainsRune("\u0300\u0301\u0303\u0309\u0323", d[1]) && r != 'ơ':
			b.WriteString(string(d))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestGarbled(t *testing.T) {
	for text, want := range map[string]bool{
		"001190123456|123456789|Nguyễn Thị Ví Dụ|15011990|Nữ|Chốt": false,
		"https://example.vn/?a=b":       false,
		"001190123456|Nguy?n Th? V? D?": true,
		"001190123456|Nguyá»…n Thá»‹":   true,
		"001190123456|Nguy\xea\xden":    true,
		"001190123456|Nguy\uFFFDn":      true,
	} {
		if got := Garbled([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
