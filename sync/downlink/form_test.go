package downlink

import (
	"regexp"
	"strings"
	"testing"
)

// The loop accepts what the expression did.
func TestListForm(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}/[a-z0-9_][a-z0-9._-]{0,63}$`)
	long := func(n int) string { return strings.Repeat("a", n) }
	names := []string{"", "/", "a", "a/", "/a", "a/b/c", "a/b\n", "á/b", "a/é", "A/b", "a/B", "a b/c",
		long(63) + "/x", long(64) + "/x", "x/" + long(64), "x/" + long(65)}
	for _, c := range "az09-_.:~" {
		for _, d := range "az09-_.:~" {
			names = append(names, string(c)+string(d)+"/x", "x/"+string(c)+string(d), string(c)+"/"+string(d))
		}
	}
	accepted := 0
	for _, name := range names {
		if listForm(name) != form.MatchString(name) {
			t.Errorf("%q: %v, want %v", name, listForm(name), form.MatchString(name))
		}
		if listForm(name) {
			accepted++
		}
	}
	if accepted == 0 || accepted == len(names) {
		t.Errorf("%d of %d names are accepted", accepted, len(names))
	}
}
