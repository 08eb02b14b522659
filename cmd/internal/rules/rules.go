// Package rules reads the policy that a hub grants with an enrolment and turns it
// into what scanner.Decide takes. The hub checks a policy with it before it grants
// one, the device before it accepts one.
//
// A policy is JSON; what is left out refuses, and a member that is not known is an
// error, for it may be the one that limits the others:
//
//	{
//	  "schemes": ["cccd", "bhyt", "claim169", "typed"],
//	  "absent": "refer", "absent_pass": "admit",
//	  "anti_passback": true, "again_seconds": 60,
//	  "precedence": "strictest",
//	  "lists": [
//	    {"list": "province/stop", "absent": "admit", "absent_pass": "admit"},
//	    {"list": "factory/people"},
//	    {"list": "ward/guests", "optional": true}
//	  ]
//	}
//
// # Several lists
//
// Under "strictest", which is the default, every list is heard by itself and the
// strictest verdict stands: a refusal by any of them stops. What a list says of
// whom it does not name is its own "absent" (and "absent_pass" for the holder of a
// valid pass), or the policy's where it has none: a list of people to stop says
// "admit" there. Under "first" the first list, in the order given, that names the
// person decides, and the policy's own "absent" holds for whom none of them names.
//
// While a list is missing, damaged or expired nobody is admitted, by whatever
// list, unless it is "optional". A grant of several lists whose policy names none
// of them has all of them required, and the strictest stand.
package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/sync/wire"
)

// ErrPolicy is wrapped by every error about a policy; the text says what to do.
var ErrPolicy = errors.New("the policy cannot be used")

// A Rules is the policy as a hub grants it. Outcomes are "refuse", "refer" or
// "admit"; what is left out refuses.
type Rules struct {
	Schemes      []string           `json:"schemes"`
	Absent       scanner.Outcome    `json:"absent"`
	AbsentPass   scanner.Outcome    `json:"absent_pass"`
	AntiPassback bool               `json:"anti_passback,omitempty"`
	AgainSeconds int                `json:"again_seconds,omitempty"`
	Precedence   scanner.Precedence `json:"precedence,omitempty"`
	Lists        []List             `json:"lists,omitempty"`
}

// A List is what the policy says of one granted list.
type List struct {
	List       string           `json:"list"` // "<authority>/<name>"
	Optional   bool             `json:"optional,omitempty"`
	Absent     *scanner.Outcome `json:"absent,omitempty"`      // default: the policy's
	AbsentPass *scanner.Outcome `json:"absent_pass,omitempty"` // default: the policy's
}

// Default accepts every scheme of this country that names a person or vehicle,
// refers whom no list names and admits a valid pass. Certificates of other
// countries ("hcert") are taken where a policy names them.
func Default() Rules {
	r := Rules{Absent: scanner.Refer, AbsentPass: scanner.Admit}
	for _, s := range []credential.Scheme{credential.CCCD, credential.BHYT, credential.QRQG, credential.Claim169,
		credential.GreenLane, credential.TKVT, credential.MRZ, credential.Typed} {
		r.Schemes = append(r.Schemes, s.String())
	}
	return r
}

// Parse reads a policy's JSON.
func Parse(text []byte) (Rules, error) {
	var r Rules
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Rules{}, fmt.Errorf("%w: it is not one this version knows (%w)", ErrPolicy, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Rules{}, fmt.Errorf("%w: something follows it", ErrPolicy)
	}
	return r, nil
}

// Of is the policy of a grant: the default where it has none.
func Of(g wire.Grant) (Rules, scanner.Policy, error) {
	r := Default()
	if len(g.Policy) > 0 {
		var err error
		if r, err = Parse(g.Policy); err != nil {
			return Rules{}, scanner.Policy{}, err
		}
	}
	p, err := r.Policy(g)
	return r, p, err
}

// Name is what policies call a granted list.
func Name(l wire.ListKey) string { return l.Authority + "/" + l.Name }

// Policy turns granted rules into what Decide takes.
func (r Rules) Policy(g wire.Grant) (scanner.Policy, error) {
	p := scanner.Policy{
		Checkpoint: g.Checkpoint, Lane: g.Lane, Zone: g.Zone,
		Absent: r.Absent, AbsentPass: r.AbsentPass, Precedence: r.Precedence,
		AntiPassback: r.AntiPassback, Again: time.Duration(r.AgainSeconds) * time.Second,
	}
	for _, name := range r.Schemes {
		s, err := credential.ParseScheme(name)
		if err != nil || s == credential.Unrecognised {
			return scanner.Policy{}, fmt.Errorf("%w: it names the scheme %q, which this version does not know", ErrPolicy, name)
		}
		p.Schemes = append(p.Schemes, s)
	}
	lists, err := r.lists(g.Lists)
	if err != nil {
		return scanner.Policy{}, err
	}
	p.Lists = lists
	return p, nil
}

// lists is what the policy says of each granted list; nothing where there is one
// list, or none, and the policy says no more.
func (r Rules) lists(granted []wire.ListKey) ([]scanner.ListRule, error) {
	var names []string
	for _, l := range granted {
		name := Name(l)
		if slices.Contains(names, name) {
			return nil, fmt.Errorf("%w: the list %s is granted twice", ErrPolicy, name)
		}
		names = append(names, name)
	}
	said := r.Lists
	if len(said) == 0 && len(granted) > 1 {
		for _, name := range names {
			said = append(said, List{List: name})
		}
	}
	rules, required, length := []scanner.ListRule(nil), false, 0
	for i, l := range said {
		switch {
		case !slices.Contains(names, l.List):
			return nil, fmt.Errorf("%w: it names the list %s, which is not granted; grant it, or take it out of the policy", ErrPolicy, l.List)
		case slices.ContainsFunc(said[:i], func(o List) bool { return o.List == l.List }):
			return nil, fmt.Errorf("%w: it names the list %s twice", ErrPolicy, l.List)
		case r.Precedence == scanner.First && (l.Absent != nil || l.AbsentPass != nil):
			return nil, fmt.Errorf("%w: under the precedence first, a list says nothing of whom it does not name; take absent out of %s, or use strictest", ErrPolicy, l.List)
		}
		rule := scanner.ListRule{List: l.List, Optional: l.Optional, Absent: r.Absent, AbsentPass: r.AbsentPass}
		if l.Absent != nil {
			rule.Absent = *l.Absent
		}
		if l.AbsentPass != nil {
			rule.AbsentPass = *l.AbsentPass
		}
		rules, required, length = append(rules, rule), required || !l.Optional, length+len(l.List)
	}
	for _, name := range names {
		if len(said) > 0 && !slices.ContainsFunc(said, func(l List) bool { return l.List == name }) {
			return nil, fmt.Errorf("%w: the list %s is granted and the policy does not say what for; name it in the policy, or do not grant it", ErrPolicy, name)
		}
	}
	switch {
	case len(rules) > scanner.MaxLists || length > scanner.MaxListNames:
		return nil, fmt.Errorf("%w: %d lists with names of %d bytes together, the limits are %d and %d", ErrPolicy, len(rules), length, scanner.MaxLists, scanner.MaxListNames)
	case len(rules) > 0 && !required:
		return nil, fmt.Errorf("%w: every list is optional; at least one has to be required", ErrPolicy)
	}
	return rules, nil
}
