package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"chot/assets"
	"chot/scanner/credential"
	"chot/scanner/roster"
	"chot/sync/publish"
)

// demoRows is how many people the demonstration list names.
const demoRows = 1000

// demoIssuer is who signed the sample passes. Its key is made from a sentence
// that stands here for all to read, so nothing outside a demonstration may
// trust it.
func demoIssuer() credential.Issuer {
	seed := sha256.Sum256([]byte("chot demo pass issuer: never trust this key outside a demo"))
	public := ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
	id := sha256.Sum256(public)
	return credential.Issuer{Name: "Chốt demo authority", KeyID: id[:8], Key: public, Namespace: "vn.id"}
}

// demoTrust is the issuer and the status list that revokes one sample pass.
func demoTrust() ([]byte, error) {
	status := credential.NewStatusList("urn:chot:demo:status:1", 64)
	if err := status.Set(7, 1); err != nil {
		return nil, err
	}
	t, err := credential.NewTrust([]credential.Issuer{demoIssuer()}, []credential.StatusList{status})
	if err != nil {
		return nil, err
	}
	return json.Marshal(t)
}

// authority creates the authority, its list of a thousand invented people and
// its trust, once; later it only renews the signatures.
func (s demoSite) authority(now time.Time) error {
	a, err := publish.Open(s.path("authority"))
	if err == nil {
		p, err := a.Refresh(now)
		if err != nil {
			return err
		}
		fmt.Printf("authority: %s, renewed until %s\n", s.path("authority"), expiry(p).Local().Format("2006-01-02 15:04"))
		return nil
	}
	if _, statErr := os.Stat(s.path("authority")); !errors.Is(statErr, fs.ErrNotExist) {
		return fmt.Errorf("the site in %s is not whole (%w): delete the folder to set up anew", s.dir, err)
	}
	if err := os.MkdirAll(s.path("lists"), 0o755); err != nil {
		return err
	}
	if _, err := makeTraceKey(s.path("trace.key")); err != nil {
		return err
	}
	// Under another name until it is whole, so that an interrupted first run
	// is not taken for a site.
	building := s.path("authority.new")
	if err := os.RemoveAll(building); err != nil {
		return err
	}
	a, _, err = publish.Create(building, publish.Options{Authorities: []string{"demo"}}, now)
	if err != nil {
		return err
	}
	m, err := s.list(a, now)
	if err != nil {
		return err
	}
	trust, err := demoTrust()
	if err != nil {
		return err
	}
	p, err := a.PublishTrust(trust, now)
	if err != nil {
		return err
	}
	if err := os.Rename(building, s.path("authority")); err != nil {
		return err
	}
	fmt.Printf("authority: %s, list demo/people version %d with %d invented people, valid until %s\n",
		s.path("authority"), m.Version, m.Rows, expiry(p).Local().Format("2006-01-02 15:04"))
	return nil
}

// list builds and publishes the people of the samples and as many invented
// ones as make a thousand.
func (s demoSite) list(a *publish.Authority, now time.Time) (roster.Manifest, error) {
	csv, err := assets.Samples.ReadFile("samples/people.csv")
	if err != nil {
		return roster.Manifest{}, err
	}
	var rows []roster.Row
	for row, err := range roster.ReadCSV(listed(csv)) {
		if err != nil {
			return roster.Manifest{}, err
		}
		rows = append(rows, row)
	}
	rows = append(rows, invented(demoRows-len(rows), 2021)...)
	key, err := listKey(s.path("lists", "people.key"), true)
	if err != nil {
		return roster.Manifest{}, err
	}
	file := s.path("lists", "people.roster")
	m, err := buildList(file, roster.Manifest{
		Name: "people", Authority: "demo", Version: 1, Epoch: 1, Issued: now, StaleAfter: 24 * time.Hour, ExpireAfter: 7 * 24 * time.Hour,
	}, key, each(rows))
	if err != nil {
		return m, err
	}
	_, err = a.PublishList("demo", file, m, now)
	return m, err
}

func each(rows []roster.Row) func(func(roster.Row, error) bool) {
	return func(yield func(roster.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// expiry is when the first of the signatures runs out.
func expiry(p publish.Publication) time.Time {
	return slices.MinFunc(p.Roles, func(a, b publish.Role) int { return a.Expires.Compare(b.Expires) }).Expires
}

// samples lays the embedded sample frames out as files.
func (s demoSite) samples() error {
	if err := os.MkdirAll(s.path("samples"), 0o755); err != nil {
		return err
	}
	files, err := fs.Glob(assets.Samples, "samples/*.jpg")
	if err != nil {
		return err
	}
	for _, name := range files {
		b, err := assets.Samples.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(s.path("samples", filepath.Base(name)), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// listed leaves out the sample people whom the list does not name.
func listed(csv []byte) io.Reader {
	var kept bytes.Buffer
	for line := range bytes.Lines(csv) {
		if !bytes.Contains(line, []byte(",absent,")) {
			kept.Write(line)
		}
	}
	return &kept
}
