package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// field FILE NAME OUT writes a text field of a JSON object to a file.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 || neg {
		ts.Fatalf("usage: field FILE NAME OUT")
	}
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	text, ok := object[args[1]].(string)
	if !ok {
		ts.Fatalf("%s has no text %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text+"\n"), 0o600))
}

// envfield FILE NAME VARIABLE: a JSON object's text in an environment variable.
func envfield(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 || neg {
		ts.Fatalf("usage: envfield FILE NAME VARIABLE")
	}
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	text, ok := object[args[1]].(string)
	if !ok {
		ts.Fatalf("%s has no text %q", args[0], args[1])
	}
	ts.Setenv(args[2], text)
}

// garble FILE entry|page|cut damages a journal: one bit of an entry's text in
// every copy of it, the header of every leaf page, or all but its first five
// pages; garble FILE text changes a letter near the end.
func garble(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: garble FILE entry|page|cut|text")
	}
	b := []byte(ts.ReadFile(args[0]))
	before := bytes.Clone(b)
	switch args[1] {
	case "entry":
		for at := 0; ; at++ {
			next := bytes.Index(b[at:], []byte("typed"))
			if next < 0 {
				break
			}
			at += next
			b[at] ^= 1
		}
	case "page":
		const size, leaf = 4096, 2
		for at := 2 * size; at+size <= len(b); at += size {
			if binary.NativeEndian.Uint16(b[at+8:]) == leaf {
				b[at+10] ^= 0x40 // how many entries it has
			}
		}
	case "cut":
		b = b[:5*4096]
	case "text":
		b[len(b)-20] ^= 1
	default:
		ts.Fatalf("garble: %q is not a kind of damage", args[1])
	}
	if bytes.Equal(b, before) {
		ts.Fatalf("garble: nothing to damage")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}
