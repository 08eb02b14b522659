package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"chot/assets"
	"chot/cmd/internal/command"
	"chot/cmd/internal/rules"
	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/roster"
	"chot/sync/wire"
)

// A desk is the policy and the lists that open judges by.
type desk struct {
	policy    scanner.Policy
	standings []scanner.Standing
	byDefault bool // no policy file was given
}

// deskFlags are the flags of a desk.
type deskFlags struct {
	policy string
	lists  []string // "[AUTHORITY/NAME=]FILE"
	keys   []string // one for each, or one for all
}

func (d *deskFlags) flags(fs *flag.FlagSet) {
	fs.StringVar(&d.policy, "policy", "", "judge by this policy, a `FILE.json` as chot-hub grants it; default: listed and passes go through, all else is checked")
	fs.Func("roster", "look the holder up on this list, `[AUTHORITY/NAME=]FILE.roster` with its manifest beside it; several", func(v string) error {
		d.lists = append(d.lists, v)
		return nil
	})
	fs.Func("key", "the list key `FILE` for --roster, one for each in the same order; default list.key", func(v string) error {
		d.keys = append(d.keys, v)
		return nil
	})
}

// consult asks every list.
func (d deskFlags) consult(_ context.Context, now time.Time, c credential.Credential) (desk, error) {
	if len(d.keys) == 0 {
		d.keys = []string{"list.key"}
	}
	if len(d.keys) > 1 && len(d.keys) != len(d.lists) {
		return desk{}, fmt.Errorf("%w: %d lists and %d keys: give one --key for each --roster, in the same order", command.ErrUsage, len(d.lists), len(d.keys))
	}
	out := desk{byDefault: d.policy == ""}
	r := rules.Default()
	if d.policy != "" {
		text, err := os.ReadFile(d.policy)
		if err != nil {
			return desk{}, err
		}
		if r, err = rules.Parse(text); err != nil {
			return desk{}, fmt.Errorf("read %s: %w", d.policy, err)
		}
	}
	var granted []wire.ListKey
	for i, file := range d.lists {
		name, path, ok := strings.Cut(file, "=")
		if !ok {
			name, path = "", file
		}
		s, err := consult(path, d.keys[min(i, len(d.keys)-1)], now, c)
		if err != nil {
			return desk{}, err
		}
		if name == "" {
			name = grantedName(r, s.List)
		}
		if authority, list, ok := strings.Cut(name, "/"); ok {
			granted = append(granted, wire.ListKey{Authority: authority, Name: list})
		} else {
			return desk{}, fmt.Errorf("%w: --roster wants AUTHORITY/NAME=FILE", command.ErrUsage)
		}
		if len(r.Lists) > 0 || len(d.lists) > 1 {
			s.List = name
		}
		out.standings = append(out.standings, s)
	}
	// A list that the policy names and that was not given is one that is missing.
	for _, l := range r.Lists {
		authority, list, _ := strings.Cut(l.List, "/")
		k := wire.ListKey{Authority: authority, Name: list}
		if !has(granted, k) {
			granted = append(granted, k)
		}
	}
	var err error
	out.policy, err = r.Policy(wire.Grant{Lists: granted})
	return out, err
}

func has(granted []wire.ListKey, k wire.ListKey) bool {
	for _, g := range granted {
		if g.Authority == k.Authority && g.Name == k.Name {
			return true
		}
	}
	return false
}

// grantedName is the policy's name for a list that calls itself so.
func grantedName(r rules.Rules, list string) string {
	for _, l := range r.Lists {
		if _, name, _ := strings.Cut(l.List, "/"); name == list {
			return l.List
		}
	}
	return "list/" + list
}

// consult asks one list.
func consult(file, keyFile string, now time.Time, c credential.Credential) (scanner.Standing, error) {
	m, err := readManifest(file)
	if err != nil {
		return scanner.Standing{}, err
	}
	key, err := listKey(keyFile, false)
	if err != nil {
		return scanner.Standing{}, err
	}
	r, err := roster.Open(file, m, key)
	if err != nil {
		return scanner.Standing{}, err
	}
	defer r.Close()
	return scanner.Consult(r, time.Time{}, now, c), nil
}

// An opinionJSON is what one of several lists says.
type opinionJSON struct {
	List      string `json:"list"`
	Authority string `json:"authority,omitempty"`
	Version   uint64 `json:"version,omitempty"`
	State     string `json:"state"` // asked, missing, damaged, expired
	Optional  bool   `json:"optional,omitempty"`
	Outcome   string `json:"outcome"` // by itself
	Reason    string `json:"reason"`
}

func opinions(v scanner.Verdict) []opinionJSON {
	var all []opinionJSON
	for _, o := range v.Opinions {
		all = append(all, opinionJSON{o.List, o.Authority, o.Version, o.State.String(), o.Optional, o.Outcome.String(), o.Reason.String()})
	}
	return all
}

func (o opinionJSON) String() string {
	text := o.List
	if o.Version > 0 {
		text += fmt.Sprintf(" version %d", o.Version)
	}
	if o.Authority != "" {
		text += ", signed by " + o.Authority
	}
	if o.Optional {
		text += ", optional"
	}
	if o.Reason == scanner.Undecided.String() {
		return text + ": " + o.State + ", did not matter"
	}
	return fmt.Sprintf("%s: %s, by itself %s (%s)", text, o.State, o.Outcome, o.Reason)
}

// verdictJSON is a verdict with all that explains it.
type verdictJSON struct {
	Outcome    string        `json:"outcome"`
	Reason     string        `json:"reason"`
	Because    string        `json:"because"`
	Change     string        `json:"change"`               // what would change it
	List       string        `json:"list,omitempty"`       // the one that decided
	Version    uint64        `json:"version,omitempty"`    // its version
	Authority  string        `json:"authority,omitempty"`  // who signed it
	Precedence string        `json:"precedence,omitempty"` // of several lists
	Lists      []opinionJSON `json:"lists,omitempty"`      // what each says
}

// explained is a verdict as open prints it; the words of what would change it are
// the window's.
func explained(v scanner.Verdict, byDefault bool) (verdictJSON, error) {
	words, err := assets.Load("en")
	if err != nil {
		return verdictJSON{}, err
	}
	text, ok := words.Reason[v.Reason.String()]
	if !ok {
		return verdictJSON{}, errors.New("no text for " + v.Reason.String())
	}
	j := verdictJSON{
		Outcome: v.Outcome.String(), Reason: v.Reason.String(), Because: because(v), Change: text.Change,
		List: v.List, Version: v.Version, Authority: v.Authority, Lists: opinions(v),
	}
	if !byDefault {
		j.Because = strings.ReplaceAll(j.Because, "the default policy", "the policy")
	}
	if len(j.Lists) > 0 {
		j.Precedence = v.Precedence.String()
	}
	return j, nil
}
