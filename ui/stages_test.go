package ui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chot/assets"
	"chot/scanner"
	"chot/scanner/credential"
)

// A size is a window's, in pixels, with its density and what the system covers.
type size struct {
	w, h   int
	dp     float32 // pixels in a dp; 0 is 1
	insets Insets
}

// density is the pixels in a dp.
func (s size) density() float32 {
	if s.dp == 0 {
		return 1
	}
	return s.dp
}

func (s size) String() string {
	if s.dp == 0 {
		return fmt.Sprintf("%dx%d", s.w, s.h)
	}
	return fmt.Sprintf("%.0fx%.0fdp", float32(s.w)/s.dp, float32(s.h)/s.dp)
}

var (
	wide     = size{w: 1280, h: 720}
	small    = size{w: 800, h: 480}
	handheld = size{w: 720, h: 1280}
	sizes    = []size{wide, small, handheld}

	// Windows of devices in the hand, with the bars of Android: 24 dp of status
	// and 48 dp of navigation keys, or a gesture bar of 24 dp.
	phone     = size{w: 720, h: 1280, dp: 2, insets: Insets{Top: 48, Bottom: 96}}
	phoneFlat = size{w: 1280, h: 720, dp: 2, insets: Insets{Top: 48, Right: 96}}
	longPhone = size{w: 822, h: 1782, dp: 2, insets: Insets{Top: 72, Bottom: 48}}
	tablet    = size{w: 600, h: 960, dp: 1, insets: Insets{Top: 24, Bottom: 48}}
	bigTablet = size{w: 800, h: 1280, dp: 1, insets: Insets{Top: 24, Bottom: 48}}
	inHand    = []size{phone, phoneFlat, longPhone, tablet, bigTablet}
)

// A scene is one golden picture.
type scene struct {
	name string
	size size
	snap Snapshot
}

// A stage is a snapshot under a name.
type stage struct {
	name string
	snap Snapshot
}

// screenStages shows every screen once, with as much on it as there usually
// is. Each is drawn in every language, by day and by night, in every size.
func screenStages(t testing.TB) []stage {
	scan := withCamera(t, snapshot(ScanScreen), true)
	return []stage{
		{"scan", scan},
		{"admit", withVerdict(VerdictScreen, admitted())},
		{"refuse", withVerdict(VerdictScreen, refused())},
		{"refer", withVerdict(VerdictScreen, referred())},
		{"why", withVerdict(WhyScreen, refused())},
		{"why-lists", withVerdict(WhyScreen, consulted())},
		{"typed", withTyped("001190123456")},
		{"first", snapshot(FirstScreen)},
		{"more", full(MoreScreen)},
		{"purposes", full(PurposeScreen)},
		{"vehicle", full(VehicleScreen)},
		{"recent", full(RecentScreen)},
		{"shift", full(ShiftScreen)},
		{"handover", full(HandoverScreen)},
		{"faults", full(FaultsScreen)},
		{"display", full(DisplayScreen)},
		{"pin", full(PINScreen)},
		{"menu", full(MenuScreen)},
		{"sources", full(SourcesScreen)},
		{"enrol", full(EnrolScreen)},
		{"lists", full(ListsScreen)},
		{"sound", full(SoundScreen)},
		{"export", full(ExportScreen)},
		{"journal", full(JournalScreen)},
		{"fetch", full(FetchScreen)},
		{"stopped", halted(scanner.FaultConfig, "dòng 7: sound.volumes")},
	}
}

