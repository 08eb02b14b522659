//go:build linux && !android

package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// writeRegister writes a table of so many invented persons, drawn from a seed: every
// column in use, numbers without order, 40 different profiles.
func writeRegister(path string, rows int, lines bool) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if !lines {
		fmt.Fprintln(w, "subject,name,birth,status,not_before,not_after,purposes,zones,hours,message")
	}
	random := rand.New(rand.NewPCG(10, 7))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for i := range rows {
		// Each number once: multiplying by 7 turns the numbers below 10^8 around.
		number := uint64(i) * 7 % 100_000_000
		name := pick("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ") + pick(" Văn ", " Thị ", " Ví ", " Minh ") + pick("Dụ", "Mẫu", "Thử", "Nháp")
		born := time.Date(1940+random.IntN(70), time.Month(1+random.IntN(12)), 1+random.IntN(28), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		status := pick("admit", "admit", "refuse", "watch", "refer")
		zone := pick("A", "B", "C", "D")
		hours := pick("", "Mon-Fri 06:00-18:00")
		if lines {
			fmt.Fprintf(w, `{"subject":"vn.id:0011%08d","name":"%s","birth":"%s","status":"%s","not_before":"2026-01-01","not_after":"2026-12-31","purposes":["work"],"zones":["%s"],"hours":"%s","message":""}`+"\n", number, name, born, status, zone, hours)
		} else {
			fmt.Fprintf(w, "vn.id:0011%08d,%s,%s,%s,2026-01-01,2026-12-31,work,%s,%s,\n", number, name, born, status, zone, hours)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// BenchmarkRosterBuild runs the program on a table of 10^5 rows, and of
// CHOT_BENCH_ROWS if that is set, and prints its seconds (and the processor's, which
// a busy machine changes less) and the most memory it had, beside the seconds that only reading the table takes:
//
//	CHOT_BENCH_ROWS=10000000 go test ./cmd/chotctl -run '^$' -bench RosterBuild -benchtime 1x
func BenchmarkRosterBuild(b *testing.B) {
	sizes := []int{100_000}
	if text := os.Getenv("CHOT_BENCH_ROWS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatalf("CHOT_BENCH_ROWS: %v", err)
		}
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		for _, format := range []string{"csv", "jsonl"} {
			if format == "jsonl" && n > 1_000_000 {
				continue // its share is told by the shorter table
			}
			table := filepath.Join(b.TempDir(), "register."+format)
			if err := writeRegister(table, n, format == "jsonl"); err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%s/%d", format, n), func(b *testing.B) {
				dir := b.TempDir()
				most, cpu := int64(0), time.Duration(0)
				for b.Loop() {
					cmd := chotctl("roster", "build", "--"+format, table, "--key", filepath.Join(dir, "list.key"), "--out", filepath.Join(dir, "people.roster"))
					out, err := cmd.CombinedOutput()
					if err != nil || !strings.Contains(string(out), fmt.Sprintf(": %d rows", n)) {
						b.Fatalf("%v: %s", err, out)
					}
					cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
					most = max(most, int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)) // int32 on 32 bits
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/build")
				b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/build")
				b.ReportMetric(float64(most)/1024, "MiB-at-most")
			})
			if format == "csv" {
				b.Run(fmt.Sprintf("reference-reading/%d", n), func(b *testing.B) {
					for b.Loop() {
						f, err := os.Open(table)
						if err != nil {
							b.Fatal(err)
						}
						in := csv.NewReader(f)
						in.ReuseRecord = true
						for err == nil {
							_, err = in.Read()
						}
						f.Close()
						if err != io.EOF {
							b.Fatal(err)
						}
					}
					b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/build")
				})
			}
			if err := os.Remove(table); err != nil {
				b.Fatal(err)
			}
		}
	}
}
