package ui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// Whatever is tapped, typed, scanned and answered, in whatever order: nothing
// stops the window, nothing opens the menu but a right answer to a PIN, no
// PIN is in a snapshot, and left alone the screen comes home.
func TestAnythingGoes(t *testing.T) {
	const secret = "90817263"
	menus := 0
	for seed := range uint64(8) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		m := NewModel(Settings{PIN: true, Handheld: seed%2 == 1, Leaves: true, Vibrates: true, Purposes: purposes(), Vehicles: true, Operators: full(ScanScreen).Operators})
		m.SetSources(full(SourcesScreen).Sources)
		m.SetSticks(full(ExportScreen).Sticks)
		d := deskIn(t, windows[seed%uint64(len(windows))], m.Snapshot(noon))
		d.model = m
		right, asked := false, uint64(0)
		for step := range 400 {
			d.wait(time.Duration(rnd.IntN(2500)) * time.Millisecond)
			switch rnd.IntN(12) {
			case 0:
				m.Scanned(d.now, *[]*VerdictView{admitted(), refused(), referred()}[rnd.IntN(3)])
			case 1:
				m.Apply(Open{Screen(rnd.IntN(int(screens) + 3))}, d.now)
			case 2:
				m.Apply(AskSupervisor{}, d.now)
				typeDigits(m, d.now, secret)
				m.Apply(SubmitTyped{}, d.now)
			case 3:
				right = right || rnd.IntN(3) == 0 && d.snap.Screen == PINScreen
				m.PINChecked(d.now, asked, right)
			case 4:
				m.SetEnrolment(EnrolView{State: EnrolState(rnd.IntN(7))})
				m.SetExport(Task{State: TaskState(rnd.IntN(6)), Done: rnd.Int64() - rnd.Int64(), Total: rnd.Int64N(9)})
			case 5:
				m.SetShift(Shift{Since: noon.Add(time.Duration(rnd.IntN(3)) * time.Hour), Taken: rnd.IntN(9)})
			default:
				if controls := d.controls(); len(controls) > 0 {
					d.tapAt(middleOf(controls[rnd.IntN(len(controls))], d.size))
				}
			}
			d.frame()
			for _, o := range m.Orders() {
				if o, ok := o.(CheckPIN); ok {
					asked = o.Attempt
				}
			}
			s := m.Snapshot(d.now)
			if s.Supervised {
				menus++
				if !right {
					t.Fatalf("seed %d step %d: the menu is open without a right PIN", seed, step)
				}
			}
			right = right && s.Supervised
			s.Preview = Picture{}
			if strings.Contains(fmt.Sprintf("%+v", s), secret[:6]) {
				t.Fatalf("seed %d step %d: the PIN is in the snapshot", seed, step)
			}
			if s.Screen.guarded() && !s.Supervised {
				t.Fatalf("seed %d step %d: screen %d is shown without the PIN", seed, step, s.Screen)
			}
		}
		m.SetExport(Task{})
		m.SetJournalCheck(Task{})
		m.SetEnrolment(EnrolView{})
		last := d.now
		for range 100 { // as the window does: from one tick to the next
			last = m.Tick(last)
		}
		if s := m.Snapshot(last); s.Screen != ScanScreen || s.Supervised {
			t.Errorf("seed %d: left alone the screen stays at %d", seed, s.Screen)
		}
	}
	if menus == 0 {
		t.Error("the menu was never open: nothing was shown about it")
	}
}