// stateStages shows what screens look like otherwise.
func stateStages(t testing.TB) []stage {
	var all []stage
	add := func(name string, screen Screen, change func(*Snapshot)) {
		s := full(screen)
		change(&s)
		all = append(all, stage{name, s})
	}
	plain := func(name string, s Snapshot) { all = append(all, stage{name, s}) }

	watched := admitted()
	watched.Verdict.Watch = true
	plain("admit-watch", withVerdict(VerdictScreen, watched))
	stranger := referred()
	stranger.Verdict.Reason, stranger.Name, stranger.MaskedID, stranger.Birth = scanner.NotRecognised, "", "", ""
	plain("refer-stranger", withVerdict(VerdictScreen, stranger))
	message := refused()
	message.Verdict.Reason, message.Verdict.Message = scanner.ListedRefuse, "Mời về phòng bảo vệ, gọi số nội bộ 123"
	plain("refuse-message", withVerdict(VerdictScreen, message))
	for name, turned := range map[string]Turned{"admit-awaited": TurnAwaited, "admit-turned": TurnCompleted, "admit-annulled": TurnAnnulled} {
		v := admitted()
		v.Turned = turned
		s := withVerdict(VerdictScreen, v)
		s.Purposes = purposes()
		plain(name, s)
	}

	idle := withCamera(t, snapshot(ScanScreen), false)
	plain("scan-idle", idle)
	hinted := withCamera(t, snapshot(ScanScreen), true)
	hinted.Preview.Mirror, hinted.Hint, hinted.Direction = true, Closer, scanner.Out
	plain("scan-hint", hinted)
	dark := idle
	dark.Hint = Dark
	plain("scan-dark", dark)
	again := withCamera(t, snapshot(ScanScreen), true)
	again.Repeated = true
	plain("scan-again", again)
	troubled := idle
	troubled.List = ListAge{State: ListStale, Age: 30 * time.Hour}
	troubled.Unsent = 1412
	troubled.Faults = troubles()
	plain("scan-faults", troubled)
	plain("scan-reader", snapshot(ScanScreen))
	lost := snapshot(ScanScreen)
	lost.Sources = []SourceView{{Name: "camera auto"}, {Name: "wedge auto", Kind: WedgeSource, State: SourceAbsent}}
	lost.Faults = []scanner.Fault{scanner.FaultCamera}
	plain("scan-lost", lost)
	asking := idle
	asking.Purposes, asking.Vehicles = purposes(), true
	asking.Shift.Operator = "Lê Văn Ấn"
	plain("scan-asking", asking)
	asking.Purpose, asking.Vehicle, asking.Faults = "medical-care", Vehicle{Plate: "29A-123.45", HeadCount: 3}, troubles()
	plain("scan-asked", asking)

	plain("typed-empty", withTyped(""))
	plain("typed-doubted", withTyped("099190123456"))
	for name, birth := range map[string]string{"typed-birth": "15011990", "typed-impossible": "31021990", "typed-differs": "15011985"} {
		s := withTyped("001190123456")
		s.Typing.Field, s.Typing.Birth = BirthField, birth
		s.Typing.Date = CheckBirth(birth, s.Typing.Text, noon)
		plain(name, s)
	}
	plain("why-refer", withVerdict(WhyScreen, referred()))
	plain("why-admit", withVerdict(WhyScreen, admitted()))
	unheard := consulted()
	unheard.Verdict.Outcome, unheard.Verdict.Reason, unheard.Verdict.Precedence, unheard.Verdict.Message = scanner.Refuse, scanner.Forged, scanner.First, ""
	for i := range unheard.Verdict.Opinions {
		unheard.Verdict.Opinions[i].Outcome, unheard.Verdict.Opinions[i].Reason, unheard.Verdict.Opinions[i].Named = scanner.Refuse, scanner.Undecided, false
	}
	plain("why-lists-unheard", withVerdict(WhyScreen, unheard))
	facts := withVerdict(WhyScreen, consulted())
	facts.Page = 99
	plain("why-lists-facts", facts)

	add("vehicle-empty", VehicleScreen, func(s *Snapshot) { s.Plate, s.Vehicle = "", Vehicle{} })
	add("recent-empty", RecentScreen, func(s *Snapshot) { s.Recent = nil })
	add("shift-new", ShiftScreen, func(s *Snapshot) { s.Tally, s.Shift.Operator = Tally{}, "" })
	add("handover-done", HandoverScreen, func(s *Snapshot) { s.Shift.Receipted, s.Operators, s.Next = s.Shift.Taken, nil, "" })
	add("faults-none", FaultsScreen, func(s *Snapshot) { s.Faults = nil })
	add("pin-wrong", PINScreen, func(s *Snapshot) { s.PIN = PINPad{Lock: Lock{Wrong: 2}} })
	add("pin-locked", PINScreen, func(s *Snapshot) { s.PIN = PINPad{Lock: Lock{Wrong: 10, Until: noon.Add(899 * time.Second)}} })
	add("pin-unset", PINScreen, func(s *Snapshot) { s.PIN = PINPad{Unset: true} })
	add("pin-operator", PINScreen, func(s *Snapshot) { s.PIN = PINPad{Gate: HandoverGate, Operator: "Phạm Thị Ước", Checking: true} })
	add("sources-none", SourcesScreen, func(s *Snapshot) { s.Sources = nil })
	add("sources-absent", SourcesScreen, func(s *Snapshot) {
		s.Sources = []SourceView{{Name: "camera auto", State: SourceAbsent}, {Name: "serial /dev/ttyUSB0", Kind: ReaderSource}}
	})
	add("sources-quiet", SourcesScreen, func(s *Snapshot) { s.Sources[1].Testing, s.Readings = false, nil })
	add("enrol-reading", EnrolScreen, func(s *Snapshot) { s.Enrolment, s.Preview = EnrolView{}, camera(t, true) })
	add("enrol-reader", EnrolScreen, func(s *Snapshot) { s.Enrolment = EnrolView{} })
	add("enrol-running", EnrolScreen, func(s *Snapshot) { s.Enrolment.State = EnrolRunning })
	add("enrol-done", EnrolScreen, func(s *Snapshot) { s.Enrolment = EnrolView{State: EnrolDone, Checkpoint: "Cổng A", Lane: "2"} })
	add("enrol-failed", EnrolScreen, func(s *Snapshot) { s.Enrolment = EnrolView{State: EnrolFailed, Failure: EnrolStranger} })
	add("lists-none", ListsScreen, func(s *Snapshot) { s.Lists, s.Sync = nil, SyncView{LastFault: scanner.FaultHubNotOurs, Busy: true} })
	add("lists-missing", ListsScreen, func(s *Snapshot) {
		s.Lists = []ListView{s.Lists[0], {Name: "Cư trú"}}
	})
	add("sound-silent", SoundScreen, func(s *Snapshot) { s.Silent, s.Preferences.Volume = true, 0 })
	add("export-none", ExportScreen, func(s *Snapshot) { s.Sticks, s.Unsent = nil, 0 })
	add("export-running", ExportScreen, func(s *Snapshot) { s.ExportTask = Task{State: TaskRunning, Done: 700, Total: 1000} })
	add("export-done", ExportScreen, func(s *Snapshot) {
		s.ExportTask = Task{State: TaskDone, Done: 1412, Note: "chot/cong-a-0041207.chot-bundle"}
	})
	add("export-full", ExportScreen, func(s *Snapshot) { s.ExportTask = Task{State: TaskFailed, Failure: StickFull} })
	add("fetch-none", FetchScreen, func(s *Snapshot) { s.Offers = nil })
	add("fetch-running", FetchScreen, func(s *Snapshot) { s.FetchTask = Task{State: TaskRunning, Done: 310_000, Total: 480_000} })
	add("fetch-done", FetchScreen, func(s *Snapshot) { s.FetchTask = Task{State: TaskDone, Done: 1} })
	add("fetch-same", FetchScreen, func(s *Snapshot) { s.FetchTask = Task{State: TaskDone} })
	add("fetch-receipts", FetchScreen, func(s *Snapshot) {
		s.FetchTask, s.Unsent = Task{State: TaskDone, Done: 1409, Receipts: true}, 3
	})
	add("fetch-known", FetchScreen, func(s *Snapshot) { s.FetchTask, s.Unsent = Task{State: TaskDone, Receipts: true}, 0 })
	add("fetch-others", FetchScreen, func(s *Snapshot) { s.FetchTask = Task{State: TaskFailed, Failure: ReceiptsNone, Receipts: true} })
	add("fetch-forged", FetchScreen, func(s *Snapshot) { s.FetchTask = Task{State: TaskFailed, Failure: ListsForged} })
	add("fetch-gone", FetchScreen, func(s *Snapshot) {
		s.FetchTask, s.Offers = Task{State: TaskFailed, Failure: StickGone}, nil
	})
	add("lists-plug", ListsScreen, func(s *Snapshot) { s.Offers = nil })
	plain("stopped-destroyed", halted(scanner.FaultKeysDestroyed, ""))
	plain("stopped-in-use", halted(scanner.FaultJournalInUse, ""))
	plain("stopped-damaged", halted(scanner.FaultJournalDamaged, "/var/lib/chot/journal.db"))
	plain("stopped-ended", halted(scanner.FaultEnded, ""))
	add("journal-running", JournalScreen, func(s *Snapshot) { s.CheckTask = Task{State: TaskRunning, Done: 12000, Total: 41207} })
	add("journal-done", JournalScreen, func(s *Snapshot) { s.CheckTask = Task{State: TaskDone, Done: 41207, Note: "3f9a 11c0 7be2 40d1"} })
	add("journal-damaged", JournalScreen, func(s *Snapshot) { s.CheckTask = Task{State: TaskFailed, Failure: JournalDamaged} })
	return all
}

