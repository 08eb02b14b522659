package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"chot/scanner/roster"
)

// Invented people for the demonstration list: common syllables drawn by a
// seeded generator, numbers of the formal shape (province, century and sex,
// birth year, six random digits) that the register never issued in this order.
var (
	families = []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"}
	middleM  = []string{"Văn", "Hữu", "Đức", "Công", "Quang", "Minh", "Thử", "Mẫu"}
	middleF  = []string{"Thị", "Ngọc", "Thu", "Kim", "Thanh", "Diệu", "Thử", "Mẫu"}
	givenM   = []string{"An", "Bình", "Cường", "Dũng", "Hùng", "Khánh", "Long", "Nam", "Phúc", "Sơn", "Tài", "Việt"}
	givenF   = []string{"Ánh", "Bích", "Châu", "Dung", "Hằng", "Lan", "Mai", "Ngân", "Oanh", "Phượng", "Trang", "Yến"}
	province = []string{"001", "031", "048", "079", "074", "046", "092", "038", "040", "075"}
)

// invented returns n rows of people who do not exist, the same for a seed.
func invented(n int, seed uint64) []roster.Row {
	r := rand.New(rand.NewPCG(seed, 0x63686f74))
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	rows := make([]roster.Row, 0, n)
	for used := map[string]bool{}; len(rows) < n; {
		woman := r.IntN(2) == 1
		born := time.Date(1945+r.IntN(60), 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC)
		name, sex := pick(families)+" "+pick(middleM)+" "+pick(givenM), 0
		if woman {
			name, sex = pick(families)+" "+pick(middleF)+" "+pick(givenF), 1
		}
		if born.Year() >= 2000 {
			sex += 2
		}
		number := fmt.Sprintf("%s%d%02d%06d", pick(province), sex, born.Year()%100, r.IntN(1_000_000))
		if used[number] {
			continue
		}
		used[number] = true
		rows = append(rows, roster.Row{
			Subject: "vn.id:" + number, Name: name, Birth: born.Format("2006-01-02"),
			Profile: roster.Profile{Status: roster.Admit},
		})
	}
	return rows
}
