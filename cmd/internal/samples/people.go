package main

import (
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// person is somebody who appears on a sample card. All are invented; their
// numbers are only formally plausible: province, sex and century, year of
// birth, six digits.
type person struct {
	number    string // 12 digits
	former    string // the 9-digit number before it, or empty
	insurance string // 10 digits, or empty
	name      string // as printed
	year      int
	month     int
	day       int
	female    bool
	address   string
	issued    string // ddmmyyyy

	listed listing
}

// listing is how the demo roster lists a person.
type listing struct {
	status    string // admit, refuse, watch, refer; absent: not in the list
	name      string // where the list has another name than the card
	notBefore string // RFC 3339 date, or empty
	notAfter  string
	message   string
}

var people = map[string]person{
	"viDu": {number: "001190123456", former: "012345678", insurance: "0190123456", name: "Nguyễn Thị Ví Dụ", year: 1990, month: 1, day: 15, female: true,
		address: "Số 1 Phố Mẫu, Phường Thử, Quận Nghiệm, Hà Nội", issued: "22062022", listed: listing{status: "admit"}},
	"mau": {number: "048085004321", insurance: "4820012345", name: "Trần Văn Mẫu", year: 1985, month: 7, day: 2,
		address: "12 Đường Thử, Hải Châu, Đà Nẵng", issued: "10052021", listed: listing{status: "admit"}},
	"thu": {number: "079092007788", name: "Lê Hoàng Thử", year: 1992, month: 11, day: 20,
		address: "45 Hẻm Mẫu, Quận 3, TP. Hồ Chí Minh", issued: "01122021", listed: listing{status: "refuse", message: "Không cho vào: quyết định mẫu số 01"}},
	"giaDinh": {number: "031178000911", former: "030112233", name: "Phạm Thị Giả Định", year: 1978, month: 3, day: 9, female: true,
		address: "7 Ngõ Thử, Lê Chân, Hải Phòng", issued: "15082021", listed: listing{status: "watch", message: "Cho qua và báo trực ban"}},
	"minhHoa": {number: "038196001234", name: "Hoàng Thị Minh Họa", year: 1996, month: 12, day: 31, female: true,
		address: "Thôn Mẫu, Hoằng Hóa, Thanh Hóa", issued: "03032022", listed: listing{status: "refer", message: "Hỏi giấy đi đường bản giấy"}},
	"vangMat": {number: "092088005577", name: "Võ Văn Vắng", year: 1988, month: 5, day: 5,
		address: "Khu vực Mẫu, Ninh Kiều, Cần Thơ", issued: "19092022", listed: listing{status: "absent"}},
	"khacTen": {number: "040183002468", name: "Đặng Thị Khác", year: 1983, month: 9, day: 17, female: true,
		address: "Xóm Thử, Nghi Lộc, Nghệ An", issued: "27012022", listed: listing{status: "admit", name: "Đặng Thị Hoàn Toàn Khác"}},
	"hetHan": {number: "066094003690", name: "Bùi Văn Hết", year: 1994, month: 2, day: 28,
		address: "Buôn Mẫu, Buôn Ma Thuột, Đắk Lắk", issued: "11112021", listed: listing{status: "admit", notBefore: "2025-01-01", notAfter: "2025-12-31"}},
	"thiNghiem": {number: "001203009876", name: "Đỗ Quang Thí", year: 2003, month: 8, day: 8,
		address: "Tổ 5, Phường Thử, Hà Nội", issued: "01082024", listed: listing{status: "admit"}},
	"kiemThu": {number: "046301006543", former: "191999888", name: "Hồ Ngọc Kiểm", year: 2001, month: 4, day: 30, female: true,
		address: "3 Kiệt Mẫu, Thuận Hóa, Huế", issued: "23092024", listed: listing{status: "admit"}},
	"be": {number: "001220654321", name: "Nguyễn Văn Bé", year: 2020, month: 2, day: 1,
		address: "Số 1 Phố Mẫu, Phường Thử, Hà Nội", issued: "15032025", listed: listing{status: "admit"}},
	"banSao": {number: "075189001357", insurance: "7523456789", name: "Trịnh Thị Bản", year: 1989, month: 6, day: 6, female: true,
		address: "Ấp Thử, Trảng Bom, Đồng Nai", issued: "08082021", listed: listing{status: "admit"}},
	"thuMay": {number: "027095004444", insurance: "2720304050", name: "Ngô Văn Máy", year: 1995, month: 10, day: 10,
		address: "Khu Mẫu, Từ Sơn, Bắc Ninh", issued: "12122021", listed: listing{status: "admit"}},
	"hopLe": {number: "079185006789", name: "Mai Thị Hợp", year: 1985, month: 1, day: 20, female: true,
		listed: listing{status: "admit"}},
	"thongHanh": {number: "056090001122", name: "Dương Văn Hành", year: 1990, month: 9, day: 9,
		listed: listing{status: "admit"}},
	"quaCua": {number: "020187003344", name: "Lý Thị Qua", year: 1987, month: 12, day: 12, female: true,
		listed: listing{status: "absent"}},
	"quaHan": {number: "033079008899", name: "Cao Văn Quá", year: 1979, month: 4, day: 4,
		listed: listing{status: "admit"}},
	"nghiVan": {number: "060191007777", name: "Tạ Thị Nghi", year: 1991, month: 3, day: 3, female: true,
		listed: listing{status: "admit"}},
	"thuHoi": {number: "089086002211", name: "Kiều Văn Thu", year: 1986, month: 6, day: 16,
		listed: listing{status: "admit"}},
	"chuaDen": {number: "014198005050", name: "Lò Thị Chưa", year: 1998, month: 7, day: 7, female: true,
		listed: listing{status: "admit"}},
	"noiKhac": {number: "083082006060", name: "Châu Văn Khách", year: 1982, month: 8, day: 18,
		listed: listing{status: "absent"}},
	"haiMa": {number: "037176004141", name: "Đinh Thị Hai", year: 1976, month: 5, day: 19, female: true,
		address: "Phố Thử, Hoa Lư, Ninh Bình", issued: "05052021", listed: listing{status: "admit"}},
}

// vehicles are subjects without a name or a birth date.
var vehicles = []struct{ subject, status, message string }{
	{"vehicle.drvn:" + greenLaneToken, "absent", ""},
	{"vehicle.tkvt:" + transportNumber, "admit", "Xe đã đăng ký, đếm số người"},
}

const (
	greenLaneToken  = "MAU8f3a51c07e"
	transportNumber = "2026000123"
)

func (p person) sex() string {
	if p.female {
		return "Nữ"
	}
	return "Nam"
}

func (p person) birth(layout string) string {
	return strings.NewReplacer("dd", fmt.Sprintf("%02d", p.day), "mm", fmt.Sprintf("%02d", p.month),
		"yyyy", fmt.Sprintf("%04d", p.year)).Replace(layout)
}

// cccd is the QR message of a chip card of 2021 (7 fields) or, with tail, of
// the card of July 2024 (11 fields).
func (p person) cccd(tail ...string) string {
	fields := []string{p.number, p.former, p.name, p.birth("ddmmyyyy"), p.sex(), p.address, p.issued}
	return strings.Join(append(fields, tail...), "|")
}

func (p person) sexDigit() string {
	if p.female {
		return "2"
	}
	return "1"
}

// bhytNew is the message of an insurance card since 2021 (16 fields and "$").
// Its check string is invented: how it is made is not public.
func (p person) bhytNew() string {
	return strings.Join([]string{p.insurance, hexOf(p.name), p.birth("dd/mm/yyyy"), p.sexDigit(), "-", "01 - 028",
		"01/02/2021", "-", "20/02/2021", "0105" + p.insurance, "-", "4", " 01/01/2026", "0123456789abcdef-1202", "4",
		hexOf("Quận Nghiệm, thành phố Hà Nội"), "$"}, "|")
}

// bhytOld is the message of an insurance card before 2021 (14 fields and "$").
func (p person) bhytOld() string {
	return strings.Join([]string{"DN448" + p.insurance, hexOf(p.name), p.birth("dd/mm/yyyy"), p.sexDigit(), hexOf(p.address),
		"48 - 012", "01/01/2018", "31/12/2018", "20/12/2017", "4801" + p.insurance, "-", "4", " 01/08/2019",
		"123456789abcdef-7102", "$"}, "|")
}

// qrqg is the national personal code of Decision 1405/QĐ-BTTTT.
func (p person) qrqg(qid string) string {
	return strings.Join([]string{p.number, strings.ToUpper(bare(p.name)), p.birth("yyyy-mm-dd"), "0", qid,
		"<" + p.sexDigit() + "<DN401" + p.insurance + "<0900000000"}, "|")
}

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

// bare removes the diacritics, as the national personal code wants names.
func bare(s string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'Đ':
			out.WriteByte('D')
		case r == 'đ':
			out.WriteByte('d')
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// writePeople writes the table from which the demo roster takes the sample
// people: the name is the list's, which for one of them differs from the card's.
func writePeople(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"subject", "name", "birth", "status", "not_before", "not_after", "purposes", "zones", "message"}}
	for _, p := range sortedPeople() {
		name := p.name
		if p.listed.name != "" {
			name = p.listed.name
		}
		row := []string{"vn.id:" + p.number, name, p.birth("yyyy-mm-dd"), p.listed.status,
			p.listed.notBefore, p.listed.notAfter, "", "", p.listed.message}
		rows = append(rows, row)
		if p.insurance != "" {
			row = append([]string(nil), row...)
			row[0] = "vn.bhxh:" + p.insurance
			rows = append(rows, row)
		}
	}
	for _, v := range vehicles {
		rows = append(rows, []string{v.subject, "", "", v.status, "", "", "", "", v.message})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write people: %w", err)
	}
	return nil
}
