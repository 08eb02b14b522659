package scanner_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/roster"
)

// A stance is what one list says and what the policy says of the list.
type stance struct {
	letter   byte
	standing scanner.Standing
	rule     scanner.ListRule
}

var (
	refers = scanner.ListRule{Absent: scanner.Refer, AbsentPass: scanner.Admit}
	stops  = scanner.ListRule{Absent: scanner.Admit, AbsentPass: scanner.Admit}
	spare  = scanner.ListRule{Optional: true, Absent: scanner.Refer, AbsentPass: scanner.Admit}
)

func listing(s roster.Status) scanner.Standing { return asked(roster.Profile{Status: s}) }

func aged(s scanner.Standing, a roster.Age) scanner.Standing { s.Age = a; return s }

func stances() []stance {
	return []stance{
		{'a', listing(roster.Admit), refers},
		{'w', listing(roster.Watch), refers},
		{'f', listing(roster.Refer), refers},
		{'x', listing(roster.Refuse), refers},
		{'n', absent(), refers},
		{'s', absent(), stops},
		{'m', scanner.Standing{}, refers},
		{'e', aged(listing(roster.Admit), roster.Expired), refers},
		{'d', scanner.Standing{State: scanner.Damaged}, refers},
		{'o', scanner.Standing{}, spare},
		{'p', aged(listing(roster.Admit), roster.Expired), spare},
		{'q', aged(listing(roster.Refuse), roster.Expired), spare},
	}
}

// hear has lists decide about a plain card.
func hear(p scanner.Precedence, now scanner.Instant, lists ...stance) scanner.Verdict {
	policy := policy()
	policy.Precedence = p
	var standings []scanner.Standing
	for i, l := range lists {
		l.rule.List = "authority/" + string(rune('a'+i))
		l.standing.List = l.rule.List
		policy.Lists, standings = append(policy.Lists, l.rule), append(standings, l.standing)
	}
	return scanner.Decide(credential.Open([]byte(cccd), nil), standings, scanner.Prior{}, scanner.Passage{}, policy, now)
}

var today = scanner.Instant{Wall: noon, Trust: scanner.Plausible}

// TestTwoListsGrid has every pair of what two lists may say decide, by either
// precedence: A admits, f refers, X refuses. Rows are the first list.
//
//	a admits, w watches, f refers, x refuses, n names nobody (the policy refers),
//	s names nobody to stop, m missing, e expired, d damaged; and of optional
//	lists o missing, p expired and admits, q expired and refuses
func TestTwoListsGrid(t *testing.T) {
	grids := map[scanner.Precedence]string{
		scanner.Strictest: `
			  a w f x n s m e d o p q
			a A A f X f A f f f A A f
			w A A f X f A f f f A A f
			f f f f X f f f f f f f f
			x X X X X X X X X X X X X
			n f f f X f f f f f f f f
			s A A f X f A f f f A A f
			m f f f X f f f f f f f f
			e f f f X f f f f f f f f
			d f f f X f f f f f f f f
			o A A f X f A f f f f f f
			p A A f X f A f f f f f f
			q f f f X f f f f f f f f`,
		scanner.First: `
			  a w f x n s m e d o p q
			a A A A A A A f f f A A f
			w A A A A A A f f f A A f
			f f f f f f f f f f f f f
			x X X X X X X X X X X X X
			n A A f X f f f f f f f f
			s A A f X f f f f f f f f
			m f f f f f f f f f f f f
			e f f f f f f f f f f f f
			d f f f f f f f f f f f f
			o A A f X f f f f f f f f
			p A A f X f f f f f f f f
			q f f f f f f f f f f f f`,
	}
	letters := map[scanner.Outcome]string{scanner.Admit: "A", scanner.Refer: "f", scanner.Refuse: "X"}
	for p, grid := range grids {
		var rows [][]string
		for line := range strings.Lines(strings.TrimSpace(grid)) {
			rows = append(rows, strings.Fields(line))
		}
		cells := 0
		for i, first := range stances() {
			for j, second := range stances() {
				if rows[0][j] != string(second.letter) || rows[i+1][0] != string(first.letter) {
					t.Fatalf("the grid's heads are not the stances, at %c %c", first.letter, second.letter)
				}
				v := hear(p, today, first, second)
				if want := rows[i+1][j+1]; letters[v.Outcome] != want {
					t.Errorf("%v, first %c, second %c: %v (%v by %s), want %s", p, first.letter, second.letter, v.Outcome, v.Reason, v.List, want)
				}
				if len(v.Opinions) != 2 || v.Precedence != p {
					t.Errorf("%v %c %c: explained by %+v", p, first.letter, second.letter, v.Opinions)
				}
				cells++
			}
		}
		t.Logf("%v: %d pairs", p, cells)
	}
}

