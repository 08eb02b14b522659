package ui

import (
	"time"

	"chot/scanner"
)

// Apply folds an intent in. Where it yields a payload, that is returned: it
// goes the way of every source's, to the verdict, or to the live test or the
// enrolment where one is on. What else there is to carry out, Orders tells.
func (m *Model) Apply(in Intent, now time.Time) (scanner.Payload, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tick(now)
	switch in := in.(type) {
	case WedgeText:
		if in.Text == "" || len(in.Text) > scanner.MaxPayload || (m.now.Stopped != "" || m.settings.Setup != "") && m.base != EnrolScreen {
			return scanner.Payload{}, false
		}
		return scanner.Payload{Bytes: []byte(in.Text), Input: "wedge"}, true
	case Why:
		if m.now.Screen == VerdictScreen && now.Sub(m.shownAt) >= settle {
			m.now.Screen, m.openedAt, m.now.Page = WhyScreen, now, 0
		}
		return scanner.Payload{}, false
	case CloseWhy:
		if m.now.Screen == WhyScreen {
			m.now.Screen, m.shownAt = VerdictScreen, now
		}
		return scanner.Payload{}, false
	case Dismiss:
		if m.now.Verdict != nil && now.Sub(m.shownAt) >= settle {
			m.dismiss(now)
		}
		return scanner.Payload{}, false
	}
	m.openedAt = now
	switch in := in.(type) {
	case OpenTyped:
		m.open(TypedScreen, now)
	case Open:
		m.open(in.Screen, now)
	case Close, CloseTyped:
		if m.now.Verdict == nil {
			m.leave(m.parent(), now)
		}
	case AskSupervisor:
		m.ask(now)
	case TypeText, EraseTyped, ClearTyped, ChooseField:
		m.write(in, now)
	case SubmitTyped:
		return m.submit(now)
	case TurnPage:
		m.now.Page = max(m.now.Page+in.By, 0)
	case SetDirection, SetPurpose, SetHeadCount, ClearVehicle:
		m.addToScan(in, now)
	case ChooseOperator, ConfirmHandover:
		m.handOver(in, now)
	case SetLanguage, SetPreset, SetLarge, SetVolume, SetSpoken, SetVibrate:
		m.prefer(in)
	case SetTorch, AllowCamera, ShowSettings, GoBack, LeaveNow:
		m.handheld(in, now)
	default:
		m.supervise(in)
	}
	return scanner.Payload{}, false
}

// Orders hands over what the command is to carry out. Call it once a frame,
// after the frame's intents.
func (m *Model) Orders() []Order {
	m.mu.Lock()
	defer m.mu.Unlock()
	orders := m.orders
	m.orders = nil
	return orders
}

func (m *Model) order(o Order) { m.orders = append(m.orders, o) }

// open goes to a screen, if it may be opened from where the operator is.
func (m *Model) open(s Screen, now time.Time) {
	switch {
	case s >= screens, s == VerdictScreen, s == WhyScreen, s == FirstScreen, s == StoppedScreen, s == PINScreen, m.now.Stopped != "" && !m.outlived(s):
		return
	case m.now.Verdict != nil:
		// Only the purpose may be chosen after the fact.
		if s != PurposeScreen || len(m.now.Purposes) == 0 || now.Sub(m.shownAt) < settle {
			return
		}
		if v := m.now.Verdict; v.Kept {
			id := v.ID
			m.again = &id
		}
		m.now.Verdict = nil
	case m.settings.Setup != "" && s != EnrolScreen:
		return
	case s.guarded() && !m.now.Supervised && (s != EnrolScreen || m.settings.Setup == "") && !m.outlived(s):
		return
	case s == PurposeScreen && len(m.now.Purposes) == 0, s == VehicleScreen && !m.now.Vehicles, s == LeaveScreen && !m.now.Leaves:
		return
	}
	m.leave(s, now)
}

// parent is where a screen is closed to.
func (m *Model) parent() Screen {
	switch m.base {
	case HandoverScreen:
		return ShiftScreen
	case PINScreen:
		if m.pin.gate == HandoverGate {
			return HandoverScreen
		}
	case RecentScreen, ShiftScreen:
		return MoreScreen
	case FaultsScreen, DisplayScreen:
		if m.now.Supervised {
			return MenuScreen
		}
		return MoreScreen
	case FetchScreen:
		if m.now.Supervised {
			return ListsScreen
		}
	case MenuScreen, FirstScreen, ScanScreen:
	default:
		if m.base.guarded() && m.now.Supervised {
			return MenuScreen
		}
	}
	return m.home()
}

// leave ends what belongs to the screen in front and goes to another.
func (m *Model) leave(to Screen, now time.Time) {
	from := m.base
	m.base, m.openedAt, m.now.Page = to, now, 0
	if m.now.Verdict == nil {
		m.now.Screen = to
	}
	if from == to {
		return
	}
	if to != PurposeScreen {
		m.again = nil
	}
	if to == m.home() {
		m.now.Supervised = false
	}
	if from == PINScreen {
		m.pin.close()
	}
	m.now.Typing, m.now.Plate = Typing{}, ""
	switch from {
	case SourcesScreen:
		m.test("")
	case EnrolScreen:
		m.order(ReadEnrolment{})
		m.now.Enrolment = EnrolView{}
	}
	switch to {
	case VehicleScreen:
		m.now.Plate = m.now.Vehicle.Plate
	case HandoverScreen:
		if from != PINScreen {
			m.now.Next = ""
		}
	case EnrolScreen:
		m.now.Enrolment = EnrolView{}
		m.order(ReadEnrolment{On: true})
	case ExportScreen:
		if m.now.ExportTask.State != TaskRunning {
			m.now.ExportTask = Task{}
		}
	case FetchScreen:
		if m.now.FetchTask.State != TaskRunning {
			m.now.FetchTask = Task{}
		}
	case JournalScreen:
		if m.now.CheckTask.State != TaskRunning {
			m.now.CheckTask = Task{}
		}
	}
	m.order(Showing{Screen: to})
}
