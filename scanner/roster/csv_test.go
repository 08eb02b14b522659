package roster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

const goodTable = "\ufeffsubject,name,birth,status,not_before,not_after,purposes,zones,hours,message\r\n" +
	"vn.id:001190777777,Nguyễn Thị Ví Dụ,1990-01-15,admit,2026-01-01,2026-12-31,work;delivery;,A ; B,Mon-Fri 06:00-18:00,\r\n" +
	"vn.cmnd:012345678,\"Trần, Văn\nMẫu\",1985,refuse,,,,,,\"Gọi \"\"trực ban\"\"\"\r\n" +
	"passport:X0000001,,,watch,2026-01-01T06:00:00+07:00,,,,,\r\n"

func collect(text string) (rows []Row, errs []error) {
	for row, err := range ReadCSV(strings.NewReader(text)) {
		if err != nil {
			errs = append(errs, err)
		} else {
			rows = append(rows, row)
		}
	}
	return rows, errs
}

func TestReadCSV(t *testing.T) {
	rows, errs := collect(goodTable)
	if len(errs) > 0 || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), errs)
	}
	first, second, third := rows[0], rows[1], rows[2]
	if first.Line != 2 || second.Line != 3 || third.Line != 5 {
		t.Errorf("lines %d, %d, %d", first.Line, second.Line, third.Line)
	}
	want := Profile{
		Status:    Admit,
		NotBefore: time.Date(2025, 12, 31, 17, 0, 0, 0, time.UTC),
		NotAfter:  time.Date(2026, 12, 31, 16, 59, 59, 0, time.UTC),
		Purposes:  []string{"work", "delivery"}, Zones: []string{"A", "B"}, Hours: mustHours("Mon-Fri 06:00-18:00"),
	}
	if first.Subject != "vn.id:001190777777" || first.Name != "Nguyễn Thị Ví Dụ" || first.Birth != "1990-01-15" || !sameProfile(first.Profile, want) {
		t.Errorf("%+v", first)
	}
	if second.Profile.Status != Refuse || second.Profile.Message != `Gọi "trực ban"` || CanonicalName(second.Name) != "TRAN VAN MAU" {
		t.Errorf("%+v", second)
	}
	if third.Profile.Status != Watch || !third.Profile.NotBefore.Equal(time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", third)
	}
	var file bytes.Buffer
	m, err := Build(&file, identity(), testKey, ReadCSV(strings.NewReader(goodTable)))
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, save(t, file.Bytes()), m)
	if got, err := r.Lookup("vn.cmnd:012345678", "TRAN VAN MAU", "1985"); err != nil || !got.Found || got.DetailsDiffer || got.Profile.Status != Refuse {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestReadCSVRefuses(t *testing.T) {
	const head = "subject,name,birth,status,not_before,not_after,purposes,zones,hours,message\n"
	line := func(subject, birth, status, notAfter, hours string) string {
		return subject + ",Ví Dụ," + birth + "," + status + ",," + notAfter + ",,," + hours + ",\n"
	}
	good := line("vn.id:001190777777", "1990", "admit", "", "")
	tests := []struct {
		name, text string
		rows       int
		says       []string // one for each error
	}{
		{"empty", "", 0, []string{"line 1: .*begin it with the line subject,"}},
		{"only the header", head, 0, nil},
		{"unknown column", "subject,status,colour\n", 0, []string{"line 1: .*column 3"}},
		{"semicolons", "subject;status\n", 0, []string{"line 1: .*column 1"}},
		{"column twice", "subject,status,status\n", 0, []string{"two columns are named status"}},
		{"no status", "subject,name\n", 0, []string{"no column is named status"}},
		{"few fields", head + "vn.id:001190777777,admit\n" + good, 1, []string{"line 2: .*2 fields .* 10"}},
		{"errors go on", head + line("001190777777", "", "admit", "", "") + good + line("vn.id:1", "", "admit", "", ""), 1, []string{"line 2: subject", "line 4: subject: .*12 digits, this has 1 "}},
		{"status", head + line("vn.id:001190777777", "", "Admit", "", ""), 0, []string{"line 2: status: .*write refuse"}},
		{"birth", head + line("vn.id:001190777777", "15/01/1990", "admit", "", ""), 0, []string{"line 2: birth: .*write 1990-01-15"}},
		{"time", head + line("vn.id:001190777777", "", "admit", "31/12/2026", ""), 0, []string{"line 2: not_after: .*write 2026-01-31"}},
		{"hours", head + line("vn.id:001190777777", "", "admit", "", "6h-18h"), 0, []string{"line 2: hours: .*write them like"}},
		{"window", head + "vn.id:001190777777,,,admit,2026-02-01,2026-01-01,,,,\n", 0, []string{"line 2: not_after: .*before not_before"}},
		{"open quote", head + good + "\"vn.id:001190777777,,,admit\n", 1, []string{"line 3: .*quotation mark"}},
		{"stray quote", head + good + "vn.id:001190777777,V\"D,,admit,,,,,,\n", 1, []string{"line 3: .*quotation mark"}},
		{"endless", head + good + "\"" + strings.Repeat("x\n", maxRecord), 1, []string{"the record after line 2: .*closing quotation mark"}},
		{"endless header", strings.Repeat("x", 3*maxRecord), 0, []string{"longer than"}},
		{"two subjects", head + good + line("vn.id:001190777777", "1990", "refuse", "", ""), 2, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows, errs := collect(test.text)
			if len(rows) != test.rows || len(errs) != len(test.says) {
				t.Fatalf("%d rows, %v", len(rows), errs)
			}
			for i, err := range errs {
				rest := err.Error()
				for part := range strings.SplitSeq(test.says[i], ".*") {
					_, after, ok := strings.Cut(rest, part)
					if !ok {
						t.Errorf("error %d: %v", i, err)
						break
					}
					rest = after
				}
				if strings.Contains(err.Error(), "90777777") || strings.Contains(err.Error(), "Ví") {
					t.Errorf("the message repeats a number or a name: %v", err)
				}
			}
		})
	}
	for _, err := range ReadCSV(io.MultiReader(strings.NewReader(head), brokenReader{})) {
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("error of the reader: %v", err)
		}
	}
	_, err := Build(discard{}, identity(), testKey, ReadCSV(strings.NewReader(tests[len(tests)-1].text)))
	if !errors.Is(err, ErrDuplicate) || !strings.Contains(err.Error(), "line 2 and line 3") {
		t.Errorf("%v", err)
	}
	for range ReadCSV(strings.NewReader(goodTable)) {
		break // stopping early must not go on
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestSameProfileTexts: rows whose texts are alike have one profile, and such as
// only look alike when run together have two.
func TestSameProfileTexts(t *testing.T) {
	rows, errs := collect("subject,status,zones,hours,message\n" +
		"vn.id:001190777771,admit,A;B,,xy\n" + "vn.id:001190777772,admit,A;B,,xy\n" +
		"vn.id:001190777773,admit,A,,;Bxy\n" + "vn.id:001190777774,refuse,A;B,,xy\n" +
		"vn.id:1,admit,A;B,,xy\n" + "vn.id:001190777775,admit,A;B, ,\"xy\"\n")
	if len(rows) != 5 || len(errs) != 1 || !errors.Is(errs[0], ErrRow) || !strings.Contains(errs[0].Error(), "line 6: ") {
		t.Fatal(len(rows), errs)
	}
	ab := Profile{Status: Admit, Zones: []string{"A", "B"}, Message: "xy"}
	refused := ab
	refused.Status = Refuse
	for i, want := range []Profile{ab, ab, {Status: Admit, Zones: []string{"A"}, Message: ";Bxy"}, refused, ab} {
		if !sameProfile(rows[i].Profile, want) {
			t.Errorf("row %d: %+v", i, rows[i].Profile)
		}
	}
	// A profile that is wrong is wrong each time.
	_, errs = collect("subject,status,not_before,not_after\n" + strings.Repeat("vn.id:001190777771,admit,2027-01-01,2026-01-01\n", 3))
	if len(errs) != 3 {
		t.Errorf("%v", errs)
	}
	// More of them than are remembered.
	text := []byte("subject,status,message\n")
	for i := range 3 * maxProfileTexts {
		text = fmt.Appendf(text, "vn.id:%012d,admit,number %d\n", i, i%(2*maxProfileTexts))
	}
	rows, errs = collect(string(text))
	if len(rows) != 3*maxProfileTexts || len(errs) != 0 {
		t.Fatal(len(rows), errs)
	}
	for i, row := range rows {
		if row.Profile.Message != fmt.Sprintf("number %d", i%(2*maxProfileTexts)) {
			t.Fatalf("row %d has the message %q", i, row.Profile.Message)
		}
	}
}