// TestTwoListsExplained: the verdict names the list that decided, its version
// and message, and what the other one said.
func TestTwoListsExplained(t *testing.T) {
	of := func(version uint64, authority string, s scanner.Standing, rule scanner.ListRule) stance {
		s.Version, s.Authority = version, authority
		return stance{standing: s, rule: rule}
	}
	province := of(7, "Province", asked(roster.Profile{Status: roster.Refuse, Message: "gọi ca trưởng"}), stops)
	clear := of(7, "Province", absent(), stops)
	factory := of(12, "Factory", asked(roster.Profile{Status: roster.Admit, NotAfter: noon.Add(day)}), refers)
	watched := of(12, "Factory", listing(roster.Watch), refers)
	old := of(7, "Province", aged(absent(), roster.Expired), stops)

	for _, row := range []struct {
		name       string
		precedence scanner.Precedence
		lists      []stance
		outcome    scanner.Outcome
		reason     scanner.Reason
		version    uint64 // of the list that decided
		message    string
		watch      bool
	}{
		{"refused by one", scanner.Strictest, []stance{factory, province}, scanner.Refuse, scanner.ListedRefuse, 7, "gọi ca trưởng", false},
		{"listed by one, not stopped by the other", scanner.Strictest, []stance{clear, factory}, scanner.Admit, scanner.Listed, 12, "", false},
		{"the first wins", scanner.First, []stance{factory, province}, scanner.Admit, scanner.Listed, 12, "", false},
		{"the first that names", scanner.First, []stance{clear, factory}, scanner.Admit, scanner.Listed, 12, "", false},
		{"one is too old", scanner.Strictest, []stance{old, factory}, scanner.Refer, scanner.ListExpired, 7, "", false},
		{"one is too old, behind the one that names", scanner.First, []stance{factory, old}, scanner.Refer, scanner.ListExpired, 7, "", false},
		{"watched by the one that does not decide", scanner.Strictest, []stance{province, watched}, scanner.Refuse, scanner.ListedRefuse, 7, "gọi ca trưởng", true},
		{"watched behind the one that decides", scanner.First, []stance{factory, watched}, scanner.Admit, scanner.Listed, 12, "", true},
		{"none names", scanner.First, []stance{clear, clear}, scanner.Refer, scanner.Absent, 7, "", false},
	} {
		v := hear(row.precedence, today, row.lists...)
		if v.Outcome != row.outcome || v.Reason != row.reason || v.Version != row.version || v.Message != row.message || v.Watch != row.watch {
			t.Errorf("%s: %v %v by %s of %s version %d, %q, watch %v", row.name, v.Outcome, v.Reason, v.List, v.Authority, v.Version, v.Message, v.Watch)
		}
		for i, o := range v.Opinions {
			alone := hear(row.precedence, today, row.lists[i])
			if row.lists[i].standing.Finding.Found && o.State == scanner.Asked && (o.Outcome != alone.Outcome || o.Reason != alone.Reason || !o.Named) || o.Version != row.lists[i].standing.Version {
				t.Errorf("%s: opinion %d is %+v, alone it says %v %v", row.name, i, o, alone.Outcome, alone.Reason)
			}
		}
	}
	// A forged pass is not the lists' to judge; they are on record all the same.
	p := policy()
	p.Lists = []scanner.ListRule{{List: "a/a"}, {List: "b/b"}}
	v := scanner.Decide(credential.Open([]byte(pass(t, forger, kid, nil)), trust(t)), nil, scanner.Prior{}, scanner.Passage{}, p, today)
	if v.Reason != scanner.Forged || len(v.Opinions) != 2 || v.Opinions[1].Reason != scanner.Undecided {
		t.Errorf("a forged pass: %+v", v)
	}
}

