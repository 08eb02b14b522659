package roster

import (
	"bufio"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
)

// ErrCSV is a table of rows that cannot be read.
var ErrCSV = errors.New("the table cannot be read")

// columns are those of a table of rows.
var columns = [...]string{"subject", "name", "birth", "status", "not_before", "not_after", "purposes", "zones", "hours", "message"}

// localTime is what dates without a time of day are in: Vietnam's, without
// summer time.
var localTime = time.FixedZone("+07", 7*60*60)

const maxRecord = 64 << 10 // bytes of one record, and of what csv.Reader reads ahead

// ReadCSV reads rows from a table in CSV (RFC 4180, UTF-8) whose first line names
// its columns:
//
//	subject,name,birth,status,not_before,not_after,purposes,zones,hours,message
//
// Columns come in any order; subject and status must be there, the others may be
// missing, as may their values. Purposes and zones are separated by semicolons.
// Times are RFC 3339 or dates; a date is Vietnam's (UTC+7), and not_after
// includes it to its last second.
//
// Errors name the line and say what to do, and repeat no personal part. After
// one the rows go on, for a caller that wants to see them all, unless the table
// itself is broken. Rows of one profile share its slices.
func ReadCSV(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		meter := &meter{r: r, left: maxRecord}
		in := csv.NewReader(skipBOM(meter))
		in.ReuseRecord = true
		record, err := in.Read()
		if err == io.EOF {
			yield(Row{}, fmt.Errorf("line 1: %w: it is empty: begin it with the line %s", ErrCSV, strings.Join(columns[:], ",")))
			return
		}
		if err != nil {
			yield(Row{}, tableError(err))
			return
		}
		places, err := readHeader(record)
		if err != nil {
			yield(Row{}, fmt.Errorf("line 1: %w", err))
			return
		}
		line := 1
		var known profileTexts
		for {
			meter.left = maxRecord
			record, err := in.Read()
			if err == io.EOF {
				return
			}
			if errors.Is(err, csv.ErrFieldCount) {
				line, _ = in.FieldPos(0)
				if !yield(Row{}, fmt.Errorf("line %d: %w: %d fields where the first line has %d: quote fields that contain commas", line, ErrCSV, len(record), len(places))) {
					return
				}
				continue
			}
			if errors.Is(err, errRecord) {
				yield(Row{}, fmt.Errorf("the record after line %d: %w", line, err))
				return
			}
			if err != nil {
				yield(Row{}, tableError(err))
				return
			}
			line, _ = in.FieldPos(0)
			row, err := known.readRow(record, places)
			if err != nil {
				row, err = Row{}, fmt.Errorf("line %d: %w", line, err)
			} else {
				row.Line = line
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// tableError turns what ends a table into a sentence.
func tableError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("line %d: %w: a quotation mark is missing or out of place: a quoted field begins and ends with one, and doubles those within", parse.StartLine, ErrCSV)
	}
	return fmt.Errorf("read table: %w", err)
}

// readHeader maps each field of a record to its column.
func readHeader(record []string) (places []int, err error) {
	for i, name := range record {
		column := slices.Index(columns[:], strings.TrimSpace(name))
		if column < 0 {
			return nil, fmt.Errorf("%w: column %d has no known name: the first line must be of %s", ErrCSV, i+1, strings.Join(columns[:], ","))
		}
		if slices.Contains(places, column) {
			return nil, fmt.Errorf("%w: two columns are named %s", ErrCSV, columns[column])
		}
		places = append(places, column)
	}
	for _, needed := range []string{"subject", "status"} {
		if !slices.Contains(places, slices.Index(columns[:], needed)) {
			return nil, fmt.Errorf("%w: no column is named %s (columns are separated by commas)", ErrCSV, needed)
		}
	}
	return places, nil
}

// profileTexts are profiles by the texts they were read from: millions of rows have
// few, and reading one takes longer than all else of a row.
type profileTexts struct {
	read map[string]Profile
	key  []byte
}

const maxProfileTexts = 4096 // so that a table of all different ones costs no memory

func (t *profileTexts) readRow(record []string, places []int) (Row, error) {
	var fields [len(columns)]string
	for i, text := range record {
		fields[places[i]] = strings.TrimSpace(text)
	}
	t.key = t.key[:0]
	for _, text := range fields[3:] {
		t.key = binary.AppendUvarint(t.key, uint64(len(text)))
		t.key = append(t.key, text...)
	}
	if p, ok := t.read[string(t.key)]; ok {
		row := Row{Subject: fields[0], Name: fields[1], Birth: fields[2], Profile: p}
		if err := row.check(); err != nil {
			return Row{}, err
		}
		return row, nil
	}
	row, err := rowOf(fields, readLabels(fields[6]), readLabels(fields[7]))
	if err == nil && len(t.read) < maxProfileTexts {
		if t.read == nil {
			t.read = make(map[string]Profile)
		}
		t.read[string(t.key)] = row.Profile
	}
	return row, err
}

// rowOf makes a row of the columns' texts; those of purposes and zones are read.
func rowOf(fields [len(columns)]string, purposes, zones []string) (Row, error) {
	row := Row{Subject: fields[0], Name: fields[1], Birth: fields[2]}
	p := &row.Profile
	var err error
	if p.Status, err = ParseStatus(fields[3]); err != nil {
		return Row{}, err
	}
	if p.NotBefore, err = readTime("not_before", fields[4], 0); err != nil {
		return Row{}, err
	}
	if p.NotAfter, err = readTime("not_after", fields[5], 24*time.Hour-time.Second); err != nil {
		return Row{}, err
	}
	p.Purposes, p.Zones = purposes, zones
	if p.Hours, err = ParseHours(fields[8]); err != nil {
		return Row{}, err
	}
	p.Message = fields[9]
	if err := row.check(); err != nil {
		return Row{}, err
	}
	if _, err := appendProfile(nil, *p); err != nil {
		return Row{}, err
	}
	return row, nil
}

// readTime reads a time; into is added to a date without one.
func readTime(column, text string, into time.Duration) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, localTime); err == nil {
		return t.Add(into).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.IsZero() {
		return time.Time{}, fmt.Errorf("%s: %w: write 2026-01-31 or 2026-01-31T06:00:00+07:00", column, ErrRow)
	}
	return t.UTC(), nil
}

// readLabels splits at semicolons. Empty parts are dropped: a trailing semicolon
// is a habit, not an error.
func readLabels(text string) (labels []string) {
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part != "" {
			labels = append(labels, part)
		}
	}
	return labels
}

// skipBOM drops the byte order mark that spreadsheets write before UTF-8.
func skipBOM(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = b.Discard(3) // three bytes are there
	}
	return b
}

// errRecord is a record that does not end.
var errRecord = fmt.Errorf("%w: it is longer than %d bytes, so its closing quotation mark is probably missing", ErrCSV, maxRecord)

// A meter ends a table in which one record does not: a quotation mark too many
// would otherwise gather the rest of a file of any size in memory.
type meter struct {
	r    io.Reader
	left int // of the record being read
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errRecord
	}
	n, err := m.r.Read(p)
	m.left -= n
	return n, err
}
