package credential

import (
	"bytes"
	"compress/zlib"
	"crypto/rand"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestIssueOpen(t *testing.T) {
	trust := testTrust(t)
	for _, row := range []struct {
		name   string
		change func(*Pass)
		want   string // subject
		status Status
		doubts []Doubt
	}{
		{"all fields", func(p *Pass) {}, "vn.id:001190123456", NoStatus, nil},
		{"only an id and a name", func(p *Pass) { *p = Pass{ID: p.ID, Name: p.Name} }, "vn.id:001190123456", NoStatus, nil},
		{"year of birth only", func(p *Pass) { p.Birth = Birth{Year: 1990} }, "vn.id:001190123456", NoStatus, nil},
		{"NFD name", func(p *Pass) { p.Name = "Nguye\u0302\u0303n Thi\u0323 Vi\u0301 Du\u0323" }, "vn.id:001190123456", NoStatus, nil},
		{"number that is no vn.id", func(p *Pass) { p.ID = "ID-7:b" }, "pass.authority:ID-7:b", NoStatus, []Doubt{DoubtNamespace}},
		{"number of another sex", func(p *Pass) { p.Sex = Male }, "vn.id:001190123456", NoStatus, []Doubt{DoubtSex}},
		{"status valid", func(p *Pass) { p.StatusURI, p.StatusIndex = statusURI, 0 }, "vn.id:001190123456", StatusValid, nil},
		{"status revoked", func(p *Pass) { p.StatusURI, p.StatusIndex = statusURI, 7 }, "vn.id:001190123456", StatusRevoked, nil},
		{"status suspended", func(p *Pass) { p.StatusURI, p.StatusIndex = statusURI, 8 }, "vn.id:001190123456", StatusSuspended, nil},
		{"status that nobody defined", func(p *Pass) { p.StatusURI, p.StatusIndex = statusURI, 9 }, "vn.id:001190123456", StatusMissing, nil},
		{"status past the list's end", func(p *Pass) { p.StatusURI, p.StatusIndex = statusURI, 100 }, "vn.id:001190123456", StatusMissing, nil},
		{"status far past it", func(p *Pass) { p.StatusURI, p.StatusIndex = statusURI, math.MaxInt32 }, "vn.id:001190123456", StatusMissing, nil},
		{"status of another list", func(p *Pass) { p.StatusURI, p.StatusIndex = "urn:other", 7 }, "vn.id:001190123456", StatusMissing, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := testPass()
			row.change(&p)
			text := mustIssue(t, p)
			if again := mustIssue(t, p); again != text {
				t.Error("issued twice, two texts")
			}
			c := Open([]byte(text), trust)
			if c.Err() != nil || c.Scheme() != Claim169 || c.Proof() != Verified || c.Issuer() != "Authority" || !bytes.Equal(c.KeyID(), authorityID) {
				t.Fatal(describe(c))
			}
			if c.Subject().String() != row.want || c.Status() != row.status || !slices.Equal(c.Doubts(), row.doubts) {
				t.Error(describe(c))
			}
			if c.Name() != viDu || c.Birth() != p.Birth || c.Sex() != p.Sex || !c.NotBefore().Equal(p.NotBefore) || !c.NotAfter().Equal(p.NotAfter) {
				t.Error(describe(c))
			}
		})
	}
}

func TestIssueRefuses(t *testing.T) {
	for name, change := range map[string]func(*Pass){
		"no id":               func(p *Pass) { p.ID = " " },
		"id with a line end":  func(p *Pass) { p.ID = "1\n2" },
		"long id":             func(p *Pass) { p.ID = strings.Repeat("1", maxNumber+1) },
		"no name":             func(p *Pass) { p.Name = "" },
		"name with an escape": func(p *Pass) { p.Name = "A\x1bB" },
		"31 February":         func(p *Pass) { p.Birth = Birth{1990, 2, 31} },
		"unknown sex":         func(p *Pass) { p.Sex = 9 },
		"ends first":          func(p *Pass) { p.NotBefore, p.NotAfter = p.NotAfter, p.NotBefore },
		"1969":                func(p *Pass) { p.NotAfter = at("1969-01-01T00:00:00Z") },
		"year 10000":          func(p *Pass) { p.NotAfter = time.Unix(lastSecond+1, 0) },
		"index without list":  func(p *Pass) { p.StatusIndex = 3 },
		"broken issuer":       func(p *Pass) { p.Issuer = "\xff" },
		"endless issuer":      func(p *Pass) { p.Issuer = strings.Repeat(cccd7+viDu, 1000) },
		"issuer in the way of the QR code's capacity": func(p *Pass) {
			noise := make([]byte, 4000)
			_, _ = rand.Read(noise)
			p.Issuer = encodeBase45(noise)
		},
	} {
		p := testPass()
		change(&p)
		if text, err := Issue(p, authorityKey, authorityID); !errors.Is(err, ErrPass) || text != "" {
			t.Errorf("%s: issued, %v", name, err)
		}
	}
	if _, err := Issue(testPass(), nil, authorityID); !errors.Is(err, ErrPass) {
		t.Errorf("without a key: %v", err)
	}
	if text, err := Issue(testPass(), authorityKey, nil); err != nil || Open([]byte(text), testTrust(t)).Proof() != Verified {
		t.Errorf("without a key id: %v", err)
	}
}

