package station

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/scanner/roster"
	"chot/scanner/seal"
	"chot/sync/hub"
	"chot/sync/publish"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

const (
	listed  = "001190123456"
	refused = "079092007788"
	nobody  = "092088005577"
)

// A rig is a whole site: a real authority, a real hub with SQLite, and a
// device's folder. Only the network between them is in memory.
type rig struct {
	t        *testing.T
	dir      string
	net      *wiretest.Net
	trace    seal.TraceKey
	listKey  []byte
	hub      *hub.Hub
	stopHub  func()
	issuer   ed25519.PrivateKey
	keyID    []byte
	authored *publish.Authority
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), net: &wiretest.Net{}, listKey: roster.GenerateKey()}
	seed := sha256.Sum256([]byte("station rig issuer"))
	r.issuer, r.keyID = ed25519.NewKeyFromSeed(seed[:]), []byte("rig-0001")
	var err error
	if r.trace, err = seal.GenerateTraceKey(); err != nil {
		t.Fatal(err)
	}
	r.authored, _, err = publish.Create(r.path("authority"), publish.Options{Authorities: []string{"rig"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r.publish(1, listed)
	trust, err := credential.NewTrust([]credential.Issuer{{Name: "rig", KeyID: r.keyID, Key: r.issuer.Public(), Namespace: "vn.id"}}, nil)
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
	r.startHub()
	t.Cleanup(func() {
		if r.stopHub != nil {
			r.killHub()
		}
	})
	r.enrol()
	return r
}

func (r *rig) path(elem ...string) string { return filepath.Join(append([]string{r.dir}, elem...)...) }
func (r *rig) device() string             { return r.path("device") }

// publish makes a version of the list that admits the given numbers.
func (r *rig) publish(version uint64, admitted ...string) {
	r.t.Helper()
	rows := map[string]roster.Status{"vn.id:" + refused: roster.Refuse}
	for _, number := range admitted {
		rows["vn.id:"+number] = roster.Admit
	}
	r.publishTo("rig", "people", version, 7*24*time.Hour, rows)
}

// publishTo makes a version of any list.
func (r *rig) publishTo(authority, name string, version uint64, expire time.Duration, rows map[string]roster.Status) {
	r.t.Helper()
	file := r.path(name + ".roster")
	f, err := os.Create(file)
	if err != nil {
		r.t.Fatal(err)
	}
	m, err := roster.Build(f, roster.Manifest{
		Name: name, Authority: authority, Version: version, Epoch: 1, Issued: time.Now(), StaleAfter: 24 * time.Hour, ExpireAfter: expire,
	}, r.listKey, func(yield func(roster.Row, error) bool) {
		for subject, status := range rows {
			if !yield(roster.Row{Subject: subject, Profile: roster.Profile{Status: status}}, nil) {
				return
			}
		}
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.authored.PublishList(authority, file, m, time.Now()); err != nil {
		r.t.Fatal(err)
	}
}

// startHub plugs a hub in, on the data it left when it was killed.
func (r *rig) startHub() {
	r.t.Helper()
	h, err := hub.Open(r.path("hub"), hub.Options{Lists: r.path("authority", "repository")})
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l, served := wiretest.Listen(), make(chan struct{})
	go func() { defer close(served); h.Serve(ctx, l) }()
	r.net.Plug(l)
	r.hub, r.stopHub = h, func() {
		r.net.Plug(nil)
		cancel()
		<-served
		h.Close()
	}
}

func (r *rig) killHub() { r.stopHub(); r.stopHub = nil }

func (r *rig) enrol() {
	r.t.Helper()
	r.enrolFor("", "rig/people")
}

// enrolFor enrols the device, once more if it was, with a policy and lists.
func (r *rig) enrolFor(policy string, lists ...string) {
	r.t.Helper()
	if err := r.enrolIn(r.device(), Options{}, policy, lists...); err != nil {
		r.t.Fatal(err)
	}
}

// enrolIn enrols what is in any folder.
func (r *rig) enrolIn(dir string, o Options, policy string, lists ...string) error {
	r.t.Helper()
	return r.enrolAt("https://hub.example:8443", "Chốt Thử", dir, o, policy, lists...)
}

// enrolAt enrols for a checkpoint, at a hub as it is reached there.
func (r *rig) enrolAt(url, checkpoint, dir string, o Options, policy string, lists ...string) error {
	r.t.Helper()
	var keys []wire.ListKey
	for _, list := range lists {
		authority, name, _ := strings.Cut(list, "/")
		keys = append(keys, wire.ListKey{Authority: authority, Name: name, Key: r.listKey})
	}
	root, err := r.authored.Root()
	if err != nil {
		r.t.Fatal(err)
	}
	e, err := r.hub.NewEnrolment(context.Background(), hub.Site{
		URL: url, Checkpoint: checkpoint, Lane: "1", Root: root, Trace: r.trace.Public().String(),
		Lists: keys, Policy: []byte(policy),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	client := uplink.Client(e.Pin)
	client.Transport.(*http.Transport).DialContext = r.net.Dial
	defer client.CloseIdleConnections()
	_, err = Enrol(context.Background(), client, dir, e, o)
	return err
}

// open opens the device's station; change may alter its options.
func (r *rig) open(change func(*Options)) *Station {
	r.t.Helper()
	o := Options{Dial: r.net.Dial, Drain: time.Minute}
	if change != nil {
		change(&o)
	}
	s, err := Open(r.device(), o)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// run runs a station until the returned function is called.
func (r *rig) run(s *Station) (stop func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return func() {
		r.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			r.t.Errorf("the station ended with %v", err)
		}
		if err := s.Close(); err != nil {
			r.t.Errorf("close: %v", err)
		}
	}
}

// typed judges a number; the scan must be kept whatever comes of it.
func (r *rig) typed(s *Station, number string) scanner.Verdict {
	r.t.Helper()
	result := s.Submit(context.Background(), scanner.Payload{Bytes: []byte(number), Input: "typed", Typed: true})
	if !result.Kept {
		r.t.Errorf("the scan was not kept: %v", result.Err)
	}
	return result.Verdict
}

func (r *rig) expect(s *Station, number string, outcome scanner.Outcome, reason scanner.Reason) {
	r.t.Helper()
	if v := r.typed(s, number); v.Outcome != outcome || v.Reason != reason {
		r.t.Errorf("got %v %v, want %v %v", v.Outcome, v.Reason, outcome, reason)
	}
}

// atHub returns the hub's entries of the one device.
func (r *rig) atHub() [][]byte {
	r.t.Helper()
	st, err := r.hub.Status(context.Background())
	if err != nil || len(st.Devices) != 1 {
		r.t.Fatalf("hub status: %+v, %v", st, err)
	}
	entries, err := r.hub.Entries(context.Background(), st.Devices[0].ID, 0, 1<<40)
	if err != nil {
		r.t.Fatal(err)
	}
	return entries
}

// exactlyOnce checks that the hub has entries 0 to n-1, each once, and that
// each opens with the trace key to what want says.
func (r *rig) exactlyOnce(n int, want func(i int) string) {
	r.t.Helper()
	st, err := r.hub.Status(context.Background())
	if err != nil || len(st.Devices) != 1 {
		r.t.Fatalf("hub status: %+v, %v", st, err)
	}
	r.exactlyOnceOf(st.Devices[0].ID, n, want)
}

// exactlyOnceOf is exactlyOnce for one of several devices.
func (r *rig) exactlyOnceOf(device string, n int, want func(i int) string) {
	r.t.Helper()
	entries, err := r.hub.Entries(context.Background(), device, 0, 1<<40)
	if err != nil {
		r.t.Fatal(err)
	}
	if len(entries) != n {
		r.t.Fatalf("the hub holds %d entries, want %d", len(entries), n)
	}
	openers := map[uint64]*seal.Opener{}
	for i, b := range entries {
		e, err := scanner.ParseEntry(b)
		if err != nil || e.Seq != uint64(i) {
			r.t.Fatalf("entry %d: sequence number %d, %v", i, e.Seq, err)
		}
		if e.Segment == e.Seq {
			if openers[e.Seq], err = seal.OpenSegment(r.trace, e.Encapsulation); err != nil {
				r.t.Fatal(err)
			}
		}
		aad, err := e.Plain()
		if err != nil {
			r.t.Fatal(err)
		}
		plain, err := openers[e.Segment].Open(e.Seq, e.Sealed, aad)
		if err != nil {
			r.t.Fatalf("entry %d does not open: %v", i, err)
		}
		p, err := scanner.ParsePersonal(plain)
		if err != nil || p.Subject != "vn.id:"+want(i) {
			r.t.Fatalf("entry %d is of somebody else (%v)", i, err)
		}
	}
}
