package station

import (
	"bytes"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/roster"
)

const twoLists = `{"schemes":["typed"],"absent":"refer","lists":[{"list":"province/stop","absent":"admit"},{"list":"rig/people"}]}`

// stop publishes the province's list of people to stop, which expires after three
// days; the rig's own takes seven.
func (r *rig) stop(version uint64) {
	r.t.Helper()
	r.publishTo("province", "stop", version, 3*24*time.Hour, map[string]roster.Status{"vn.id:" + nobody: roster.Refuse})
}

func (r *rig) province() {
	r.t.Helper()
	if _, err := r.authored.AddAuthority("province", time.Now()); err != nil {
		r.t.Fatal(err)
	}
	r.stop(1)
}

func ages(s State) (all []roster.Age) {
	for _, l := range s.Lists {
		all = append(all, l.Age)
	}
	return all
}

// TestTwoListsGrowOld leaves a device with two lists alone: the one that expires
// first ends admissions, and says so; the restart, the other list and a clock set
// back change nothing about it; the hub's return does.
func TestTwoListsGrowOld(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.province()
		r.enrolFor(twoLists, "rig/people", "province/stop")
		s := r.open(nil)
		stop := r.run(s)
		time.Sleep(time.Minute)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		r.expect(s, nobody, scanner.Refuse, scanner.ListedRefuse)
		r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse)
		r.expect(s, "001190999999", scanner.Refer, scanner.Absent)
		if st := s.State(); len(st.Faults) != 0 || !slices.Equal(ages(st), []roster.Age{roster.Fresh, roster.Fresh}) || st.Lists[0].List != "province/stop" || st.Lists[1].Authority != "rig" {
			t.Errorf("with both: %+v", st)
		}

		r.killHub()
		time.Sleep(26 * time.Hour)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		if st := s.State(); st.ListAge != roster.Stale || !slices.Contains(st.Faults, scanner.FaultListStale) {
			t.Errorf("both stale: %+v", st)
		}
		time.Sleep(2 * 24 * time.Hour)
		r.expect(s, listed, scanner.Refer, scanner.ListExpired)
		r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse) // by the list that is still good
		st := s.State()
		if st.List != "province/stop" || st.ListAge != roster.Expired || !slices.Equal(ages(st), []roster.Age{roster.Expired, roster.Stale}) || !slices.Contains(st.Faults, scanner.FaultListExpired) {
			t.Errorf("one expired: %+v", st)
		}
		stop()

		// Three days back both lists would be fresh: the clock is not believed.
		s = r.open(func(o *Options) { o.Wall = func() time.Time { return time.Now().Add(-3 * 24 * time.Hour) } })
		stop = r.run(s)
		r.expect(s, listed, scanner.Refer, scanner.ClockDoubtful)
		r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse)
		if st := s.State(); !slices.Contains(st.Faults, scanner.FaultClock) || !slices.Equal(ages(st), []roster.Age{roster.Expired, roster.Stale}) {
			t.Errorf("with the clock set back: %+v", st)
		}
		stop()

		s = r.open(nil)
		stop = r.run(s)
		r.expect(s, listed, scanner.Refer, scanner.ListExpired)
		if _, err := r.authored.Refresh(time.Now()); err != nil {
			t.Fatal(err)
		}
		r.startHub()
		time.Sleep(30 * time.Minute)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		if st := s.State(); st.ListAge != roster.Fresh || len(st.Faults) != 0 {
			t.Errorf("after the hub came back: %+v", st)
		}
		time.Sleep(time.Minute)
		stop()
		n := r.atHub()
		if e, err := scanner.ParseEntry(n[len(n)-1]); err != nil || len(e.Lists) != 2 || e.Lists[0] != (scanner.Consulted{List: "province/stop", Version: 1, State: scanner.Asked}) || e.List != "rig/people" {
			t.Errorf("the last entry at the hub: %+v, %v", e, err)
		}
	})
}

