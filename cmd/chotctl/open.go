package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"chot/cmd/internal/command"
	"chot/scanner"
	"chot/scanner/credential"
)

// maxOpened bounds what is read from standard input; no code holds a tenth of it.
const maxOpened = 1 << 20

// openPayload says what a code's text is, what of it was proven, and what a
// checkpoint would do with it.
func openPayload(ctx context.Context, fs *flag.FlagSet, args []string) error {
	var (
		trustFile = fs.String("trust", "", "the issuers to believe, a trust `FILE.json`; without it no signature is believed")
		at        = fs.String("at", "", "judge as if it were this `time` (RFC 3339); default now")
		unmask    = fs.Bool("unmask", false, "show the whole number, not only its end")
		asJSON    = fs.Bool("json", false, "print one JSON object")
		by        deskFlags
	)
	by.flags(fs)
	if err := command.Parse(fs, args, 1, 1); err != nil {
		return err
	}
	now := time.Now()
	if *at != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, *at); err != nil {
			return fmt.Errorf("%w: --at wants a time such as 2026-01-31T06:00:00+07:00", command.ErrUsage)
		}
	}
	payload := []byte(fs.Arg(0))
	if fs.Arg(0) == "-" {
		var err error
		if payload, err = io.ReadAll(io.LimitReader(os.Stdin, maxOpened)); err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
	}
	var trust *credential.Trust
	if *trustFile != "" {
		text, err := os.ReadFile(*trustFile)
		if err != nil {
			return err
		}
		if trust, err = credential.ParseTrust(text); err != nil {
			return fmt.Errorf("read %s: %w", *trustFile, err)
		}
	}
	c := credential.Open(payload, trust)
	d, err := by.consult(ctx, now, c)
	if err != nil {
		return err
	}
	o, err := opened(c, trust != nil, d, now, *unmask)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(o)
	}
	o.print(os.Stdout)
	return nil
}

// An openedPayload is the answer of chotctl open, as --json prints it.
type openedPayload struct {
	Scheme   string   `json:"scheme"`
	Error    string   `json:"error,omitempty"` // why it could not be read
	Proof    string   `json:"proof"`
	Issuer   string   `json:"issuer,omitempty"` // as the trust names it; only when verified
	KeyID    string   `json:"key_id,omitempty"` // hex, proven or not
	Asserts  string   `json:"asserts,omitempty"`
	Verified []string `json:"verified"`
	Not      []string `json:"not_verified"`
	Subject  string   `json:"subject,omitempty"`
	Aliases  []string `json:"aliases,omitempty"`
	Name     string   `json:"name,omitempty"`
	Birth    string   `json:"birth,omitempty"`
	Sex      string   `json:"sex,omitempty"`

	NotBefore time.Time          `json:"not_before,omitzero"`
	NotAfter  time.Time          `json:"not_after,omitzero"` // first instant that it is not valid
	Status    string             `json:"status"`
	Doubts    []credential.Doubt `json:"doubts"`
	At        time.Time          `json:"at"`
	List      string             `json:"list,omitempty"` // name and version of the list that was asked
	Verdict   verdictJSON        `json:"verdict"`
	Digest    string             `json:"sha256"`
}

func opened(c credential.Credential, trusting bool, d desk, now time.Time, unmask bool) (openedPayload, error) {
	number := func(s credential.Subject) string {
		if unmask {
			return s.String()
		}
		return s.Namespace + ":" + s.Masked()
	}
	digest := c.Digest()
	o := openedPayload{
		Scheme: c.Scheme().String(), Proof: c.Proof().String(), Issuer: c.Issuer(), KeyID: hex.EncodeToString(c.KeyID()),
		Asserts: string(c.Statement()), Name: c.Name(), Birth: c.Birth().String(), NotBefore: c.NotBefore(), NotAfter: c.NotAfter(),
		Status: c.Status().String(), Doubts: c.Doubts(), At: now.UTC().Truncate(time.Second), Digest: hex.EncodeToString(digest[:]),
		Verified: []string{}, Not: []string{},
	}
	switch c.Sex() {
	case credential.Male:
		o.Sex = "male"
	case credential.Female:
		o.Sex = "female"
	}
	if o.Doubts == nil {
		o.Doubts = []credential.Doubt{}
	}
	if err := c.Err(); err != nil {
		o.Error = err.Error()
	}
	if !c.Subject().IsZero() {
		o.Subject = number(c.Subject())
	}
	for _, alias := range c.Aliases() {
		o.Aliases = append(o.Aliases, number(alias))
	}
	if len(d.standings) == 1 && d.standings[0].State == scanner.Asked {
		o.List = fmt.Sprintf("%s version %d", d.standings[0].List, d.standings[0].Version)
	}
	o.weigh(c, trusting, now)
	v := scanner.Decide(c, d.standings, scanner.Prior{}, scanner.Passage{}, d.policy, scanner.Instant{Wall: now, Trust: scanner.Confirmed})
	var err error
	o.Verdict, err = explained(v, d.byDefault)
	return o, err
}

