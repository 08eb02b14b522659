package rules

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/sync/wire"
)

func grant(policy string, lists ...string) wire.Grant {
	g := wire.Grant{Checkpoint: "Chốt", Lane: "2", Zone: "red"}
	if policy != "" {
		g.Policy = []byte(policy)
	}
	for _, l := range lists {
		authority, name, _ := strings.Cut(l, "/")
		g.Lists = append(g.Lists, wire.ListKey{Authority: authority, Name: name})
	}
	return g
}

// A grant that leaves something out refuses there; one this version does not
// understand is not half obeyed.
func TestPolicy(t *testing.T) {
	_, p, err := Of(grant(""))
	if err != nil || p.Checkpoint != "Chốt" || p.Zone != "red" || p.Absent != scanner.Refer || p.AbsentPass != scanner.Admit || len(p.Schemes) != 8 || p.Lists != nil {
		t.Errorf("defaults: %+v, %v", p, err)
	}
	for _, s := range p.Schemes {
		if s == credential.HCERT {
			t.Error("the default takes other countries' certificates")
		}
	}
	_, p, err = Of(grant(`{"schemes":["cccd","hcert"]}`))
	if err != nil || p.Absent != scanner.Refuse || p.AbsentPass != scanner.Refuse || p.Schemes[1] != credential.HCERT {
		t.Errorf("a bare policy: %+v, %v", p, err)
	}
	if _, p, err := Of(grant("", "a/one")); err != nil || p.Lists != nil {
		t.Errorf("one list by itself: %+v, %v", p.Lists, err)
	}
}

// TestLists: what a policy says of several lists, and what holds where it says
// nothing.
func TestLists(t *testing.T) {
	_, p, err := Of(grant("", "province/stop", "factory/people"))
	want := []scanner.ListRule{
		{List: "province/stop", Absent: scanner.Refer, AbsentPass: scanner.Admit},
		{List: "factory/people", Absent: scanner.Refer, AbsentPass: scanner.Admit},
	}
	if err != nil || p.Precedence != scanner.Strictest || !reflect.DeepEqual(p.Lists, want) {
		t.Errorf("two lists and no policy: %+v, %v", p, err)
	}
	_, p, err = Of(grant(`{"schemes":["cccd"],"absent":"refer","precedence":"strictest","lists":[
		{"list":"province/stop","absent":"admit","absent_pass":"admit"},{"list":"factory/people"},{"list":"ward/guests","optional":true}]}`,
		"factory/people", "ward/guests", "province/stop"))
	want = []scanner.ListRule{
		{List: "province/stop", Absent: scanner.Admit, AbsentPass: scanner.Admit},
		{List: "factory/people", Absent: scanner.Refer},
		{List: "ward/guests", Optional: true, Absent: scanner.Refer},
	}
	if err != nil || !reflect.DeepEqual(p.Lists, want) {
		t.Errorf("a policy for three lists: %+v, %v", p.Lists, err)
	}
	_, p, err = Of(grant(`{"precedence":"first","lists":[{"list":"b/two"},{"list":"a/one"}]}`, "a/one", "b/two"))
	if err != nil || p.Precedence != scanner.First || p.Lists[0].List != "b/two" {
		t.Errorf("by the first that names: %+v, %v", p, err)
	}
}

func TestBadPolicies(t *testing.T) {
	long := strings.Repeat("x", 60)
	for policy, says := range map[string]string{
		`{"schemes":["telepathy"]}`:            `"telepathy"`,
		`{"schemes":["unrecognised"]}`:         "does not know",
		`{"absent":"maybe"}`:                   "want refuse, refer or admit",
		`[]`:                                   "not one this version knows",
		`{} {}`:                                "something follows",
		`{"precedence":"loudest"}`:             "want strictest or first",
		`{"schemes":["cccd"],"holidays":true}`: "holidays",
		`{"lists":[{"list":"a/one","sometimes":true}]}`:                                       "sometimes",
		`{"lists":[{"list":"a/one"},{"list":"b/two"},{"list":"c/three"}]}`:                    "c/three, which is not granted",
		`{"lists":[{"list":"a/one"}]}`:                                                        "b/two is granted and the policy does not say what for",
		`{"lists":[{"list":"a/one"},{"list":"b/two"},{"list":"a/one"}]}`:                      "a/one twice",
		`{"lists":[{"list":"a/one","optional":true},{"list":"b/two","optional":true}]}`:       "at least one has to be required",
		`{"precedence":"first","lists":[{"list":"a/one","absent":"admit"},{"list":"b/two"}]}`: "take absent out of a/one",
	} {
		_, _, err := Of(grant(policy, "a/one", "b/two"))
		if !errors.Is(err, ErrPolicy) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q in it", policy, err, says)
		}
	}
	if _, _, err := Of(grant("", "a/one", "a/one")); err == nil || !strings.Contains(err.Error(), "granted twice") {
		t.Errorf("a list granted twice: %v", err)
	}
	var many []string
	for i := range scanner.MaxLists + 1 {
		many = append(many, "a/"+string(rune('a'+i)))
	}
	if _, _, err := Of(grant("", many...)); err == nil || !strings.Contains(err.Error(), "the limits are") {
		t.Errorf("too many lists: %v", err)
	}
	if _, _, err := Of(grant("", "a/1"+long, "a/2"+long, "a/3"+long, "a/4"+long, "a/5"+long)); err == nil || !strings.Contains(err.Error(), "the limits are") {
		t.Errorf("names too long for an entry: %v", err)
	}
}