// TestOneOfTwoListsMissing: a required list that is not published yet lets nobody
// in by the other one; an optional one does not hold anybody up, and is asked as
// soon as it comes.
func TestOneOfTwoListsMissing(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		if _, err := r.authored.AddAuthority("province", time.Now()); err != nil {
			t.Fatal(err)
		}
		r.enrolFor(twoLists, "province/stop", "rig/people")
		s := r.open(nil)
		stop := r.run(s)
		time.Sleep(time.Minute)
		r.expect(s, listed, scanner.Refer, scanner.ListMissing)
		r.expect(s, refused, scanner.Refuse, scanner.ListedRefuse)
		if st := s.State(); st.List != "" || !slices.Contains(st.Faults, scanner.FaultListMissing) || st.Lists[1].Version != 1 {
			t.Errorf("a required list is missing: %+v", st)
		}
		stop()

		r.enrolFor(strings.Replace(twoLists, `"absent":"admit"}`, `"absent":"admit","optional":true}`, 1), "province/stop", "rig/people")
		s = r.open(nil)
		stop = r.run(s)
		time.Sleep(time.Minute)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		if st := s.State(); st.List != "rig/people" || slices.Contains(st.Faults, scanner.FaultListMissing) || slices.Contains(st.Faults, scanner.FaultListSource) {
			t.Errorf("an optional list is missing: %+v", st)
		}
		r.stop(1)
		time.Sleep(time.Hour)
		r.expect(s, nobody, scanner.Refuse, scanner.ListedRefuse)
		stop()
	})
}

// TestOneOfTwoListsDamaged: flash that wears out under one of two lists stops
// admissions, has that list fetched anew, and then all is well again, without a
// restart.
func TestOneOfTwoListsDamaged(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.province()
		r.enrolFor(twoLists, "rig/people", "province/stop")
		s := r.open(nil)
		stop := r.run(s)
		time.Sleep(time.Minute)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		files, _ := filepath.Glob(filepath.Join(r.device(), "lists", "lists", "province", "*.roster"))
		if len(files) != 1 {
			t.Fatalf("installed %q", files)
		}
		f, err := os.OpenFile(files[0], os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(bytes.Repeat([]byte{0xff}, 64), 2*roster.PageSize); err != nil { // under the mapping
			t.Fatal(err)
		}
		f.Close()
		r.expect(s, nobody, scanner.Refer, scanner.ListDamaged)
		if st := s.State(); !st.Lists[0].Damaged || st.Lists[1].Damaged || !slices.Contains(st.Faults, scanner.FaultListDamaged) {
			t.Errorf("with a damaged page: %+v", st)
		}
		time.Sleep(time.Minute)
		r.expect(s, nobody, scanner.Refuse, scanner.ListedRefuse)
		r.expect(s, listed, scanner.Admit, scanner.Listed)
		if st := s.State(); len(st.Faults) != 0 || st.Lists[0].Damaged {
			t.Errorf("fetched anew: %+v", st)
		}
		stop()
	})
}

// TestOnlyTheListInUseIsKept: the version before is there until the new one is on
// record, and not after.
func TestOnlyTheListInUseIsKept(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		s := r.open(nil)
		stop := r.run(s)
		time.Sleep(time.Minute)
		for version := uint64(2); version < 5; version++ {
			r.publish(version, listed, nobody)
			time.Sleep(time.Hour)
			files, _ := filepath.Glob(filepath.Join(r.device(), "lists", "lists", "rig", "*"))
			if st := s.State(); st.ListVersion != version || len(files) != 1 {
				t.Errorf("version %d: in use %d, kept %q", version, st.ListVersion, files)
			}
		}
		r.expect(s, nobody, scanner.Admit, scanner.Listed)
		stop()
	})
}

