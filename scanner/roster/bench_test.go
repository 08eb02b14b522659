package roster

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	_ "modernc.org/sqlite" // as a reference only
)

// The benchmarks print, for lists of 10^5 and 10^6 rows, and of CHOT_BENCH_ROWS if
// that is set:
//
//	go test ./scanner/roster -run '^$' -bench . -benchmem
//	CHOT_BENCH_ROWS=10000000 go test ./scanner/roster -run '^$' -bench 1e7 -benchmem
//
// Lookup has three stages, each with its 50th and 99th percentile: search is
// directory, bucket and row without a hash; checked adds the page's hash; whole is
// Lookup with the HMAC of the subject. The references are SHA-256 of one page, and
// the same rows in bbolt and in SQLite, 16 bytes of key and 4 of value.

func benchSizes(b *testing.B) []int {
	sizes := []int{100_000, 1_000_000}
	if text := os.Getenv("CHOT_BENCH_ROWS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatalf("CHOT_BENCH_ROWS: %v", err)
		}
		sizes = append(sizes, n)
	}
	return sizes
}

func sizeName(n int) string { return fmt.Sprintf("1e%d", len(strconv.Itoa(n))-1) }

// benchRows are persons without the cost of inventing names.
func benchRows(n int) iter.Seq2[Row, error] {
	profiles := persons(5)
	return func(yield func(Row, error) bool) {
		subject := []byte("vn.id:001000000000")
		for i := range n {
			for at, rest := len(subject)-1, i; rest > 0; at, rest = at-1, rest/10 {
				subject[at] = byte('0' + rest%10)
			}
			row := Row{Subject: string(subject), Name: "Nguyễn Thị Ví Dụ", Birth: "1990-01-15", Profile: profiles[i%5].Profile}
			if !yield(row, nil) {
				return
			}
			copy(subject[6:], "001000000000")
		}
	}
}

func benchSubject(i int) string { return fmt.Sprintf("vn.id:001%09d", i) }

// timed runs op and reports the percentiles of its single runs; the clock's own
// cost is within them.
func timed(b *testing.B, op func(i int)) {
	took := make([]time.Duration, 0, 1<<20)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		op(i)
		if d := time.Since(start); len(took) < cap(took) {
			took = append(took, d)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
}

func BenchmarkLookup(b *testing.B) {
	for _, n := range benchSizes(b) {
		b.Run(sizeName(n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "list")
			f, err := os.Create(path)
			if err != nil {
				b.Fatal(err)
			}
			m, err := Build(f, identity(), testKey, benchRows(n))
			if err != nil {
				b.Fatal(err)
			}
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
			r := open(b, path, m)
			const sample = 1 << 16
			random := rand.New(rand.NewPCG(5, 5))
			h := newHasher(testKey)
			subjects, keys := make([]string, sample), make([]rowKey, sample)
			for i := range sample {
				subjects[i] = benchSubject(random.IntN(n))
				keys[i] = h.key(subjects[i])
				if got, err := r.Lookup(subjects[i], "", ""); err != nil || !got.Found { // warms the pages too
					b.Fatal(got, err)
				}
			}
			b.Run("search", func(b *testing.B) {
				rows := r.file[r.header.firstRowPage()*pageSize : r.header.firstProfilePage()*pageSize]
				timed(b, func(i int) {
					bucket, remainder := keys[i%sample].split(r.header.bucketBits)
					begin, end := int(r.directory[bucket]), int(r.directory[bucket+1])
					found := false
					for page := begin / rowsPerPage; page <= (end-1)/rowsPerPage && !found; page++ {
						from, to := max(begin-page*rowsPerPage, 0), min(end-page*rowsPerPage, rowsPerPage)
						_, found = searchRows(rows[page*pageSize:][:pageSize], from, to, remainder)
					}
					if !found {
						b.Fatal("not found")
					}
				})
				b.ReportMetric(float64(m.Size)/float64(n), "B/row")
			})
			b.Run("checked", func(b *testing.B) {
				timed(b, func(i int) {
					if _, _, found, err := r.find(h, keys[i%sample]); err != nil || !found {
						b.Fatal(found, err)
					}
				})
			})
			b.Run("whole", func(b *testing.B) {
				timed(b, func(i int) {
					if got, err := r.Lookup(subjects[i%sample], "", ""); err != nil || !got.Found {
						b.Fatal(got, err)
					}
				})
			})
			// What checking cannot take less than.
			b.Run("reference-page-hash", func(b *testing.B) {
				timed(b, func(int) { _ = h.page.leaf() })
			})
			b.Run("reference-bbolt", func(b *testing.B) { benchBolt(b, n, keys) })
			b.Run("reference-sqlite", func(b *testing.B) { benchSQLite(b, n, keys) })
		})
	}
}

