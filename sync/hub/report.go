package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"chot/scanner"
)

// By is what a report counts by.
type By string

const (
	ByCheckpoint By = "checkpoint"
	ByZone       By = "zone" // the zone, a ward for one, that the device was enrolled for
	ByDay        By = "day"
	ByOutcome    By = "outcome"
)

// ErrBy: a report cannot count by that.
var ErrBy = errors.New("a report counts by checkpoint, zone, day or outcome, not by")

// A Query is what a report is asked.
type Query struct {
	From, To time.Time // of the devices' clocks: From on, before To
	By       By
	Silent   time.Duration  // devices not heard of for longer are listed; 0: none are
	Zone     *time.Location // whose days ByDay counts; nil: local time
	// Level sums zones written from the large to the small, as in
	// "Hải Phòng/Lê Chân/An Biên", by so many parts; 0: each for itself.
	Level int
}

// under is the zone that a zone is counted under.
func (q Query) under(zone string) string {
	parts := strings.Split(zone, "/")
	if q.Level <= 0 || q.Level >= len(parts) {
		return zone
	}
	return strings.Join(parts[:q.Level], "/")
}

// A Report says what went through, what did not and why, and which devices
// need someone to look after them.
type Report struct {
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	By          By        `json:"by"`
	Rows        []Row     `json:"rows"`
	Total       Row       `json:"total"`
	Refusals    []Refusal `json:"refusals"`
	Silent      []Silence `json:"silent"`
	Outdated    []Overdue `json:"outdated_lists"`
	Missing     []Missing `json:"missing"`     // of all times
	Wards       []Ward    `json:"wards"`       // places in use, and places that scanned
	Quarantined uint64    `json:"quarantined"` // of all times: their own is unknown
}

// A Row counts one group's scans.
type Row struct {
	Key         string `json:"key"`
	Scans       uint64 `json:"scans"`
	In          uint64 `json:"in"`
	Out         uint64 `json:"out"`
	AdmittedIn  uint64 `json:"admitted_in"`
	AdmittedOut uint64 `json:"admitted_out"`
	Referred    uint64 `json:"referred"`
	Refused     uint64 `json:"refused"`
}

func (r *Row) add(t Tally) {
	r.Scans += t.Entries
	in := t.Direction == scanner.In.String()
	if in {
		r.In += t.Entries
	} else {
		r.Out += t.Entries
	}
	switch admitted := t.Outcome == scanner.Admit.String(); {
	case admitted && in:
		r.AdmittedIn += t.Entries
	case admitted:
		r.AdmittedOut += t.Entries
	case t.Outcome == scanner.Refer.String():
		r.Referred += t.Entries
	default:
		r.Refused += t.Entries
	}
}

// A Refusal is how often one reason refused.
type Refusal struct {
	Reason string `json:"reason"`
	Scans  uint64 `json:"scans"`
}

// A Silence is a device that was not heard of.
type Silence struct {
	Device     string    `json:"device"`
	Checkpoint string    `json:"checkpoint"`
	Lane       string    `json:"lane"`
	Zone       string    `json:"zone"`
	Since      time.Time `json:"since"` // of its last bundle, or its enrolment
}

// An Overdue is a device that last decided by an old version of a list.
type Overdue struct {
	Device     string    `json:"device"`
	Checkpoint string    `json:"checkpoint"`
	List       string    `json:"list"`
	Version    uint64    `json:"version"`
	Newest     uint64    `json:"newest"` // published, or held by another device
	At         time.Time `json:"at"`     // when it last said so
}

// A Ward is how many of a zone's places have a device, and how many of those
// scanned anybody between the report's times: who has to be reminded.
type Ward struct {
	Zone     string   `json:"zone"`
	Places   int      `json:"places"`   // checkpoints with a device that is not revoked
	Scanning int      `json:"scanning"` // of which with a scan
	Idle     []string `json:"idle"`     // the others
}

// wards counts places by zone. active are the devices that scanned.
func (q Query) wards(devices []Device, active map[string]bool) []Ward {
	type place struct{ zone, checkpoint string } // a name may be used in two wards
	scanned := make(map[place]bool)
	for _, d := range devices {
		p := place{d.Zone, d.Checkpoint}
		if did := active[d.Key.ID()]; did || d.Revoked.IsZero() {
			scanned[p] = scanned[p] || did
		}
	}
	zones := make(map[string]*Ward)
	for p, did := range scanned {
		zone := q.under(p.zone)
		w := zones[zone]
		if w == nil {
			w = &Ward{Zone: zone, Idle: []string{}}
			zones[zone] = w
		}
		w.Places++
		if did {
			w.Scanning++
		} else {
			w.Idle = append(w.Idle, p.checkpoint)
		}
	}
	all := make([]Ward, 0, len(zones))
	for _, zone := range slices.Sorted(maps.Keys(zones)) {
		slices.Sort(zones[zone].Idle)
		all = append(all, *zones[zone])
	}
	return all
}