// TestFetchShowsProgress: bytes here of bytes in all, rising to the end, for each
// list, from the hub and from a folder.
func TestFetchShowsProgress(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.province()
		many := map[string]roster.Status{"vn.id:" + nobody: roster.Refuse}
		for i := range 40_000 { // long enough to come page by page
			many[fmt.Sprintf("vn.id:0790900%05d", i)] = roster.Refuse
		}
		r.publishTo("province", "stop", 2, 3*24*time.Hour, many)
		r.enrolFor(twoLists, "rig/people", "province/stop")
		for _, folder := range []string{"", r.path("authority", "repository")} {
			if err := os.RemoveAll(filepath.Join(r.device(), "lists")); err != nil {
				t.Fatal(err)
			}
			shown := map[string][]Fetching{}
			s := r.open(func(o *Options) {
				o.Observe = func(e Event) {
					if f, ok := e.(Fetching); ok {
						shown[f.List] = append(shown[f.List], f)
					}
				}
			})
			if err := s.FetchLists(t.Context(), folder); err != nil {
				t.Fatal(err)
			}
			for _, list := range []string{"rig/people", "province/stop"} {
				steps := shown[list]
				rising := slices.IsSortedFunc(steps, func(a, b Fetching) int { return int(a.Done - b.Done) })
				if len(steps) == 0 || !rising || steps[len(steps)-1].Done > steps[0].Total || steps[len(steps)-1].Done < steps[0].Total*9/10 {
					t.Errorf("from %q, %s: %d steps, rising %v, %+v", folder, list, len(steps), rising, steps)
				}
			}
			if n := len(shown["province/stop"]); n < 10 {
				t.Errorf("from %q: only %d steps for the long list", folder, n)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// certificate is an EU Digital COVID Certificate (HC1:) of somebody invented.
func certificate(t *testing.T, key *ecdsa.PrivateKey, keyID []byte, id string) string {
	t.Helper()
	claims, err := cbor.Marshal(map[int]any{1: "VN", 4: time.Now().AddDate(0, 6, 0).Unix(), 6: time.Now().Unix(), -260: map[int]any{1: map[string]any{
		"ver": "1.3.0", "dob": "1990-01-15", "nam": map[string]string{"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị Ví Dụ", "gnt": "THI<VI<DU"},
		"v": []any{map[string]any{"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2, "dt": "2026-01-10", "co": "VN", "is": "Health office", "ci": id}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	message := cose.NewSign1Message()
	message.Payload = claims
	message.Headers.Protected.SetAlgorithm(cose.AlgorithmES256)
	message.Headers.Protected[cose.HeaderLabelKeyID] = keyID
	signer, err := cose.NewSigner(cose.AlgorithmES256, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := message.Sign(rand.Reader, nil, signer); err != nil {
		t.Fatal(err)
	}
	text, err := message.MarshalCBOR()
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(text)
	z.Close()
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" // RFC 9285 §4
	out := []byte("HC1:")
	for b := packed.Bytes(); len(b) > 0; {
		n, width := int(b[0]), 2
		if len(b) > 1 {
			n, width = n<<8|int(b[1]), 3
		}
		for range width {
			out, n = append(out, digits[n%45]), n/45
		}
		b = b[width-1:]
	}
	return string(out)
}

// TestCertificatesByPolicy: certificates of the EU's kind are no business of a gate
// that was not told of them; where the granted policy names them, a verified one
// goes through, one that a list refuses does not, and a forged one never.
func TestCertificatesByPolicy(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		seed, other := sha256.Sum256([]byte("station rig health office")), sha256.Sum256([]byte("station rig forging office"))
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
		if err != nil {
			t.Fatal(err)
		}
		forged, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), other[:])
		if err != nil {
			t.Fatal(err)
		}
		id := []byte("health-1")
		trust, err := credential.NewTrust([]credential.Issuer{{
			Name: "Health office", KeyID: id, Key: key.Public(), Asserts: []credential.Assertion{credential.AssertVaccination},
		}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := trust.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.authored.PublishTrust(text, time.Now()); err != nil {
			t.Fatal(err)
		}
		good, stopped := certificate(t, key, id, "URN:UVCI:01:VN:EXAMPLE0001"), certificate(t, key, id, "URN:UVCI:01:VN:EXAMPLE0002")
		bad := certificate(t, forged, id, "URN:UVCI:01:VN:EXAMPLE0001")
		subject := credential.Open([]byte(stopped), trust).Subject().String()
		r.publishTo("rig", "people", 2, 7*24*time.Hour, map[string]roster.Status{subject: roster.Refuse, "vn.id:" + listed: roster.Admit})
		scan := func(s *Station, code string, outcome scanner.Outcome, reason scanner.Reason) {
			t.Helper()
			result := s.Submit(t.Context(), scanner.Payload{Bytes: []byte(code), Input: "serial"})
			if v := result.Verdict; v.Outcome != outcome || v.Reason != reason || !result.Kept {
				t.Errorf("%v %v, want %v %v (%v)", v.Outcome, v.Reason, outcome, reason, result.Credential.Err())
			}
		}
		for _, row := range []struct {
			policy      string
			outcome     scanner.Outcome
			reason      scanner.Reason
			stopOutcome scanner.Outcome
			stopReason  scanner.Reason
		}{
			{"", scanner.Refer, scanner.NotAccepted, scanner.Refer, scanner.NotAccepted},
			{`{"schemes":["hcert"],"absent":"refuse","absent_pass":"admit"}`, scanner.Admit, scanner.ValidPass, scanner.Refuse, scanner.ListedRefuse},
			{`{"schemes":["hcert"],"absent":"refuse","absent_pass":"refer"}`, scanner.Refer, scanner.Absent, scanner.Refuse, scanner.ListedRefuse},
		} {
			r.enrolFor(row.policy, "rig/people")
			s := r.open(nil)
			stop := r.run(s)
			time.Sleep(time.Minute)
			scan(s, good, row.outcome, row.reason)
			scan(s, stopped, row.stopOutcome, row.stopReason)
			if row.policy != "" {
				scan(s, bad, scanner.Refuse, scanner.Forged)
			}
			stop()
		}
	})
}