func scenes(t testing.TB) []scene {
	var all []scene
	add := func(st stage, change func(*Snapshot), what string, at ...size) {
		for _, sz := range at {
			s := st.snap
			change(&s)
			all = append(all, scene{fmt.Sprintf("%s-%s-%v", st.name, what, sz), sz, s})
		}
	}
	for _, st := range screenStages(t) {
		for _, l := range assets.Languages() {
			for _, p := range []Preset{Day, Night} {
				add(st, func(s *Snapshot) { s.Language, s.Preset, s.Preferences.Language, s.Preferences.Preset = l, p, l, p }, l+"-"+p.String(), sizes...)
			}
		}
		add(st, func(s *Snapshot) { s.Preset = Sun }, "vi-sun", wide)
		add(st, func(s *Snapshot) { s.Large = true }, "vi-large", small)
	}
	for _, st := range stateStages(t) {
		add(st, func(*Snapshot) {}, "vi-day", wide)
		add(st, func(s *Snapshot) { s.Language, s.Preset = "en", Night }, "en-night", small)
	}
	return slices.Concat(all, turnedStages(t), handScenes(t))
}

func purposes() []Purpose {
	return []Purpose{{Code: "public-duty"}, {Code: "goods-transport"}, {Code: "market-trip"}, {Code: "delivery"},
		{Code: "essential-shopping"}, {Code: "medical-care"}, {Code: "vaccination", VI: "Tiêm chủng", EN: "Vaccination"}}
}

