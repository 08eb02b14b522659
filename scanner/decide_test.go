package scanner_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/roster"
)

var (
	noon   = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) // a Monday, 12:00 in Vietnam
	day    = 24 * time.Hour
	issuer = ed25519.NewKeyFromSeed(hash("issuer"))
	forger = ed25519.NewKeyFromSeed(hash("forger"))
	kid    = []byte("kid-0001")
)

const (
	cccd      = "001190123456|012345678|Nguyễn Thị Ví Dụ|15011990|Nữ|Số 1 Phố Mẫu, Hà Nội|22062022"
	statusURI = "urn:test:status:1"
)

func hash(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }

func trust(t *testing.T) *credential.Trust {
	t.Helper()
	list := credential.NewStatusList(statusURI, 64)
	list.Set(7, 1) // INVALID
	list.Set(8, 2) // SUSPENDED
	tr, err := credential.NewTrust([]credential.Issuer{{
		Name: "test authority", KeyID: kid, Key: issuer.Public(), Namespace: "vn.id",
	}}, []credential.StatusList{list})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func pass(t *testing.T, key ed25519.PrivateKey, keyID []byte, change func(*credential.Pass)) string {
	t.Helper()
	p := credential.Pass{
		ID: "001190123456", Name: "Nguyễn Thị Ví Dụ", Birth: credential.Birth{Year: 1990, Month: 1, Day: 15},
		Issuer: "test authority", NotBefore: noon.Add(-day), NotAfter: noon.Add(day), IssuedAt: noon.Add(-day), StatusIndex: -1,
	}
	if change != nil {
		change(&p)
	}
	text, err := credential.Issue(p, key, keyID)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func policy() scanner.Policy {
	return scanner.Policy{
		Checkpoint: "Chốt Cầu Mẫu", Lane: "1", Zone: "green",
		Schemes: []credential.Scheme{credential.CCCD, credential.BHYT, credential.QRQG, credential.Claim169, credential.GreenLane, credential.TKVT, credential.Typed, credential.Place},
		Absent:  scanner.Refer, AbsentPass: scanner.Admit,
	}
}

// asked is the standing of someone the list names with profile p.
func asked(p roster.Profile) scanner.Standing {
	return scanner.Standing{State: scanner.Asked, List: "demo", Version: 3, Age: roster.Fresh, Finding: roster.Finding{Found: true, Profile: p}}
}

func absent() scanner.Standing {
	return scanner.Standing{State: scanner.Asked, List: "demo", Version: 3, Age: roster.Fresh}
}

func TestDecideGivesEveryReason(t *testing.T) {
	admit := roster.Profile{Status: roster.Admit}
	in := func(s string) []byte { return []byte(s) }
	rows := []struct {
		name     string
		payload  []byte
		standing scanner.Standing
		prior    scanner.Prior
		passage  scanner.Passage
		policy   func(*scanner.Policy)
		doubt    bool // the clock is doubtful
		outcome  scanner.Outcome
		reason   scanner.Reason
		watch    bool
	}{
		{name: "nothing in the code", payload: in("\x00\r\n"), standing: asked(admit), outcome: scanner.Refer, reason: scanner.Unreadable},
		{name: "a menu", payload: in("https://example.com/menu"), standing: asked(admit), outcome: scanner.Refer, reason: scanner.NotRecognised},
		{name: "31 February", payload: in("001190123456||Nguyễn Thị Ví Dụ|31021990|Nữ|Hà Nội|22062022"), standing: asked(admit), outcome: scanner.Refer, reason: scanner.Malformed},
		{name: "an encrypted pass", payload: in("NCFYRNM-TDCO112U50%AW*BCQ2"), standing: asked(admit), outcome: scanner.Refer, reason: scanner.Unsupported},
		{name: "a scheme this gate does not take", payload: in(cccd), standing: asked(admit), policy: func(p *scanner.Policy) { p.Schemes = nil }, outcome: scanner.Refer, reason: scanner.NotAccepted},
		{name: "the place's own code", payload: in("https://qr.tokhaiyte.vn/?id=1"), standing: asked(admit), outcome: scanner.Refer, reason: scanner.NotPersonal},
		{name: "unknown issuer", payload: in(pass(t, forger, []byte("kid-0002"), nil)), standing: asked(admit), outcome: scanner.Refer, reason: scanner.UnknownIssuer},
		{name: "forged", payload: in(pass(t, forger, kid, nil)), standing: asked(admit), outcome: scanner.Refuse, reason: scanner.Forged},
		{name: "revoked", payload: in(pass(t, issuer, kid, func(p *credential.Pass) { p.StatusURI, p.StatusIndex = statusURI, 7 })), standing: asked(admit), outcome: scanner.Refuse, reason: scanner.Revoked},
		{name: "suspended", payload: in(pass(t, issuer, kid, func(p *credential.Pass) { p.StatusURI, p.StatusIndex = statusURI, 8 })), standing: asked(admit), outcome: scanner.Refuse, reason: scanner.Suspended},
		{name: "status list not here", payload: in(pass(t, issuer, kid, func(p *credential.Pass) { p.StatusURI, p.StatusIndex = "urn:other", 1 })), standing: asked(admit), outcome: scanner.Refer, reason: scanner.StatusUnknown},
		{name: "clock doubtful", payload: in(cccd), standing: asked(admit), doubt: true, outcome: scanner.Refer, reason: scanner.ClockDoubtful},
		{name: "pass not yet valid", payload: in(pass(t, issuer, kid, func(p *credential.Pass) { p.NotBefore = noon.Add(time.Hour) })), standing: asked(admit), outcome: scanner.Refuse, reason: scanner.NotYetValid},
		{name: "pass expired this second", payload: in(pass(t, issuer, kid, func(p *credential.Pass) { p.NotAfter = noon })), standing: asked(admit), outcome: scanner.Refuse, reason: scanner.Expired},
		{name: "insurance card out of date", payload: in(bhytOld), standing: asked(admit), outcome: scanner.Refer, reason: scanner.CardLapsed},
		{name: "no list", payload: in(cccd), standing: scanner.Standing{}, outcome: scanner.Refer, reason: scanner.ListMissing},
		{name: "list too old", payload: in(cccd), standing: func() scanner.Standing { s := asked(admit); s.Age = roster.Expired; return s }(), outcome: scanner.Refer, reason: scanner.ListExpired},
		{name: "list damaged", payload: in(cccd), standing: scanner.Standing{State: scanner.Damaged}, outcome: scanner.Refer, reason: scanner.ListDamaged},
		{name: "refused by the list", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Refuse, Message: "hộ tống về đồn"}), outcome: scanner.Refuse, reason: scanner.ListedRefuse},
		{name: "referred by the list", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Refer}), outcome: scanner.Refer, reason: scanner.ListedRefer},
		{name: "altered card", payload: in(cccd), standing: func() scanner.Standing { s := asked(admit); s.Finding.DetailsDiffer = true; return s }(), outcome: scanner.Refer, reason: scanner.DetailsDiffer},
		{name: "listing has not begun", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Admit, NotBefore: noon.Add(1)}), outcome: scanner.Refuse, reason: scanner.ListingNotYet},
		{name: "listing over", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Admit, NotAfter: noon.Add(-time.Second)}), outcome: scanner.Refuse, reason: scanner.ListingOver},
		{name: "purpose not allowed", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Admit, Purposes: []string{"work"}}), passage: scanner.Passage{Purpose: "market"}, outcome: scanner.Refuse, reason: scanner.WrongPurpose},
		{name: "zone not allowed", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Admit, Zones: []string{"red"}}), outcome: scanner.Refuse, reason: scanner.WrongZone},
		{name: "outside hours", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Admit, Hours: hours(t, "Mon-Fri 06:00-11:59")}), outcome: scanner.Refuse, reason: scanner.OutsideHours},
		{name: "absent", payload: in(cccd), standing: absent(), outcome: scanner.Refer, reason: scanner.Absent},
		{name: "already inside", payload: in(cccd), standing: asked(admit), prior: scanner.Prior{Seen: true, At: noon.Add(-time.Hour)}, policy: func(p *scanner.Policy) { p.AntiPassback = true }, outcome: scanner.Refer, reason: scanner.AlreadyInside},
		{name: "seen a moment ago", payload: in(cccd), standing: asked(admit), prior: scanner.Prior{Seen: true, At: noon.Add(-time.Minute)}, policy: func(p *scanner.Policy) { p.Again = 5 * time.Minute }, outcome: scanner.Refer, reason: scanner.JustSeen},
		{name: "listed", payload: in(cccd), standing: asked(admit), outcome: scanner.Admit, reason: scanner.Listed},
		{name: "on the watch list", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Watch}), outcome: scanner.Admit, reason: scanner.Listed, watch: true},
		{name: "a valid pass nobody lists", payload: in(pass(t, issuer, kid, nil)), standing: absent(), outcome: scanner.Admit, reason: scanner.ValidPass},
		{name: "a signed scheme without a signature", payload: in(unsigned169), standing: asked(admit), outcome: scanner.Refer, reason: scanner.Unproven},

		// The order matters.
		{name: "validity wins over already inside", payload: in(pass(t, issuer, kid, func(p *credential.Pass) { p.NotAfter = noon })), standing: asked(admit), prior: scanner.Prior{Seen: true, At: noon}, policy: func(p *scanner.Policy) { p.AntiPassback = true }, outcome: scanner.Refuse, reason: scanner.Expired},
		{name: "refused by the list though the pass is valid", payload: in(pass(t, issuer, kid, nil)), standing: asked(roster.Profile{Status: roster.Refuse}), outcome: scanner.Refuse, reason: scanner.ListedRefuse},
		{name: "refused whatever the clock says", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Refuse}), doubt: true, outcome: scanner.Refuse, reason: scanner.ListedRefuse},
		{name: "a refusal that is over names nobody", payload: in(cccd), standing: asked(roster.Profile{Status: roster.Refuse, NotAfter: noon.Add(-time.Second)}), outcome: scanner.Refer, reason: scanner.Absent},
		{name: "a stale list is still used", payload: in(cccd), standing: func() scanner.Standing { s := asked(admit); s.Age = roster.Stale; return s }(), outcome: scanner.Admit, reason: scanner.Listed},
		{name: "going out while inside", payload: in(cccd), standing: asked(admit), prior: scanner.Prior{Seen: true, At: noon.Add(-time.Hour)}, passage: scanner.Passage{Direction: scanner.Out}, policy: func(p *scanner.Policy) { p.AntiPassback = true }, outcome: scanner.Admit, reason: scanner.Listed},
		{name: "the zero policy refuses the absent", payload: in(cccd), standing: absent(), policy: func(p *scanner.Policy) { *p = scanner.Policy{Schemes: p.Schemes} }, outcome: scanner.Refuse, reason: scanner.Absent},
		{name: "a green-lane vehicle on the list", payload: in("https://vantai.drvn.gov.vn/tokhaiyteQR?token=EXAMPLETOKEN0001"), standing: asked(admit), outcome: scanner.Admit, reason: scanner.Listed},
		{name: "prior use is asked of valid passes too", payload: in(pass(t, issuer, kid, nil)), standing: absent(), prior: scanner.Prior{Seen: true, At: noon}, policy: func(p *scanner.Policy) { p.AntiPassback = true }, outcome: scanner.Refer, reason: scanner.AlreadyInside},
	}
	covered := map[scanner.Reason]bool{
		scanner.Undecided:         true, // TestZeroValuesRefuse
		scanner.NotRecorded:       true, // TestScanRefersWhatItCannotKeep
		scanner.MemoryUnavailable: true, // TestScanRefersWithoutMemory
	}
	tr := trust(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p := policy()
			if row.policy != nil {
				row.policy(&p)
			}
			now := scanner.Instant{Wall: noon, Trust: scanner.Plausible}
			if row.doubt {
				now.Trust = scanner.Doubtful
			}
			c := credential.Open(row.payload, tr)
			v := scanner.Decide(c, []scanner.Standing{row.standing}, row.prior, row.passage, p, now)
			if v.Outcome != row.outcome || v.Reason != row.reason || v.Watch != row.watch {
				t.Errorf("got %v %v watch=%v, want %v %v watch=%v (credential: %v, %v)", v.Outcome, v.Reason, v.Watch, row.outcome, row.reason, row.watch, c.Scheme(), c.Err())
			}
			if again := scanner.Decide(c, []scanner.Standing{row.standing}, row.prior, row.passage, p, now); !reflect.DeepEqual(again, v) {
				t.Errorf("the same inputs gave %v, then %v", v, again)
			}
		})
		covered[row.reason] = true
	}
	for _, r := range scanner.Reasons() {
		if !covered[r] {
			t.Errorf("no row gives reason %v", r)
		}
	}
}

