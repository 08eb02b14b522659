package roster

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

// The rows of goodTable.
const goodLines = "\ufeff" + `{"subject":"vn.id:001190777777","name":"Nguyễn Thị Ví Dụ","birth":"1990-01-15","status":"admit","not_before":"2026-01-01","not_after":"2026-12-31","purposes":["work","delivery"],"zones":["A","B"],"hours":"Mon-Fri 06:00-18:00"}` + "\r\n" +
	"\n" + `{"status":"refuse","subject":"vn.cmnd:012345678","name":"Trần, Văn\nMẫu","birth":"1985","message":"Gọi \"trực ban\"","purposes":[]}` + "\n" +
	`  {"subject" : "passport:X0000001", "status":"watch", "not_before":"2026-01-01T06:00:00+07:00"}`

func collectLines(text string) (rows []Row, errs []error) {
	for row, err := range ReadJSONL(strings.NewReader(text)) {
		if err != nil {
			errs = append(errs, err)
		} else {
			rows = append(rows, row)
		}
	}
	return rows, errs
}

func TestReadJSONL(t *testing.T) {
	rows, errs := collectLines(goodLines)
	same, _ := collect(goodTable)
	if len(errs) > 0 || len(rows) != len(same) {
		t.Fatalf("%d rows, %v", len(rows), errs)
	}
	for i, row := range rows {
		if row.Subject != same[i].Subject || row.Name != same[i].Name || row.Birth != same[i].Birth || !sameProfile(row.Profile, same[i].Profile) {
			t.Errorf("row %d: %+v, in CSV %+v", i, row, same[i])
		}
	}
	if rows[0].Line != 1 || rows[1].Line != 3 || rows[2].Line != 4 {
		t.Errorf("lines %d, %d, %d", rows[0].Line, rows[1].Line, rows[2].Line)
	}
}

func TestReadJSONLRefuses(t *testing.T) {
	const good = `{"subject":"vn.id:001190777777","status":"admit"}`
	for _, row := range []struct {
		name, text string
		rows       int
		says       []string
	}{
		{"empty", "", 0, []string{"line 1: .*empty"}},
		{"blank lines", "\n\n", 0, nil},
		{"an array", "[" + good + "]", 0, []string{"line 1: .*begin it with {"}},
		{"not closed", good[:len(good)-1] + "\n" + good, 1, []string{"line 1: .*no JSON object"}},
		{"two on a line", good + good + "\n" + good, 1, []string{"line 1: .*one object a line"}},
		{"unknown member", strings.Replace(good, "status", "Status", 1), 0, []string{"no known name"}},
		{"member twice", strings.Replace(good, "{", `{"status":"refuse",`, 1), 0, []string{"status twice"}},
		{"no subject", `{"status":"admit"}`, 0, []string{"no subject"}},
		{"no status", `{"subject":"vn.id:001190777777"}`, 0, []string{"no status"}},
		{"number", strings.Replace(good, `"vn.id:001190777777"`, "1190777777", 1), 0, []string{"leading zeros"}},
		{"null", strings.Replace(good, `"admit"`, "null", 1), 0, []string{"status must be a text"}},
		{"array for a text", strings.Replace(good, `"admit"`, `["admit"]`, 1), 0, []string{"status must be a text"}},
		{"text for an array", strings.Replace(good, "{", `{"zones":"A;B",`, 1), 0, []string{"zones must be an array"}},
		{"numbers in an array", strings.Replace(good, "{", `{"zones":[1],`, 1), 0, []string{"zones must be an array of texts"}},
		{"arrays in an array", strings.Replace(good, "{", `{"zones":[["A"]],`, 1), 0, []string{"zones must be an array of texts"}},
		{"dates inside out", strings.Replace(good, "{", `{"not_before":"2027-01-01","not_after":"2026-01-01",`, 1), 0, []string{"not_after: .*before not_before"}},
		{"not UTF-8", strings.Replace(good, "admit", "\xff", 1), 0, []string{"not UTF-8"}},
		{"errors go on", good[1:] + "\n" + good + "\nx\n" + good, 2, []string{"line 1", "line 3"}},
		{"no line ends", good + "\n" + strings.Repeat(" ", maxRecord+1), 1, []string{"line 2: .*longer than"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			rows, errs := collectLines(row.text)
			if len(rows) != row.rows || len(errs) != len(row.says) {
				t.Fatalf("%d rows, %v", len(rows), errs)
			}
			for i, want := range row.says {
				if !regexp.MustCompile(want).MatchString(errs[i].Error()) {
					t.Errorf("%v, want %s", errs[i], want)
				}
				if strings.Contains(errs[i].Error(), "1190777777") {
					t.Errorf("the error tells a number: %v", errs[i])
				}
				if !errors.Is(errs[i], ErrJSONL) && !errors.Is(errs[i], ErrRow) && !errors.Is(errs[i], ErrProfile) {
					t.Errorf("of no known kind: %v", errs[i])
				}
			}
		})
	}
}