func TestForgedAndUnknown(t *testing.T) {
	trust := testTrust(t)
	forged, err := Issue(testPass(), strangerKey, authorityID)
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := Issue(testPass(), strangerKey, []byte("other"))
	if err != nil {
		t.Fatal(err)
	}
	nameless, err := Issue(testPass(), strangerKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, text string
		trust      *Trust
		want       Proof
	}{
		{"right key", mustIssue(t, testPass()), trust, Verified},
		{"right key id, wrong key", forged, trust, Forged},
		{"wrong key id, wrong key", unknown, trust, UnknownIssuer},
		{"no key id, wrong key", nameless, trust, UnknownIssuer},
		{"nobody trusted", mustIssue(t, testPass()), nil, UnknownIssuer},
		{"an empty trust", mustIssue(t, testPass()), mustTrust(t, nil), UnknownIssuer},
		{"a zero trust", mustIssue(t, testPass()), new(Trust), UnknownIssuer},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Open([]byte(row.text), row.trust)
			if c.Err() != nil || c.Proof() != row.want {
				t.Error(describe(c))
			}
			if row.want != Verified && (c.Subject().Namespace != namespaceUnproven || c.Issuer() != "" || c.Status() != NoStatus) {
				t.Errorf("unproven, yet %s", describe(c))
			}
		})
	}
}

func TestKeyValidity(t *testing.T) {
	// The pass is valid from 2026-01-01 to 2027-01-01.
	for _, row := range []struct{ keyFrom, keyTo, from, to string }{
		{"", "", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"2025-01-01T00:00:00Z", "2028-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z"},
		{"", "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2020-01-01T00:00:00Z"},
	} {
		issuer := authority()
		if row.keyFrom != "" {
			issuer.NotBefore = at(row.keyFrom)
		}
		if row.keyTo != "" {
			issuer.NotAfter = at(row.keyTo)
		}
		c := Open([]byte(mustIssue(t, testPass())), mustTrust(t, []Issuer{issuer}))
		if c.Proof() != Verified || !c.NotBefore().Equal(at(row.from)) || !c.NotAfter().Equal(at(row.to)) {
			t.Errorf("%+v: %v to %v", row, c.NotBefore(), c.NotAfter())
		}
		open := testPass()
		open.NotBefore, open.NotAfter = time.Time{}, time.Time{}
		c = Open([]byte(mustIssue(t, open)), mustTrust(t, []Issuer{issuer}))
		if !c.NotBefore().Equal(issuer.NotBefore) || !c.NotAfter().Equal(issuer.NotAfter) {
			t.Errorf("%+v: an open pass is valid from %v to %v", row, c.NotBefore(), c.NotAfter())
		}
	}
}

// TestStolenOldKey: a thief has the key of a pass office, whose validity is over, and
// writes passes that are valid for years. Whoever looks at signature and pass alone
// lets them through; here no pass outlives the trust in its key.
func TestStolenOldKey(t *testing.T) {
	now := at("2026-09-01T00:00:00Z")
	pass := testPass()
	pass.NotBefore, pass.NotAfter = now.AddDate(0, -1, 0), now.AddDate(5, 0, 0)
	text := []byte(mustIssue(t, pass))
	certificate := issueCertificate(t, certificateWith(func(claims, _ m) { claims[4] = now.AddDate(5, 0, 0).Unix() }))
	believed := func(c Credential) bool {
		return c.Proof() == Verified && !now.Before(c.NotBefore()) && (c.NotAfter().IsZero() || now.Before(c.NotAfter()))
	}
	office, health := authority(), healthOffice()
	naive := mustTrust(t, []Issuer{office, health}) // keys without their validity
	office.NotAfter, health.NotAfter = now.AddDate(0, -2, 0), now
	trust := mustTrust(t, []Issuer{office, health})
	for name, payload := range map[string][]byte{"pass": text, "certificate": certificate} {
		if !believed(Open(payload, naive)) {
			t.Errorf("%s: the attack is gone: %s", name, describe(Open(payload, naive)))
		}
		if c := Open(payload, trust); believed(c) {
			t.Errorf("%s: believed: %s", name, describe(c))
		}
	}
}

