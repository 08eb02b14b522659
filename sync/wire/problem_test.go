package wire

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProblems(t *testing.T) {
	for _, c := range Codes() {
		p := NewProblem(c)
		p.Size, p.Retry = 42, 7
		w := httptest.NewRecorder()
		p.Answer(w)
		if w.Code < 400 || w.Code != p.Status || !strings.HasSuffix(p.Title, ".") || w.Header().Get("Retry-After") != "7" {
			t.Errorf("%s: status %d, %q", c, w.Code, p.Title)
		}
		got, ok := ParseProblem(w.Code, w.Header().Get("Content-Type"), w.Body.Bytes())
		if !ok || *got != *p {
			t.Errorf("%s: got %v %v", c, got, ok)
		}
		if !strings.Contains(got.Error(), string(c)) {
			t.Errorf("%s: error %q", c, got)
		}
	}
	if p := NewProblem("no such code"); p.Code != Internal {
		t.Errorf("an unknown code gives %v", p)
	}
}

func TestNotProblems(t *testing.T) {
	const body = `{"code":"gap","status":409,"title":"t","size":3,"later":true}`
	if p, ok := ParseProblem(409, "application/problem+json; charset=utf-8", []byte(body)); !ok || p.Size != 3 {
		t.Fatalf("the control: %v %v", p, ok)
	}
	if p, ok := ParseProblem(418, ProblemType, []byte(`{"code":"from-the-future","status":418}`)); !ok || strings.Contains(p.Error(), "future") {
		t.Errorf("a newer hub's code: %v %v", p, ok)
	}
	for name, c := range map[string]struct {
		status     int
		kind, body string
	}{
		"HTML":           {http.StatusForbidden, "text/html", "<html>Log in</html>"},
		"JSON of others": {409, "application/json", body},
		"other status":   {502, ProblemType, body},
		"cut":            {409, ProblemType, body[:20]},
		"no code":        {409, ProblemType, `{"status":409}`},
		"no type":        {409, "", body},
		"odd type":       {409, ";;;", body},
		"negative":       {409, ProblemType, `{"code":"gap","status":409,"retry":-1}`},
		"huge size":      {409, ProblemType, `{"code":"gap","status":409,"size":18446744073709551615}`},
		"huge notice":    {403, ProblemType, `{"code":"revoked-device","status":403,"notice":"` + strings.Repeat("x", maxNote+1) + `"}`},
		"huge":           {409, ProblemType, `{"code":"gap","status":409,"title":"` + strings.Repeat("x", 1<<16) + `"}`},
	} {
		if p, ok := ParseProblem(c.status, c.kind, []byte(c.body)); ok {
			t.Errorf("%s: taken for %v", name, p)
		}
	}
}
