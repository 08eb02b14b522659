package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"chot/camera"
	"chot/camera/serial"
	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/scanner/roster"
	"chot/store"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/ui"
)

// What stops a station is a fault that says what to do, never an error's text.
func TestTrouble(t *testing.T) {
	_, problems := station.CheckConfig([]byte("langauge = \"vi\"\n"))
	if len(problems) != 1 {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		err    error
		want   scanner.Fault
		detail string
	}{
		{fmt.Errorf("read: %w: %w", station.ErrConfig, problems[0]), scanner.FaultConfig, "line 1: langauge is not a setting; did you mean language?"},
		{fmt.Errorf("open: %w", store.ErrForeign), scanner.FaultJournalForeign, ""},
		{fmt.Errorf("open: %w", store.ErrInUse), scanner.FaultJournalInUse, ""},
		{fmt.Errorf("open: %w", store.ErrDamaged), scanner.FaultJournalDamaged, ""},
		{&fs.PathError{Op: "open", Path: "/site/journal.db", Err: syscall.EROFS}, scanner.FaultReadOnly, "/site/journal.db"},
		{&fs.PathError{Op: "open", Path: "/site/journal.db", Err: syscall.EACCES}, scanner.FaultReadOnly, "/site/journal.db"},
		{&fs.PathError{Op: "write", Path: "/site/journal.db", Err: syscall.ENOSPC}, scanner.FaultDiskFull, "/site/journal.db"},
		{fmt.Errorf("%w: it is torn", station.ErrEnrolment), scanner.FaultEnrolment, ""},
		{fmt.Errorf("serial port: %w", serial.ErrBaud), scanner.FaultConfig, ""},
		{fmt.Errorf("frames: %w", camera.ErrNoPictures), scanner.FaultNoSource, ""},
		{errors.New("whatever"), scanner.FaultJournal, ""},
	} {
		if f, detail := trouble(c.err); f != c.want || detail != c.detail {
			t.Errorf("%v: %s %q, want %s %q", c.err, f, detail, c.want, c.detail)
		}
	}
}

func TestStickFailure(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		err  error
		path string
		want ui.Failure
	}{
		{syscall.ENOSPC, dir, ui.StickFull},
		{syscall.EROFS, dir, ui.StickReadOnly},
		{os.ErrPermission, dir, ui.StickReadOnly},
		{syscall.EIO, dir + "/gone", ui.StickGone},
		{syscall.EIO, dir, ui.StickBroken},
	} {
		if got := stickFailure(fmt.Errorf("write: %w", c.err), c.path); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
}

func TestEnrolFailure(t *testing.T) {
	refused := func(code wire.Code) error {
		return fmt.Errorf("enrol: %w", &uplink.Trouble{Fault: scanner.FaultHubRefuses, Err: wire.NewProblem(code)})
	}
	for _, c := range []struct {
		err  error
		want ui.Failure
	}{
		{refused(wire.TokenExpired), ui.EnrolExpired},
		{refused(wire.TokenUsed), ui.EnrolUsed},
		{refused(wire.TokenUnknown), ui.EnrolRefused},
		{&uplink.Trouble{Fault: scanner.FaultHubAway, Err: errors.New("no route")}, ui.EnrolAway},
		{&uplink.Trouble{Fault: scanner.FaultHubOther, Err: errors.New("another key")}, ui.EnrolStranger},
		{&uplink.Trouble{Fault: scanner.FaultHubNotOurs, Err: errors.New("a portal")}, ui.EnrolStranger},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS}, ui.EnrolDisk},
	} {
		if got := enrolFailure(c.err); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
	for _, payload := range []string{"", "001190123456", "CHOT1:", "]Q1CHOT1:AAAA"} {
		if _, err := parseEnrolment([]byte(payload)); err == nil {
			t.Errorf("%q was taken for an enrolment", payload)
		}
	}
}

// The supervisor's page shows every list that is granted, whether it is here or
// not, and a verdict how old each was that had a say.
func TestListsOnTheScreen(t *testing.T) {
	now := time.Date(2026, 8, 14, 9, 41, 27, 0, scanner.ICT)
	s := station.State{Now: scanner.Instant{Wall: now}, Lists: []station.ListStatus{
		{Name: "province/stop", List: "province/stop", Authority: "province", Version: 3, Age: roster.Stale, Confirmed: now.Add(-30 * time.Hour)},
		{Name: "rig/people", List: "rig/people", Authority: "rig", Version: 14, Age: roster.Fresh, Confirmed: now.Add(-time.Hour)},
		{Name: "ward/residents", Optional: true},
	}}
	got := listViews(s, []station.Installed{{Name: "rig/people", Rows: 48}, {Name: "province/stop", Rows: 7}})
	want := []ui.ListView{
		{Name: "stop", Version: 3, State: ui.ListStale, Age: 30 * time.Hour, Authority: "province", Rows: 7},
		{Name: "people", Version: 14, State: ui.ListFresh, Age: time.Hour, Authority: "rig", Rows: 48},
		{Name: "residents"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page shows\n%+v, want\n%+v", got, want)
	}

	b := &bridge{kiosk: &kiosk{model: ui.NewModel(ui.Settings{})}}
	b.state(s)
	e := station.Scanned{Result: scanner.Result{Verdict: scanner.Verdict{Opinions: []scanner.Opinion{{List: "rig/people"}, {List: "ward/residents"}, {List: "province/stop"}}}}}
	if v := b.view(e); !slices.Equal(v.Confirmed, []time.Time{now.Add(-time.Hour), {}, now.Add(-30 * time.Hour)}) {
		t.Errorf("the verdict's lists were confirmed %v", v.Confirmed)
	}
	if v := b.view(station.Scanned{}); v.Confirmed != nil {
		t.Errorf("a verdict of one list has %v", v.Confirmed)
	}
}
