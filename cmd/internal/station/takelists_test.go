package station

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"chot/scanner"
	"chot/sync/downlink"
)

// A stick brings a newer list to a station at work whose hub is away: it is in
// use at once. What a fetch that made room for the stick tells afterwards of the
// older list does not bring that back, and is nobody's fault.
func TestTakeListsBesideTheHub(t *testing.T) {
	r := newRig(t)
	s := r.open(nil)
	if err := s.FetchLists(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	first, err := s.lists.down.Refresh(t.Context(), time.Now()) // what the hub had
	if err != nil || len(first.Lists) != 1 || first.Lists[0].Version != 1 {
		t.Fatalf("got %+v, %v", first.Lists, err)
	}
	r.killHub()
	defer r.run(s)()
	r.expect(s, nobody, scanner.Refer, scanner.Absent)

	stick := t.TempDir()
	r.publish(2, listed, nobody)
	if err := os.CopyFS(stick, os.DirFS(r.path("authority", "repository"))); err != nil {
		t.Fatal(err)
	}
	if fresh, err := s.TakeLists(t.Context(), stick); err != nil || fresh != 1 {
		t.Fatalf("took %d lists, %v", fresh, err)
	}
	r.expect(s, nobody, scanner.Admit, scanner.Listed)
	if fresh, err := s.TakeLists(t.Context(), stick); err != nil || fresh != 0 {
		t.Errorf("the same again: %d lists, %v", fresh, err)
	}

	before := s.State().Sync
	err = s.lists.refreshed(first, fmt.Errorf("refresh lists: %w", downlink.ErrInterrupted))
	if !errors.Is(err, downlink.ErrInterrupted) {
		t.Errorf("it ends with %v", err)
	}
	if st := s.State(); st.ListVersion != 2 || st.Sync.Fault != before.Fault {
		t.Errorf("version %d is in use, sync %+v", st.ListVersion, st.Sync)
	}
	installed, err := s.Installed()
	if err != nil || len(installed) != 1 || installed[0].Version != 2 {
		t.Errorf("on record is %+v, %v", installed, err)
	}
	r.expect(s, nobody, scanner.Admit, scanner.Listed)

	// A stick that is wrong is told to whoever put it in, and to nobody else.
	for folder, want := range map[string]downlink.Cause{t.TempDir(): downlink.ErrNotRepository, r.path("no", "such", "stick"): downlink.ErrStick} {
		if fresh, err := s.TakeLists(t.Context(), folder); downlink.CauseOf(err) != want || fresh != 0 {
			t.Errorf("%s gives %d lists, %v", folder, fresh, err)
		}
	}
	if faults := s.State().Faults; slices.Contains(faults, scanner.FaultListSource) || slices.Contains(faults, scanner.FaultHubNotOurs) {
		t.Errorf("the stick's trouble is the station's: %v", faults)
	}
}
