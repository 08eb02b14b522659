package android

import (
	"slices"
	"testing"

	"chot/scanner"
)

// A step is what Android says at one return to the front, after asking or not.
type step struct {
	ask, granted, rationale bool
	want                    Permission
}

func TestAskingForTheCamera(t *testing.T) {
	for name, steps := range map[string][]step{
		"granted at the first word": {{want: Unasked}, {ask: true, granted: true, want: Granted}},
		"granted before":            {{granted: true, want: Granted}},
		"refused, then granted":     {{ask: true, rationale: true, want: Refused}, {ask: true, granted: true, want: Granted}},
		"refused for good":          {{ask: true, rationale: true, want: Refused}, {ask: true, want: Barred}, {want: Barred}},
		"barred, then set in settings": {
			{ask: true, rationale: true, want: Refused}, {ask: true, want: Barred}, {granted: true, want: Granted},
		},
		"barred, and settings only ask again": {
			{ask: true, rationale: true, want: Refused}, {ask: true, want: Barred}, {rationale: true, want: Refused},
		},
		"the question slipped away once": {{ask: true, want: Unasked}, {ask: true, granted: true, want: Granted}},
		"asked no more since an earlier life": {
			{want: Unasked}, {ask: true, want: Unasked}, {ask: true, want: Barred},
		},
		"refused in an earlier life":  {{rationale: true, want: Refused}, {ask: true, want: Barred}},
		"lent for one time":           {{ask: true, granted: true, want: Granted}, {want: Unasked}, {ask: true, granted: true, want: Granted}},
		"taken back":                  {{granted: true, want: Granted}, {rationale: true, want: Refused}},
		"a slip between does not bar": {{ask: true, want: Unasked}, {ask: true, rationale: true, want: Refused}, {want: Unasked}, {ask: true, want: Unasked}},
	} {
		t.Run(name, func(t *testing.T) {
			var a Asking
			for i, s := range steps {
				if s.ask && !a.Ask() {
					t.Fatalf("step %d: not asked in state %d", i, a.State())
				}
				if s.ask && a.State() != Asked {
					t.Fatalf("step %d: the question is not on the screen", i)
				}
				if got := a.Poll(s.granted, s.rationale); got != s.want || a.State() != got {
					t.Fatalf("step %d: state %d, want %d", i, got, s.want)
				}
			}
		})
	}
}

func TestNothingIsAskedInVain(t *testing.T) {
	for _, state := range []Permission{Asked, Granted, Barred} {
		if a := (Asking{state: state}); a.Ask() {
			t.Errorf("asked in state %d", state)
		}
	}
}

func TestPermissionOnTheScreen(t *testing.T) {
	faults := []scanner.Fault{scanner.FaultClock, scanner.FaultPermission, scanner.FaultHubAway}
	for p, want := range map[Permission]scanner.Fault{
		Unasked: scanner.FaultCameraUnasked, Refused: scanner.FaultCameraRefused, Barred: scanner.FaultCameraBarred, Permission(99): scanner.FaultCameraUnasked,
	} {
		got := p.Explain(slices.Clone(faults))
		if !slices.Equal(got, []scanner.Fault{scanner.FaultClock, want, scanner.FaultHubAway}) {
			t.Errorf("state %d shows %v", p, got)
		}
	}
	if got := Asked.Explain(faults); slices.Contains(got, scanner.FaultPermission) || len(got) != 2 {
		t.Errorf("under the system's question the screen says %v", got)
	}
	if got := Granted.Explain(faults); !slices.Equal(got, faults) {
		t.Errorf("granted, and something else bars the camera: the screen says %v", got)
	}
}
