package roster

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestCanonicalName(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"Nguyễn Thị Ví Dụ", "NGUYEN THI VI DU"},
		{"NGUYEN THI VI DU", "NGUYEN THI VI DU"},
		{"  nguyễn   thị\tví dụ ", "NGUYEN THI VI DU"},
		{"Nguye\u0302\u0303n Thi\u0323 Vi\u0301 Du\u0323", "NGUYEN THI VI DU"}, // NFD
		{"Đặng Đức Ưởng", "DANG DUC UONG"},
		{"đặng đức", "DANG DUC"},
		{"Ðặng ðức", "DANG DUC"}, // U+00D0, U+00F0
		{"H’Hen Mẫu", "H HEN MAU"},
		{"H'Hen Mẫu", "H HEN MAU"},
		{"MAU<<VAN<A", "MAU VAN A"},
		{"ＭＡＵ", "MAU"},
		{"İstanbul ılık", "ISTANBUL ILIK"},
		{"\xff\xfe", ""},
		{"", ""},
		{" - ", ""},
		{"王小明 2", "王小明 2"},
	} {
		if got := CanonicalName(test.in); got != test.want {
			t.Errorf("CanonicalName(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzCanonicalName(f *testing.F) {
	for _, name := range []string{"Nguyễn Thị Ví Dụ", "Đ", "ß ŉ ǰ ΐ ﬃ", "\u1e9e", "a\u0345", "\xff", "ǆ", "ꭰ", "각"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		once := CanonicalName(name)
		if twice := CanonicalName(once); twice != once {
			t.Fatalf("%q, then %q", once, twice)
		}
		if !utf8.ValidString(once) {
			t.Fatalf("%q is not UTF-8", once)
		}
	})
}

// TestCanonicalNameOfEveryRune finds letters whose upper case decomposes further.
func TestCanonicalNameOfEveryRune(t *testing.T) {
	var iter norm.Iter
	var first, second []byte
	for r := range rune(utf8.MaxRune + 1) {
		first = canonicalName(&iter, first, string(r))
		once := string(first)
		second = canonicalName(&iter, second, once)
		if twice := string(second); twice != once {
			t.Errorf("%U: %q, then %q", r, once, twice)
		}
	}
}

func TestTags(t *testing.T) {
	const subject, name = "vn.id:001190123456", "Nguyễn Thị Ví Dụ"
	h := newHasher(testKey)
	tests := []struct {
		listName, listBirth string
		name, birth         string
		differ              bool
	}{
		{name, "1990-01-15", "NGUYEN THI VI DU", "1990-01-15", false},
		{name, "1990-01-15", name, "1990", false},               // the card knows only the year
		{name, "1990-01-15", name, "", false},                   // or nothing
		{name, "1990-01-15", name, "15/01/1990", false},         // or nothing that can be read
		{name, "1990", name, "1990-01-15", false},               // the list knows only the year
		{name, "", name, "1990-01-15", false},                   // or nothing
		{name, "1990-01-15", name, "1990-01-16", true},          // another day
		{name, "1990-01-15", name, "1991-01-15", true},          // another year
		{name, "1990", name, "1991", true},                      //
		{name, "1990", name, "1991-01-15", true},                //
		{name, "1990-01-15", "Trần Thị Mẫu", "", true},          // another name
		{name, "1990-01-15", "???", "1990-01-15", true},         // a name that is none is not the listed one
		{name, "1990-01-15", "", "2001-01-01", false},           // nothing to compare
		{"", "1990-01-15", "Trần Thị Mẫu", "2001-01-01", false}, // nothing listed
	}
	for _, test := range tests {
		row := h.tag(subject, test.listName, test.listBirth)
		if got := h.differs(row, subject, test.name, test.birth); got != test.differ {
			t.Errorf("%+v: differ %v", test, got)
		}
	}
	if h.tag(subject, "", "1990") != noTag {
		t.Error("no name must give no tag")
	}
}

// TestTagRates measures the chances that the package documentation states.
func TestTagRates(t *testing.T) {
	const subject, name, n = "vn.id:001190123456", "Nguyễn Thị Ví Dụ", 200_000
	h := newHasher(testKey)
	row := h.tag(subject, name, "1990-01-15")
	both, birth, nameOnly := 0, 0, 0
	for i := range n {
		other := fmt.Sprintf("Mẫu %d", i)
		if !h.differs(row, subject, other, "1990-01-15") {
			both++
		}
		if !h.differs(row, subject, other, "1990") {
			nameOnly++
		}
	}
	dates := 0
	for year := 1900; year < 2020; year++ {
		for month := 1; month <= 12; month++ {
			for day := 1; day <= 28; day++ {
				dates++
				if !h.differs(row, subject, name, fmt.Sprintf("%d-%02d-%02d", year, month, day)) {
					birth++
				}
			}
		}
	}
	// Fixed inputs under a fixed key: these are no chances any more.
	if both > n/32_000*3 || nameOnly < n/63/2 || nameOnly > n/63*2 || birth < dates/512/2 || birth > dates/512*2 {
		t.Errorf("of %d altered names pass %d, on cards with the year only %d; of %d altered dates %d", n, both, nameOnly, dates, birth)
	}
}