// TestTwoListsAndTheClock: where the clock cannot be believed only a refusal
// without a window stands, whichever list has it.
func TestTwoListsAndTheClock(t *testing.T) {
	doubt := scanner.Instant{Wall: noon, Trust: scanner.Doubtful}
	s := stances()
	for i, first := range s {
		for j, second := range s {
			v := hear(scanner.Strictest, doubt, first, second)
			want := scanner.Refer
			if strings.ContainsRune("xq", rune(first.letter)) || strings.ContainsRune("xq", rune(second.letter)) {
				want = scanner.Refuse
			}
			if v.Outcome != want {
				t.Errorf("strictest, %c %c: %v, want %v", s[i].letter, s[j].letter, v.Outcome, want)
			}
			if v := hear(scanner.First, doubt, first, second); v.Outcome == scanner.Admit || first.letter == 'a' && v.Outcome != scanner.Refer {
				t.Errorf("first, %c %c: %v", s[i].letter, s[j].letter, v.Outcome)
			}
		}
	}
	window := stance{standing: asked(roster.Profile{Status: roster.Refuse, NotAfter: noon.Add(day)}), rule: refers}
	if v := hear(scanner.Strictest, doubt, window, s[0]); v.Reason != scanner.ClockDoubtful {
		t.Errorf("a refusal with an end, by a doubtful clock: %v", v.Reason)
	}
}

// anyStance is one of very many things a list may say.
func anyStance(r *rand.Rand) stance {
	row := roster.Profile{Status: roster.Status(r.IntN(5))} // one more than there are
	switch r.IntN(4) {
	case 0:
		row.NotBefore = noon.Add(time.Duration(r.IntN(5)-2) * time.Hour)
	case 1:
		row.NotAfter = noon.Add(time.Duration(r.IntN(5)-2) * time.Hour)
	case 2:
		row.Zones = []string{[]string{"green", "red"}[r.IntN(2)]}
	}
	s := asked(row)
	s.State = scanner.ListState(r.IntN(4))
	if r.IntN(3) > 0 {
		s.State = scanner.Asked
	}
	s.Age = roster.Age(r.IntN(3))
	s.Finding.Found = r.IntN(3) > 0
	s.Finding.DetailsDiffer = r.IntN(5) == 0
	return stance{standing: s, rule: scanner.ListRule{
		Optional: r.IntN(3) == 0, Absent: scanner.Outcome(r.IntN(3)), AbsentPass: scanner.Outcome(r.IntN(3)),
	}}
}

// TestAnotherListNeverOpens: under strictest a further required list never turns
// what was not admitted into an admission; nor does any precedence admit while a
// required list cannot be relied on. Under first a further list does open, which
// shows that the search would find it.
func TestAnotherListNeverOpens(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	opened := map[scanner.Precedence]int{}
	const tries = 40_000
	for range tries {
		now := today
		if r.IntN(10) == 0 {
			now.Trust = scanner.Doubtful
		}
		var lists []stance
		for range 1 + r.IntN(3) {
			lists = append(lists, anyStance(r))
		}
		// Optional lists alone are a policy that nobody is granted: with none of
		// them at hand nobody has been asked, and a required one is the first.
		lists[r.IntN(len(lists))].rule.Optional = false
		further := anyStance(r)
		further.rule.Optional = false
		at := r.IntN(len(lists) + 1)
		more := append(append(append([]stance{}, lists[:at]...), further), lists[at:]...)
		for _, p := range []scanner.Precedence{scanner.Strictest, scanner.First} {
			before, after := hear(p, now, lists...), hear(p, now, more...)
			if before.Outcome != scanner.Admit && after.Outcome == scanner.Admit {
				opened[p]++
			}
			for i, o := range after.Opinions {
				if after.Outcome == scanner.Admit && !o.Optional && o.State != scanner.Asked {
					t.Fatalf("%v: admitted while list %d of %d is %v", p, i, len(more), o.State)
				}
				if p == scanner.Strictest && o.Reason == scanner.ListedRefuse && after.Outcome != scanner.Refuse {
					t.Fatalf("list %d of %d refuses, the verdict is %v", i, len(more), after.Outcome)
				}
			}
		}
	}
	if opened[scanner.Strictest] > 0 {
		t.Errorf("a further required list admitted %d of %d times", opened[scanner.Strictest], tries)
	}
	if opened[scanner.First] == 0 {
		t.Error("control: under first a further list never admitted either: the search finds nothing")
	}
	t.Logf("%d sets of lists; under first a further list admits %d times", tries, opened[scanner.First])
}