func TestOuterLayers(t *testing.T) {
	trust := testTrust(t)
	text := mustIssue(t, testPass())
	packed, err := decodeBase45(text)
	if err != nil {
		t.Fatal(err)
	}
	bomb := func(n int) []byte {
		var b bytes.Buffer
		w, _ := zlib.NewWriterLevel(&b, zlib.BestCompression)
		_, _ = w.Write(make([]byte, n))
		_ = w.Close()
		return b.Bytes()
	}
	again := func(packed []byte) string { return encodeBase45(packed) }
	for _, row := range []struct {
		name, text string
		err        error
	}{
		{"as it is", text, nil},
		{"with dirt", "\x02]Q1" + text + "\r\n\x03", nil},
		{"twice", text + text, nil},
		{"twice in two lines", text + "\r\n" + text + "\r\n", nil},
		{"a space in front", " " + text, ErrUnrecognised},
		{"a space behind", text + " ", ErrMalformed},
		{"two spaces behind", text + "  ", ErrMalformed},
		{"lower case", strings.ToLower(text), ErrUnrecognised},
		{"a character of no Base45", text[:60] + "_" + text[61:], ErrMalformed},
		{"cut short", text[:len(text)/2], ErrMalformed},
		{"only its mark", text[:3], ErrMalformed},
		{"bytes after the stream", again(append(bytes.Clone(packed), 0)), ErrMalformed},
		{"wrong checksum", again(append(bytes.Clone(packed[:len(packed)-1]), packed[len(packed)-1]^1)), ErrMalformed},
		{"bomb of 6 MB", again(bomb(6 << 20)), ErrMalformed},
		{"bomb of one byte too many", again(bomb(maxPass + 1)), ErrMalformed},
		{"preset dictionary", again([]byte{0x78, 0x20, 0, 0, 0, 1}), ErrMalformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Open([]byte(row.text), trust)
			if !errors.Is(c.Err(), row.err) || (row.err == nil) != (c.Proof() == Verified) {
				t.Error(describe(c))
			}
		})
	}
	if _, err := inflate(bomb(maxPass), maxPass); err != nil {
		t.Errorf("a stream that just fits: %v", err)
	}
	if _, err := inflate(bomb(maxPass+1), maxPass); err == nil {
		t.Error("a stream that does not fit was read")
	}
}

// TestSpacesAreData: SPACE is a digit of Base45, so it stays where it is. (At the
// very end it cannot be: the last digit of a group is at most 32, SPACE is 36.)
func TestSpacesAreData(t *testing.T) {
	trust := testTrust(t)
	text := mustIssue(t, testPass())
	at := strings.Index(text, " ")
	if at < 0 {
		t.Fatal("this pass has no SPACE: issue one with other fields")
	}
	if c := Open([]byte(text), trust); c.Proof() != Verified {
		t.Error(describe(c))
	}
	if c := Open([]byte(text[:at]+text[at+1:]), trust); c.Proof() == Verified || c.Err() == nil {
		t.Error("verified without its space")
	}
}

// TestErrorsKeepSilent: no error says anything that stood in a payload.
func TestErrorsKeepSilent(t *testing.T) {
	secret := []string{"Nguy", "NGUYEN", "1190123456", "SECRET", "4e677579", "15011990"}
	for _, payload := range []string{
		strings.Replace(cccd7, "|Nữ|", "|SECRET|", 1), strings.Replace(cccd7, "15011990", "SECRET", 1), "SECRET 001190123456",
		strings.TrimSuffix(bhyt16, "$"), strings.Replace(bhyt16, "15/01/1990", "SECRET", 1), strings.Replace(qrqg, "001190123456", "SE-CRET", 1),
		mrzTD1[:80], "HC1:SECRET", "https://vantai.drvn.gov.vn/?token=SECRET SECRET", "6BFSECRET",
		string(wrap(signRaw(t, encode(t, m{1: -8, 2: []any{"SECRET"}}), m{}, encode(t, claimsWith(nil)), authorityKey))),
		string(wrap(signRaw(t, encode(t, m{1: -8}), m{"SECRET": 1}, encode(t, claimsWith(func(c m) { c[4] = "SECRET" })), authorityKey))),
		string(wrap(signRaw(t, encode(t, m{1: -8}), m{}, encode(t, claimsWith(func(c m) { c[169].(m)[8] = "SECRET" })), authorityKey))),
	} {
		err := Open([]byte(payload), testTrust(t)).Err()
		if err == nil {
			t.Errorf("%q was opened", payload)
			continue
		}
		for _, s := range secret {
			if strings.Contains(err.Error(), s) {
				t.Errorf("the error tells %q: %v", s, err)
			}
		}
	}
}

func BenchmarkOpenPass(b *testing.B) {
	trust := testTrust(b)
	p := testPass()
	p.StatusURI, p.StatusIndex = statusURI, 3
	text := []byte(mustIssue(b, p))
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if c := Open(text, trust); c.Proof() != Verified {
			b.Fatal(describe(c))
		}
	}
}

func BenchmarkOpenCCCD(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if c := Open([]byte(cccd7), nil); c.Err() != nil {
			b.Fatal(c.Err())
		}
	}
}
