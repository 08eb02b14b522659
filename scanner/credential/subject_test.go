package credential

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestSubject(t *testing.T) {
	for _, row := range []struct{ text, masked string }{
		{"vn.id:001190123456", "••••••123456"},
		{"vn.cmnd:012345678", "••••••678"},
		{"vn.bhxh:0190123456", "••••••3456"},
		{"passport:C1234567", "••••••67"},
		{"vehicle.tkvt:123456", "••••••"},
		{"vehicle.tkvt:7", "•"},
		{"vehicle.drvn:token=a:b", "••••••a:b"},
		{"pass.demo:Số 7 bis Đ", "•••••• bis Đ"[:len("••••••")] + "is Đ"},
	} {
		s, err := ParseSubject(row.text)
		if err != nil || s.String() != row.text {
			t.Errorf("%q: %v, %v", row.text, s, err)
			continue
		}
		if err := masked(s); err != nil {
			t.Errorf("%q: %v", row.text, err)
		}
		if s.Masked() != row.masked {
			t.Errorf("%q: masked %q, want %q", row.text, s.Masked(), row.masked)
		}
	}
	for _, text := range []string{
		"", ":", "vn.id", "vn.id:", ":001190123456", "vn.id:00119012345", "vn.id:00119012345x", "vn.id: 00119012345", "VN.ID:001190123456",
		"vn.cmnd:0123456789", "vn.bhxh:012345678", "passport:c1234567", "passport:C1", "vehicle.tkvt:a b", "vehicle.tkvt:Đ", "pass.demo: a", "pass.demo:a\n",
		"pass.demo:\xff", "pass.demo:e\u0302", "pass.demo:\u202e1", ".a:1", "a.:1", "a_b:1",
	} {
		if s, err := ParseSubject(text); !errors.Is(err, ErrSubject) || !s.IsZero() {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
	if (Subject{}).String() != "" || (Subject{}).Masked() != "" {
		t.Error("nobody has a name")
	}
	for _, s := range []Subject{{}, {NamespaceID, "001190123456"}} {
		text, err := json.Marshal(s)
		var back Subject
		if err != nil || json.Unmarshal(text, &back) != nil || back != s {
			t.Errorf("%v as JSON: %s, %v, %v", s, text, back, err)
		}
	}
}

func TestBirth(t *testing.T) {
	for b, want := range map[Birth]string{{}: "", {1990, 1, 15}: "1990-01-15", {Year: 1990}: "1990", {1990, 7, 0}: "1990"} {
		if b.String() != want {
			t.Errorf("%+v: %q, want %q", b, b, want)
		}
	}
}

func TestNames(t *testing.T) {
	for i, name := range schemeNames {
		s, err := ParseScheme(name)
		if err != nil || s != Scheme(i) || s.String() != name {
			t.Errorf("%q: %v, %v", name, s, err)
		}
		text, _ := json.Marshal(s)
		var back Scheme
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Errorf("%q as JSON: %v, %v", name, back, err)
		}
	}
	if s, err := ParseScheme("passport"); err == nil || s != Unrecognised {
		t.Error("there is no scheme passport")
	}
	for _, name := range []string{Scheme(99).String(), Proof(99).String(), Status(99).String(), Sex(99).String()} {
		if name != "invalid" {
			t.Errorf("a value that there is not is called %q", name)
		}
	}
	for want, got := range map[string]string{
		"unproven": Proof(0).String(), "verified": Verified.String(), "unknown-issuer": UnknownIssuer.String(), "forged": Forged.String(), "unsigned": Unsigned.String(),
		"none": Status(0).String(), "missing": StatusMissing.String(), "revoked": StatusRevoked.String(), "suspended": StatusSuspended.String(), "valid": StatusValid.String(),
		"male": Male.String(), "female": Female.String(), "": Sex(0).String(), "typed": Typed.String(), "unrecognised": Scheme(0).String(),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestZero: nothing that nobody filled in is worth anything.
func TestZero(t *testing.T) {
	var c Credential
	if c.Scheme() != Unrecognised || c.Proof() != Unproven || c.Status() != NoStatus || !c.Subject().IsZero() || c.Lapsed(at("2026-01-01T00:00:00Z")) {
		t.Error(describe(c))
	}
}

func TestCheckDigit(t *testing.T) {
	// ICAO 9303-3 §4.9 and its appendix A.
	for of, want := range map[string]byte{"520727": '3', "AB2134<<<": '5', "": '0'} {
		if got, ok := checkDigit(of); !ok || got != want {
			t.Errorf("%q: %c, want %c", of, got, want)
		}
	}
	if _, ok := checkDigit("a"); ok {
		t.Error("lower case has a check digit")
	}
}