// benchBolt looks the same keys up in a bbolt file.
func benchBolt(b *testing.B, n int, keys []rowKey) {
	path := filepath.Join(b.TempDir(), "bolt")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	bucketName := []byte("rows")
	all := sortedKeys(n)
	for begin := 0; begin < n; begin += 100_000 {
		err := db.Update(func(tx *bbolt.Tx) error {
			rows, err := tx.CreateBucketIfNotExists(bucketName)
			if err != nil {
				return err
			}
			rows.FillPercent = 1 // rising keys: the densest file bbolt can make
			for _, key := range all[begin:min(begin+100_000, n)] {
				if err := rows.Put(key[:], key[:4]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	timed(b, func(i int) {
		err := db.View(func(tx *bbolt.Tx) error {
			key := boltKey(keys[i%len(keys)])
			if tx.Bucket(bucketName).Get(key[:]) == nil {
				b.Fatal("not found")
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/float64(n), "B/row")
}

func sortedKeys(n int) [][16]byte {
	h := newHasher(testKey)
	all := make([][16]byte, n)
	for i := range all {
		all[i] = boltKey(h.key(benchSubject(i)))
	}
	slices.SortFunc(all, func(x, y [16]byte) int { return slices.Compare(x[:], y[:]) })
	return all
}

// benchSQLite looks the same keys up in an SQLite file, as densely as SQLite packs
// them and with a prepared statement.
func benchSQLite(b *testing.B, n int, keys []rowKey) {
	path := filepath.Join(b.TempDir(), "sqlite")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=mmap_size(4294967296)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE rows (key BLOB PRIMARY KEY, value INTEGER) WITHOUT ROWID"); err != nil {
		b.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	put, err := tx.Prepare("INSERT INTO rows VALUES (?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	for _, key := range sortedKeys(n) {
		if _, err := put.Exec(key[:], binary.BigEndian.Uint32(key[:])); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	get, err := db.Prepare("SELECT value FROM rows WHERE key = ?")
	if err != nil {
		b.Fatal(err)
	}
	defer get.Close()
	timed(b, func(i int) {
		key := boltKey(keys[i%len(keys)])
		var value uint32
		if err := get.QueryRow(key[:]).Scan(&value); err != nil {
			b.Fatal(err)
		}
	})
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/float64(n), "B/row")
}

func boltKey(k rowKey) (key [16]byte) {
	for i := range 8 {
		key[i], key[8+i] = byte(k.hi>>(56-8*i)), byte(k.lo>>(56-8*i))
	}
	return key
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range benchSizes(b) {
		b.Run(sizeName(n), func(b *testing.B) {
			b.ReportAllocs()
			var size int64
			for b.Loop() {
				m, err := Build(io.Discard, identity(), testKey, benchRows(n))
				if err != nil {
					b.Fatal(err)
				}
				size = m.Size
			}
			b.ReportMetric(float64(size)/float64(n), "B/row")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
		})
	}
}

func BenchmarkOpenAndVerify(b *testing.B) {
	for _, n := range benchSizes(b) {
		path := filepath.Join(b.TempDir(), "list")
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		m, err := Build(f, identity(), testKey, benchRows(n))
		if err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		b.Run("open/"+sizeName(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := Open(path, m, testKey)
				if err != nil {
					b.Fatal(err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("verify/"+sizeName(n), func(b *testing.B) {
			r := open(b, path, m)
			for b.Loop() {
				if err := r.Verify(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
