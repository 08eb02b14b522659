package ui

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"chot/assets"
	"chot/scanner"
)

// kiosks are the faults of what only a kiosk has.
var kiosks = []scanner.Fault{
	scanner.FaultPermissionSerial, scanner.FaultPermissionInput, scanner.FaultPermissionRelay, scanner.FaultRelay, scanner.FaultBarrier,
}

// notInTheHand are words for what a device in the hand does not have: cables,
// sticks, drives, windows and command lines.
var notInTheHand = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`(?i)\b(plug|plugged|cable|usb|stick|drive|window|group|chotctl)\b`),
	"vi": regexp.MustCompile(`(?i)(cắm|dây|usb|ổ nhớ|cửa sổ|nhóm|chotctl)`),
}

// TestBadInputInTheHand: whatever goes wrong with a device in the hand, the
// operator reads in both languages what it is and what can be done with a device
// like that one.
func TestBadInputInTheHand(t *testing.T) {
	for _, language := range assets.Languages() {
		for _, f := range scanner.Faults() {
			if slices.Contains(kiosks, f) {
				continue
			}
			s := snapshot(FaultsScreen)
			s.Language, s.Handheld, s.Faults = language, true, []scanner.Fault{f}
			d := newDesk(t, hand, s)
			d.dp = 2
			d.show(s)
			w := words{Strings: d.screens.languages[language], held: true, queued: s.Unsent, listed: s.List}
			text := w.fault(f)
			if f != scanner.FaultJournal && text == w.fault(scanner.FaultJournal) {
				t.Errorf("%s: %s has no text of its own", language, f)
			}
			grade := map[scanner.Severity]string{scanner.Note: w.Faults.Note, scanner.Warning: w.Faults.Warning, scanner.Stopped: w.Faults.Stopped}[f.Severity()]
			d.says(grade + ": " + text.Title + ". " + text.Do)
			if word := notInTheHand[language].FindString(text.Title + " " + text.Do); word != "" {
				t.Errorf("%s: %s speaks of %q: %s. %s", language, f, word, text.Title, text.Do)
			}
		}
	}
	for _, language := range assets.Languages() {
		texts, err := assets.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		w := words{Strings: texts, held: true}
		for r := range scanner.Reason(255) {
			if text := w.reason(r); notInTheHand[language].MatchString(text.Why + text.Change) {
				t.Errorf("%s: %v speaks of a kiosk's things: %s %s", language, r, text.Why, text.Change)
			}
		}
		s := snapshot(ListsScreen)
		s.Language, s.Handheld, s.Supervised, s.Lists = language, true, true, nil
		d := newDesk(t, hand, s)
		d.dp = 2
		d.show(s)
		d.says(texts.Handheld.NoList)
		if word := notInTheHand[language].FindString(texts.Handheld.NoList); word != "" {
			t.Errorf("%s: without a list it speaks of %q", language, word)
		}
		for code := range texts.HandChange {
			if _, ok := texts.Reason[code]; !ok {
				t.Errorf("%s: hand_change.%s is of no reason", language, code)
			}
		}
	}
	for language, words := range notInTheHand { // the check itself can fail
		s, err := assets.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		if t1 := s.Fault[string(scanner.FaultCamera)]; words.FindString(t1.Do) == "" {
			t.Errorf("%s: nothing is found in %q", language, t1.Do)
		}
	}
}

// TestWhatIsReadInBadTimes holds the very sentences of the troubles a handheld is
// sure to have: no camera, the camera's permission refused for good, storage
// full, weeks in airplane mode, a clock at 1970, an app that was killed while it
// scanned, and another app's rubbish.
func TestWhatIsReadInBadTimes(t *testing.T) {
	s := snapshot(FaultsScreen)
	s.Handheld, s.Unsent = true, 1412
	s.List = ListAge{State: ListExpired, Age: 20 * 24 * time.Hour}
	for _, c := range []struct {
		fault  scanner.Fault
		vi, en string
	}{
		{scanner.FaultNoCamera,
			"Ghi chú: Máy này không có camera. Bấm nút quét trên máy, hoặc nhập số.",
			"Note: This device has no camera. Press its scan key, or type the number."},
		{scanner.FaultCameraBarred,
			"Chú ý: Camera đang bị chặn. Mở cài đặt, vào Quyền, cho phép Camera; vẫn nhập số được.",
			"Warning: The camera is blocked. Open settings, Permissions, allow Camera; typing still works."},
		{scanner.FaultDiskFull,
			"Dừng: Bộ nhớ máy đã đầy. Xoá bớt ảnh, video trong máy; lúc này ghi ra giấy.",
			"Stops: The device's storage is full. Delete pictures and videos on it; use paper until then."},
		{scanner.FaultOffline,
			"Chú ý: Đã lâu không có mạng. 1.412 chưa gửi. Danh sách quá hạn: 20 ngày. Tắt chế độ máy bay, bật mạng.",
			"Warning: Without a network for long. 1,412 not sent. List expired: 20 d. End airplane mode, connect."},
		{scanner.FaultClock,
			"Chú ý: Giờ máy bị sai. Mở cài đặt, vào Ngày và giờ, bật giờ tự động.",
			"Warning: The clock is wrong. Open settings, Date and time, and switch on automatic time."},
		{scanner.FaultInterrupted,
			"Ghi chú: Ứng dụng vừa bị tắt giữa chừng. Lượt đã hiện kết quả vẫn còn đủ; quét lại người cuối.",
			"Note: The app was just shut down. Every verdict shown is kept; scan the last person again."},
		{scanner.FaultForeignScan,
			"Ghi chú: Ứng dụng lạ gửi mã vào máy. Mã đó không được tính. Gọi quản lý nếu còn gặp lại.",
			"Note: Another app sent a code. It does not count. Call the supervisor if it happens again."},
	} {
		for language, says := range map[string]string{"vi": c.vi, "en": c.en} {
			s.Language, s.Faults = language, []scanner.Fault{c.fault}
			d := newDesk(t, hand, s)
			d.dp = 2
			d.show(s)
			d.says(says)
		}
	}
}