func troubles() []scanner.Fault {
	return []scanner.Fault{scanner.FaultHubAway, scanner.FaultReader, scanner.FaultClock, scanner.FaultListStale, scanner.FaultJournal}
}

// halted is a device whose station does not run.
func halted(why scanner.Fault, detail string) Snapshot {
	s := snapshot(StoppedScreen)
	s.Stopped, s.Detail = why, detail
	return s
}

// full is a busy afternoon at gate A, with something on every screen.
func full(screen Screen) Snapshot {
	s := snapshot(screen)
	s.Unsent = 1412
	s.Purposes, s.Purpose, s.Vehicles = purposes(), "market-trip", true
	s.Plate, s.Vehicle = "29A12345", Vehicle{Plate: "29A-123.45", HeadCount: 3}
	s.Shift = Shift{Operator: "Lê Văn Ấn", Since: time.Date(2026, 8, 14, 6, 0, 0, 0, scanner.ICT), Taken: 412, Receipted: 409}
	s.Tally = Tally{In: Tallies{7, 12, 230}, Out: Tallies{2, 5, 156}}
	for h, n := range []int{48, 97, 141, 92, 34} {
		s.Tally.Hours[6+h] = n
	}
	s.Operators = []Operator{{Name: "Phạm Thị Ước", PIN: true}, {Name: "Đỗ Ẩn"}, {Name: "Hoàng Văn Mẫu"}, {Name: "Vũ Thị Ví Dụ"},
		{Name: "Lê Văn Ấn"}, {Name: "Bùi Thử"}, {Name: "Ngô Nghiệm"}, {Name: "Đặng Văn Kiểm"}, {Name: "Tô Chín"}}
	s.Next = "Phạm Thị Ước"
	s.PIN = PINPad{Digits: 5}
	s.Faults = troubles()
	s.FaultDetails = map[scanner.Fault]string{scanner.FaultReader: "/dev/ttyUSB0"}
	for i := range 20 {
		v := []*VerdictView{admitted(), admitted(), referred(), refused(), admitted()}[i%5]
		v.Name, v.Birth, v.At, v.ID = "", "", noon.Add(-time.Duration(i)*43*time.Second), v.ID-uint64(i)
		if i == 6 {
			v.Turned = TurnAnnulled
		}
		if i == 7 {
			v.MaskedID, v.Verdict.Reason = "", scanner.NotRecognised
		}
		s.Recent = append(s.Recent, *v)
	}
	s.Supervised = screen.guarded()
	s.Preferences = Preferences{Language: s.Language, Preset: s.Preset, Volume: 7, Spoken: true}
	s.Sources = []SourceView{
		{Name: "Camera USB", Kind: CameraSource, State: SourceWorking, Detail: "1280×720 MJPEG", LastRead: noon.Add(-20 * time.Second)},
		{Name: "Máy quét Honeywell", Kind: ReaderSource, State: SourceWaiting, Detail: "/dev/ttyACM0, 115200", LastRead: noon.Add(-3 * time.Hour), Testing: true},
		{Name: "Máy quét bàn phím", Kind: WedgeSource, State: SourceForbidden, Detail: "/dev/input/event4"},
	}
	s.Readings = []TestReading{
		{Source: "Máy quét Honeywell", Scheme: credential.CCCD, MaskedID: "••••••123456", Bytes: 178, At: noon, Garbled: true},
		{Source: "Máy quét Honeywell", Scheme: credential.BHYT, MaskedID: "••••••7890", Bytes: 342, At: noon.Add(-9 * time.Second)},
	}
	s.Lists = []ListView{
		{Name: "Khu công nghiệp Ví Dụ", Version: 214, State: ListFresh, Age: 2 * time.Hour, Authority: "Ban quản lý KCN Ví Dụ", Rows: 48210},
		{Name: "Danh sách hạn chế", Version: 31, State: ListStale, Age: 31 * time.Hour, Authority: "Sở Y tế Ví Dụ", Rows: 904},
		{Name: "Xe luồng xanh", Version: 7, State: ListExpired, Age: 12 * 24 * time.Hour, Authority: "Sở Giao thông Ví Dụ", Rows: 1204},
	}
	s.Sync = SyncView{Hub: "trung-tam.vi-du.vn", Unsent: 1412, LastContact: noon.Add(-26 * time.Hour), LastFault: scanner.FaultHubAway}
	s.Journal = JournalView{Entries: 41207, Acknowledged: 39795, Bytes: 31_400_000, MaxBytes: 268_435_456, FullIn: 9 * 24 * time.Hour}
	s.Offers = []Offer{{ID: "/media/chot/A/repository", Name: "KINGSTON", Folder: "repository"}, {ID: "/media/chot/B", Receipts: true}, {Name: "NHẠC ẢNH"}}
	s.Sticks = []Stick{{ID: "/media/chot/A", Name: "KINGSTON", Free: 14_300_000_000}, {ID: "/media/chot/B", Free: 1_200_000, ReadOnly: true}}
	s.Enrolment = EnrolView{State: EnrolOffered, Hub: "trung-tam.vi-du.vn", Fingerprint: "K7QX M2TD 9BPA 4LZC", Expires: noon.Add(14 * time.Minute)}
	return s
}

// everyStage is every screen in all its states.
func everyStage(t testing.TB) []Snapshot {
	var all []Snapshot
	for _, st := range slices.Concat(screenStages(t), stateStages(t), handStages(t)) {
		all = append(all, st.snap)
	}
	return all
}