func hours(t *testing.T, s string) roster.Hours {
	t.Helper()
	h, err := roster.ParseHours(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestZeroValuesRefuse(t *testing.T) {
	if v := (scanner.Verdict{}); v.Outcome != scanner.Refuse || v.Reason != scanner.Undecided {
		t.Errorf("the zero verdict is %v %v", v.Outcome, v.Reason)
	}
	if v := scanner.Decide(credential.Credential{}, nil, scanner.Prior{}, scanner.Passage{}, scanner.Policy{}, scanner.Instant{}); v.Outcome == scanner.Admit {
		t.Errorf("deciding about nothing gave %v", v.Outcome)
	}
}

// memory is a journal that keeps drafts in a slice, or fails as told: it
// stands in for a disk, whose own tests are the store's.
type memory struct {
	drafts     []scanner.Draft
	fail, lost error
}

func (m *memory) Append(_ context.Context, d scanner.Draft) (scanner.Entry, error) {
	if m.fail != nil {
		return scanner.Entry{}, m.fail
	}
	d.Entry.Seq = uint64(len(m.drafts))
	m.drafts = append(m.drafts, d)
	return d.Entry, nil
}

func (m *memory) Prior(credential.Subject) (scanner.Prior, error) { return scanner.Prior{}, m.lost }

func station(t *testing.T, j scanner.Journal) *scanner.Scanner {
	s := scanner.New(j)
	s.SetPolicy(policy())
	s.SetTrust(trust(t))
	return s
}

func TestScanRefersWhatItCannotKeep(t *testing.T) {
	for _, row := range []struct {
		err   error
		fault scanner.Fault
	}{
		{errors.New("input/output error"), scanner.FaultJournal},
		{scanner.ErrJournalFull, scanner.FaultJournalFull},
	} {
		s := station(t, &memory{fail: row.err})
		r := s.Scan(t.Context(), scanner.Payload{Bytes: []byte(pass(t, forger, kid, nil))}, scanner.Passage{}, scanner.Instant{Wall: noon, Trust: scanner.Plausible})
		if r.Verdict.Outcome != scanner.Refer || r.Verdict.Reason != scanner.NotRecorded || r.Kept || r.Fault != row.fault {
			t.Errorf("journal failing with %v: %v %v kept=%v fault=%q", row.err, r.Verdict.Outcome, r.Verdict.Reason, r.Kept, r.Fault)
		}
	}
}

func TestScanRefersWithoutMemory(t *testing.T) {
	m := &memory{lost: errors.New("no page")}
	s := station(t, m)
	list := buildList(t, roster.Row{Subject: "vn.id:001190123456", Name: "Nguyễn Thị Ví Dụ", Birth: "1990-01-15", Profile: roster.Profile{Status: roster.Admit}})
	s.SetList("test/demo", list, noon)
	r := s.Scan(t.Context(), scanner.Payload{Bytes: []byte(cccd)}, scanner.Passage{}, scanner.Instant{Wall: noon, Trust: scanner.Plausible})
	if r.Verdict.Outcome != scanner.Refer || r.Verdict.Reason != scanner.MemoryUnavailable {
		t.Errorf("got %v %v, want refer memory-unavailable", r.Verdict.Outcome, r.Verdict.Reason)
	}
}

// An unrecognised payload leaves nothing but its hash.
func TestScanForgetsWhatItDoesNotKnow(t *testing.T) {
	m := &memory{}
	s := station(t, m)
	r := s.Scan(t.Context(), scanner.Payload{Bytes: []byte("https://example.com/menu")}, scanner.Passage{}, scanner.Instant{Wall: noon, Trust: scanner.Plausible})
	if !r.Kept || len(m.drafts) != 1 {
		t.Fatal("the scan was not kept")
	}
	p := m.drafts[0].Personal
	if len(p.Digest) != 32 || p.Subject != "" || p.Name != "" || p.Birth != "" {
		t.Errorf("kept %+v, want a hash only", p)
	}
}

func TestConsultTakesTheStrictestRow(t *testing.T) {
	person := func(subject string, status roster.Status) roster.Row {
		return roster.Row{Subject: subject, Name: "Nguyễn Thị Ví Dụ", Birth: "1990-01-15", Profile: roster.Profile{Status: status}}
	}
	list := buildList(t, person("vn.id:001190123456", roster.Admit), person("vn.cmnd:012345678", roster.Refuse))
	s := scanner.Consult(list, noon, noon, credential.Open([]byte(cccd), nil))
	if !s.Finding.Found || s.Finding.Profile.Status != roster.Refuse {
		t.Errorf("a person refused under the old number was found as %+v", s.Finding)
	}
	s = scanner.Consult(list, noon, noon, credential.OpenTyped("001190123456"))
	if !s.Finding.Found || s.Finding.Profile.Status != roster.Admit || s.Finding.DetailsDiffer {
		t.Errorf("a typed number was found as %+v", s.Finding)
	}
	s = scanner.Consult(list, noon, noon, credential.Open([]byte("001190123456||Nguyễn Thị Khác|15011990|Nữ|Hà Nội|22062022"), nil))
	if !s.Finding.DetailsDiffer {
		t.Error("an altered name was not noticed")
	}
}

// A card's cancelled number stops whom the list refuses by it, and opens
// nothing; an old number of another kind still names its holder.
func TestConsultCancelledNumbers(t *testing.T) {
	const card = "001220123456|%s|Nguyễn Văn Bé|01022020|Nam|Hà Nội|15032025||001099000001|Nguyễn Văn Cha|Trần Thị Mẹ"
	row := func(subject string, status roster.Status) roster.Row {
		return roster.Row{Subject: subject, Profile: roster.Profile{Status: status}}
	}
	for _, test := range []struct {
		name  string
		row   roster.Row
		old   string
		found bool
	}{
		{"admitted by the cancelled number", row("vn.id:001099000001", roster.Admit), "", false},
		{"watched by the cancelled number", row("vn.id:001099000001", roster.Watch), "", false},
		{"refused by the cancelled number", row("vn.id:001099000001", roster.Refuse), "", true},
		{"admitted by the old card's number", row("vn.cmnd:012345678", roster.Admit), "012345678", true},
	} {
		s := scanner.Consult(buildList(t, test.row), noon, noon, credential.Open([]byte(fmt.Sprintf(card, test.old)), nil))
		if s.Finding.Found != test.found {
			t.Errorf("%s: found=%v", test.name, s.Finding.Found)
		}
	}
}