// weigh says in sentences what was verified, by whose key, and what was not.
func (o *openedPayload) weigh(c credential.Credential, trusting bool, now time.Time) {
	yes := func(format string, a ...any) { o.Verified = append(o.Verified, fmt.Sprintf(format, a...)) }
	no := func(format string, a ...any) { o.Not = append(o.Not, fmt.Sprintf(format, a...)) }
	key := "a key without an id"
	if o.KeyID != "" {
		key = "key " + o.KeyID
	}
	if c.Err() != nil {
		no("anything: %s", plain(c.Err()))
		return
	}
	switch c.Proof() {
	case credential.Verified:
		yes("the signature, by %s of %s, who may assert %s", key, o.Issuer, o.Asserts)
	case credential.Unsigned:
		no("the content: a code of this kind has no signature, anybody can print one")
	case credential.Forged:
		no("the signature: it names %s, which did not make it: the code is forged or damaged", key)
	case credential.UnknownIssuer:
		switch {
		case !trusting:
			no("the signature, by %s: no trust file was given (--trust)", key)
		case hasDoubt(c, credential.DoubtEntitlement):
			no("the statement: it is well signed, by %s, which the trust does not let assert %s", key, o.Asserts)
		default:
			no("the signature: the trust does not hold %s", key)
		}
	default:
		no("the signature: there is none, or it names no algorithm")
	}
	if c.Proof() == credential.Verified {
		switch {
		case !c.NotBefore().IsZero() && now.Before(c.NotBefore()), !c.NotAfter().IsZero() && !now.Before(c.NotAfter()):
			no("validity: at %s it is not valid", now.UTC().Format(time.RFC3339))
		default:
			yes("validity: at %s it is valid", now.UTC().Format(time.RFC3339))
		}
		switch c.Status() {
		case credential.StatusValid:
			yes("revocation: the issuer's status list says valid")
		case credential.StatusRevoked, credential.StatusSuspended:
			yes("revocation: the issuer's status list says %s", o.Status)
		case credential.StatusMissing:
			no("revocation: the trust does not hold the status list it refers to")
		default:
			no("revocation: it refers to no status list")
		}
	}
	no("that whoever presents it is the person it names")
}

func hasDoubt(c credential.Credential, d credential.Doubt) bool {
	for _, have := range c.Doubts() {
		if have == d {
			return true
		}
	}
	return false
}

// plain is the sentence of the error that matters to a person.
func plain(err error) string {
	for _, known := range []error{credential.ErrEmpty, credential.ErrUnrecognised, credential.ErrMalformed, credential.ErrUnsupported} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

// because is why the default policy decides so, for somebody at a terminal; the
// operator's words are the window's.
func because(v scanner.Verdict) string {
	switch v.Reason {
	case scanner.ListMissing:
		return "no list was given to look the holder up on (--roster)"
	case scanner.NotAccepted:
		return "the default policy does not take this kind of code"
	case scanner.ValidPass:
		return "on no list, but the policy admits a valid pass"
	case scanner.Absent:
		return "the list does not name the holder"
	case scanner.UnknownIssuer:
		return "nobody in the trust vouches for it"
	case scanner.Forged:
		return "the signature is not that of the key it names"
	case scanner.Listed:
		return "the list names the holder"
	case scanner.ListExpired:
		return "the list is too old to rely on at this time"
	}
	return strings.ReplaceAll(v.Reason.String(), "-", " ")
}

func (o openedPayload) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(tw, "%s\t%s\n", what, text)
		}
	}
	line("scheme", o.Scheme)
	line("error", o.Error)
	line("proof", o.Proof)
	line("asserts", o.Asserts)
	line("subject", o.Subject)
	line("aliases", strings.Join(o.Aliases, " "))
	line("name", o.Name)
	line("birth", o.Birth)
	line("sex", o.Sex)
	if !o.NotBefore.IsZero() || !o.NotAfter.IsZero() {
		line("valid", openOr(o.NotBefore)+" until "+openOr(o.NotAfter))
	}
	for _, text := range o.Verified {
		line("verified", text)
	}
	for _, text := range o.Not {
		line("not verified", text)
	}
	for _, d := range o.Doubts {
		line("doubt", string(d))
	}
	line("list", o.List)
	for _, l := range o.Verdict.Lists {
		line("list", l.String())
	}
	line("which wins", o.Verdict.Precedence)
	line("verdict", fmt.Sprintf("%s (%s): %s", o.Verdict.Outcome, o.Verdict.Reason, o.Verdict.Because))
	if o.Verdict.Version > 0 {
		line("by", fmt.Sprintf("list %s version %d, signed by %s", o.Verdict.List, o.Verdict.Version, o.Verdict.Authority))
	}
	line("would change it", o.Verdict.Change)
	tw.Flush()
}
