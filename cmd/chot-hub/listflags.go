package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"chot/cmd/internal/command"
	"chot/cmd/internal/rules"
	"chot/scanner"
	"chot/sync/wire"
)

// listFlags are the lists an enrolment grants, and what the flags say of them.
type listFlags struct {
	keys       []wire.ListKey
	lists      []rules.List
	precedence scanner.Precedence
	said       bool // more than the names and keys
}

// add takes AUTHORITY/NAME=KEYFILE and what follows it.
func (f *listFlags) add(v string) error {
	name, file, ok := strings.Cut(v, "=")
	authority, list, ok2 := strings.Cut(name, "/")
	if !ok || !ok2 || authority == "" || list == "" {
		return fmt.Errorf("want AUTHORITY/NAME=KEYFILE")
	}
	l := rules.List{List: name}
	// From the end, so that a key file's name may hold a comma.
	for {
		i := strings.LastIndexByte(file, ',')
		if i < 0 {
			break
		}
		known, err := setting(&l, file[i+1:])
		if err != nil {
			return err
		}
		if !known {
			break
		}
		file, f.said = file[:i], true
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil {
		return fmt.Errorf("%s does not hold a list key in hex", file)
	}
	f.keys = append(f.keys, wire.ListKey{Authority: authority, Name: list, Key: key})
	f.lists = append(f.lists, l)
	return nil
}

// setting takes one of a list's settings; false is a text that is none.
func setting(l *rules.List, text string) (known bool, err error) {
	name, value, _ := strings.Cut(text, "=")
	switch name {
	case "optional":
		l.Optional = true
		return text == name, nil
	case "absent", "absent-pass":
		o, err := scanner.ParseOutcome(value)
		if err != nil {
			return false, err
		}
		if name == "absent" {
			l.Absent = &o
		} else {
			l.AbsentPass = &o
		}
		return true, nil
	}
	return false, nil
}

func (f *listFlags) wins(v string) error {
	f.said = true
	return f.precedence.UnmarshalText([]byte(v))
}

// policy is the granted policy's JSON: the file's, or the default with what the
// flags say of the lists.
func (f *listFlags) policy(file []byte) ([]byte, error) {
	if !f.said {
		return file, nil
	}
	r := rules.Default()
	if len(file) > 0 {
		var err error
		if r, err = rules.Parse(file); err != nil {
			return nil, err
		}
		if len(r.Lists) > 0 || r.Precedence != scanner.Strictest {
			return nil, fmt.Errorf("%w: the policy file says what the lists are for, and so do the flags: say it in one place", command.ErrUsage)
		}
	}
	r.Lists, r.Precedence = f.lists, f.precedence
	return json.Marshal(r)
}