// TestEntryNamesEveryList scans with two real lists: the entry names the one
// that decided and the versions of both, and the verdict can be had again.
func TestEntryNamesEveryList(t *testing.T) {
	m := &memory{}
	s := station(t, m)
	p := policy()
	p.Lists = []scanner.ListRule{{List: "province/stop", Absent: scanner.Admit}, {List: "factory/people", Absent: scanner.Refer}, {List: "ward/guests", Optional: true}}
	s.SetPolicy(p)
	const number = "vn.id:001190123456"
	stop := buildList(t, roster.Row{Subject: "vn.id:079092007788", Profile: roster.Profile{Status: roster.Refuse}})
	people := buildList(t, roster.Row{Subject: number, Profile: roster.Profile{Status: roster.Admit}})
	s.SetList("province/stop", stop, noon)
	s.SetList("factory/people", people, noon)
	r := s.Scan(t.Context(), scanner.Payload{Bytes: []byte(cccd)}, scanner.Passage{}, today)
	want := []scanner.Consulted{
		{List: "province/stop", Version: 3, State: scanner.Asked}, {List: "factory/people", Version: 3, State: scanner.Asked}, {List: "ward/guests", State: scanner.NoList},
	}
	if r.Verdict.Outcome != scanner.Admit || r.Entry.List != "factory/people" || r.Entry.Version != 3 || !reflect.DeepEqual(r.Entry.Lists, want) {
		t.Fatalf("%v %v: the entry names %s version %d of %+v", r.Verdict.Outcome, r.Verdict.Reason, r.Entry.List, r.Entry.Version, r.Entry.Lists)
	}
	b, err := r.Entry.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	e, err := scanner.ParseEntry(b)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]*roster.Roster{"province/stop": stop, "factory/people": people}
	var standings []scanner.Standing
	for _, l := range e.Lists {
		standing := scanner.Consult(kept[l.List], noon, e.At.Wall, r.Credential)
		standing.List = l.List
		standings = append(standings, standing)
	}
	again := scanner.Decide(r.Credential, standings, scanner.Prior{}, scanner.Passage{Direction: e.Direction}, p, e.At)
	if !reflect.DeepEqual(again, r.Verdict) || again.Outcome != e.Outcome || again.Reason != e.Reason || again.List != e.List {
		t.Errorf("replayed: %+v, was %+v", again, r.Verdict)
	}

	if old := s.SetList("province/stop", nil, time.Time{}); old != stop {
		t.Error("the list taken away is not the one that was in use")
	}
	r = s.Scan(t.Context(), scanner.Payload{Bytes: []byte(cccd)}, scanner.Passage{}, today)
	if r.Verdict.Outcome != scanner.Refer || r.Verdict.Reason != scanner.ListMissing || r.Entry.List != "province/stop" {
		t.Errorf("without the province's list: %v %v by %s", r.Verdict.Outcome, r.Verdict.Reason, r.Entry.List)
	}
	s.SetList("province/stop", stop, noon.Add(-30*day))
	s.SetConfirmed("factory/people", noon.Add(-30*day))
	if r = s.Scan(t.Context(), scanner.Payload{Bytes: []byte(cccd)}, scanner.Passage{}, scanner.Instant{Wall: noon.Add(8 * day), Trust: scanner.Plausible}); r.Verdict.Reason != scanner.ListExpired || r.Entry.Lists[1].State != scanner.TooOld {
		t.Errorf("both beyond their age: %v, %+v", r.Verdict.Reason, r.Entry.Lists)
	}
}

func TestPrecedenceText(t *testing.T) {
	for _, p := range []scanner.Precedence{scanner.Strictest, scanner.First} {
		text, err := p.MarshalText()
		var back scanner.Precedence
		if err != nil || back.UnmarshalText(text) != nil || back != p {
			t.Errorf("%v: %q", p, text)
		}
	}
	var p scanner.Precedence
	if p.UnmarshalText([]byte("loudest")) == nil || p.String() != "strictest" {
		t.Errorf("an unknown precedence: %v", p)
	}
}