// Report counts. The store counts groups; nothing personal is in them.
func (h *Hub) Report(ctx context.Context, q Query) (Report, error) {
	r := Report{From: q.From, To: q.To, By: q.By, Rows: []Row{}, Refusals: []Refusal{}, Silent: []Silence{}, Outdated: []Overdue{}, Missing: []Missing{}} // JSON: never null
	var tallies []Tally
	var holdings []Holding
	var devices []Device
	var missing []Missing
	active := make(map[string]bool)
	err := h.store.View(ctx, func(tx Tx) (err error) {
		ids, err := tx.Active(q.From, q.To)
		if err != nil {
			return err
		}
		for _, id := range ids {
			active[id] = true
		}
		if missing, err = tx.Missing(); err != nil {
			return err
		}
		if tallies, err = tx.Tally(q.From, q.To, q.By); err != nil {
			return err
		}
		if holdings, err = tx.Held(); err != nil {
			return err
		}
		apart, err := tx.Apart()
		for _, a := range apart {
			r.Quarantined += a.Quarantined
		}
		if err != nil {
			return err
		}
		devices, err = tx.AllDevices()
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	r.Missing, r.Wards = append(r.Missing, missing...), q.wards(devices, active)
	if q.By == ByZone {
		for i := range tallies {
			tallies[i].Key = q.under(tallies[i].Key)
		}
	}
	r.count(tallies, cmp.Or(q.Zone, time.Local))
	if q.Silent > 0 {
		r.Silent = append(r.Silent, silent(devices, h.now().Add(-q.Silent))...)
	}
	newest, err := published(h.options.Lists)
	if err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	r.Outdated = append(r.Outdated, overdue(devices, holdings, newest)...)
	return r, nil
}

func (r *Report) count(tallies []Tally, zone *time.Location) {
	rows, refusals := make(map[string]*Row), make(map[string]uint64)
	for _, t := range tallies {
		if r.By == ByDay {
			t.Key = t.At.In(zone).Format(time.DateOnly)
		}
		row := rows[t.Key]
		if row == nil {
			row = &Row{Key: t.Key}
			rows[t.Key] = row
		}
		row.add(t)
		r.Total.add(t)
		if t.Outcome == scanner.Refuse.String() {
			refusals[t.Reason] += t.Entries
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		r.Rows = append(r.Rows, *rows[key])
	}
	for _, reason := range slices.Sorted(maps.Keys(refusals)) {
		r.Refusals = append(r.Refusals, Refusal{reason, refusals[reason]})
	}
	slices.SortStableFunc(r.Refusals, func(a, b Refusal) int { return cmp.Compare(b.Scans, a.Scans) })
}

// silent returns the devices not heard of since a time, longest first.
// Revoked ones need not be heard of.
func silent(devices []Device, since time.Time) (all []Silence) {
	for _, d := range devices {
		heard := d.Seen
		if heard.IsZero() {
			heard = d.Enrolled
		}
		if d.Revoked.IsZero() && heard.Before(since) {
			all = append(all, Silence{d.Key.ID(), d.Checkpoint, d.Lane, d.Zone, heard})
		}
	}
	slices.SortStableFunc(all, func(a, b Silence) int { return a.Since.Compare(b.Since) })
	return all
}

// overdue returns the devices that last decided by an older version of a list
// than is published, or than another device has.
func overdue(devices []Device, holdings []Holding, newest map[string]uint64) (all []Overdue) {
	known := make(map[string]Device)
	for _, d := range devices {
		if d.Revoked.IsZero() {
			known[d.Key.ID()] = d
		}
	}
	for _, h := range holdings {
		newest[h.List] = max(newest[h.List], h.Version)
	}
	for _, h := range holdings {
		if d, ok := known[h.Device]; ok && h.Version < newest[h.List] {
			all = append(all, Overdue{h.Device, d.Checkpoint, h.List, h.Version, newest[h.List], h.At})
		}
	}
	return all
}

// published reads the newest list versions from the TUF repository's folder,
// if there is one. It verifies nothing: devices do, and this is a report. A
// name two authorities use is left out, for an entry does not say whose it was.
func published(repository string) (map[string]uint64, error) {
	newest := make(map[string]uint64)
	if repository == "" {
		return newest, nil
	}
	files, err := filepath.Glob(filepath.Join(repository, "metadata", "*.lists-*.json"))
	if err != nil {
		return nil, err
	}
	owner, shared := make(map[string]string), make(map[string]bool)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var m struct {
			Signed struct {
				Targets map[string]struct {
					Custom struct {
						Name    string `json:"name"`
						Version uint64 `json:"version"`
					} `json:"custom"`
				} `json:"targets"`
			} `json:"signed"`
		}
		if err := json.Unmarshal(text, &m); err != nil {
			return nil, fmt.Errorf("read %s: it is not TUF metadata: publish the lists again", filepath.Base(file))
		}
		_, role, _ := strings.Cut(filepath.Base(file), ".")
		for _, target := range m.Signed.Targets {
			name := target.Custom.Name
			if name == "" {
				continue
			}
			shared[name] = shared[name] || owner[name] != "" && owner[name] != role
			owner[name] = role
			newest[name] = max(newest[name], target.Custom.Version)
		}
	}
	maps.DeleteFunc(newest, func(name string, _ uint64) bool { return shared[name] })
	return newest, nil
}
