package roster

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrJSONL is a file of rows that cannot be read.
var ErrJSONL = errors.New("the line cannot be read")

// ReadJSONL reads rows from JSON Lines (UTF-8, one object a line, empty lines
// skipped), whose members are ReadCSV's columns:
//
//	{"subject":"vn.id:001190123456","name":"Nguyễn Thị Ví Dụ","birth":"1990-01-15","status":"admit",
//	 "not_before":"2026-01-01","not_after":"2026-12-31","purposes":["work"],"zones":["A","B"],
//	 "hours":"Mon-Fri 06:00-18:00","message":""}
//
// on one line. Members come in any order; subject and status must be there, the
// others may be missing. Purposes and zones are arrays. No other member and none
// twice: it may be the one that limits a row. Times are as in ReadCSV.
//
// Errors name the line and say what to do, and repeat no personal part. After one
// the rows go on, for a caller that wants to see them all, unless a line has no end.
func ReadJSONL(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		in := bufio.NewScanner(skipBOM(r))
		in.Buffer(nil, maxRecord)
		line := 0
		for in.Scan() {
			line++
			text := bytes.TrimSpace(in.Bytes())
			if len(text) == 0 {
				continue
			}
			row, err := readObject(text)
			if err != nil {
				row, err = Row{}, fmt.Errorf("line %d: %w", line, err)
			} else {
				row.Line = line
			}
			if !yield(row, err) {
				return
			}
		}
		switch err := in.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(Row{}, fmt.Errorf("line %d: %w: it is longer than %d bytes: write one object a line", line+1, ErrJSONL, maxRecord))
		case err != nil:
			yield(Row{}, fmt.Errorf("read rows: %w", err))
		case line == 0:
			yield(Row{}, fmt.Errorf("line 1: %w: the file is empty", ErrJSONL))
		}
	}
}

// readObject reads one row. The decoder of encoding/json would take a member in
// other letters for the one it looks like, and the last of two, so its tokens are
// read instead.
func readObject(text []byte) (Row, error) {
	bad := func(what string) (Row, error) { return Row{}, fmt.Errorf("%w: %s", ErrJSONL, what) }
	if !utf8.Valid(text) {
		return bad("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return bad("it is no JSON object: begin it with { and end it with }")
	}
	var fields [len(columns)]string
	var labels [len(columns)][]string
	var seen [len(columns)]bool
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return bad("it is no JSON object")
		}
		column := slices.Index(columns[:], fmt.Sprint(name))
		if column < 0 {
			return bad("it has a member of no known name: the names are " + strings.Join(columns[:], ", "))
		}
		if seen[column] {
			return bad("it has " + columns[column] + " twice")
		}
		seen[column] = true
		value, err := d.Token()
		if err != nil {
			return bad("it is no JSON object")
		}
		list := column == 6 || column == 7
		switch v := value.(type) {
		case string:
			if list {
				return bad(columns[column] + ` must be an array, like ["a","b"]`)
			}
			fields[column] = strings.TrimSpace(v)
		case json.Delim:
			if !list || v != '[' {
				return bad(columns[column] + " must be a text in quotation marks")
			}
			if labels[column], err = readArray(d); err != nil {
				return bad(columns[column] + ` must be an array of texts, like ["a","b"]`)
			}
		default:
			return bad(columns[column] + " must be a text in quotation marks (numbers lose their leading zeros)")
		}
	}
	if t, err := d.Token(); err != nil || t != json.Delim('}') {
		return bad("it is no JSON object: begin it with { and end it with }")
	}
	if _, err := d.Token(); err != io.EOF {
		return bad("something follows the object: write one object a line")
	}
	for column, name := range columns {
		if (name == "subject" || name == "status") && !seen[column] {
			return bad("it has no " + name)
		}
	}
	return rowOf(fields, labels[6], labels[7])
}

// readArray reads texts up to the closing bracket.
func readArray(d *json.Decoder) (texts []string, err error) {
	for {
		switch t, err := d.Token(); v := t.(type) {
		case string:
			texts = append(texts, v)
		case json.Delim:
			if v == ']' {
				return texts, nil
			}
			return nil, ErrJSONL
		default:
			return nil, errors.Join(err, ErrJSONL)
		}
	}
}
