package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chot/cmd/internal/station"
	"chot/cmd/internal/stick/sticktest"
	"chot/scanner"
	"chot/ui"
)

// Whatever keeps a station from running fills the screen, with what to do; no
// scan is taken and no verdict appears; and once it is mended the kiosk goes on by
// itself.
func TestStoppedSaysSo(t *testing.T) {
	site := newSite(t)
	device := filepath.Join(site, "device")
	configure(t, device, settings(t))
	drive := sticktest.Plug(t, "ext4", 160<<20)
	drive.Copy(device, "device")
	onDrive := filepath.Join(drive.Path, "device")
	journal := func(dir string) string { return filepath.Join(dir, "journal.db") }
	var kept []byte
	for _, c := range []struct {
		name   string
		site   string
		spoil  func(t *testing.T) (mend func())
		want   scanner.Fault
		detail string
		vi     []string // what is read, besides that nothing can be scanned
	}{
		{"a key nobody knows", device, func(t *testing.T) func() {
			configure(t, device, settings(t)+"volumes = 3\n")
			return func() { configure(t, device, settings(t)) }
		}, scanner.FaultConfig, "supervisor.volumes", []string{"Tệp cài đặt có lỗi", "Gọi kỹ thuật chạy: chotctl config check."}},
		{"another instance", device, func(t *testing.T) func() {
			other, err := station.Open(device, station.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return func() { other.Close() }
		}, scanner.FaultJournalInUse, "", []string{"Chốt đang chạy ở cửa sổ khác", "Đóng cửa sổ kia, hoặc khởi động lại máy."}},
		{"a damaged journal", device, func(t *testing.T) func() {
			var err error
			if kept, err = os.ReadFile(journal(device)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(journal(device), []byte(strings.Repeat("no journal ", 4096)), 0o600); err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := os.WriteFile(journal(device), kept, 0o600); err != nil {
					t.Error(err)
				}
			}
		}, scanner.FaultJournalDamaged, "", []string{"Sổ quét bị hỏng", "Giữ nguyên máy, ghi ra giấy và gọi quản lý."}},
		{"a damaged enrolment", device, func(t *testing.T) func() {
			sealed := filepath.Join(device, "keys.sealed")
			kept, err := os.ReadFile(sealed)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(sealed, kept[:len(kept)/2], 0o600); err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := os.WriteFile(sealed, kept, 0o600); err != nil {
					t.Error(err)
				}
			}
		}, scanner.FaultEnrolment, "", []string{"Tệp đăng ký bị hỏng"}},
		{"a read-only disk", onDrive, func(t *testing.T) func() {
			drive.ReadOnly()
			return func() { drive.ReadWrite() }
		}, scanner.FaultReadOnly, "journal.db", []string{"Ổ nhớ chỉ đọc được", "Khởi động lại máy; nếu vẫn vậy, thay ổ nhớ."}},
		{"no pictures left", device, func(t *testing.T) func() {
			frames := filepath.Join(site, "samples", "30-nothing.jpg")
			configure(t, device, "sources = [\"frames "+frames+"\"]\n[sound]\non = false\n")
			return func() { configure(t, device, settings(t)) }
		}, scanner.FaultEnded, "", []string{"Các nguồn quét đã hết", "Mở lại Chốt, hoặc gọi kỹ thuật khai báo camera trong cài đặt."}},
		{"no such pictures", device, func(t *testing.T) func() {
			configure(t, device, "sources = [\"frames "+t.TempDir()+"\"]\n[sound]\non = false\n")
			return func() { configure(t, device, settings(t)) }
		}, scanner.FaultNoSource, "", []string{"Không có gì để quét", "Cắm camera hoặc máy quét vào cổng USB."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mend := c.spoil(t)
			g := newGuard(t, c.site)
			s := g.until("that nothing can be scanned", func(s ui.Snapshot) bool { return s.Screen == ui.StoppedScreen })
			reads(t, s, append(c.vi, "KHÔNG QUÉT ĐƯỢC", "Trong lúc chờ, ghi ra giấy. Sửa xong, máy tự chạy lại.")...)
			if s.Stopped != c.want || !strings.Contains(s.Detail, c.detail) {
				t.Errorf("it says %s %q, want %s %q", s.Stopped, s.Detail, c.want, c.detail)
			}
			g.wants(ui.WedgeText{Text: listed}, ui.AskSupervisor{}, ui.OpenTyped{}, ui.Open{Screen: ui.MoreScreen})
			g.ask(scanner.Payload{Bytes: []byte(listed), Input: "wedge"}) // one that was under way
			if s := g.model.Snapshot(g.now()); s.Screen != ui.StoppedScreen || len(s.Recent) > 0 {
				t.Errorf("meanwhile screen %d with %d verdicts", s.Screen, len(s.Recent))
			}
			mend()
			s = g.until("that it goes on", func(s ui.Snapshot) bool { return s.Screen == ui.ScanScreen && s.Checkpoint != "" })
			if len(s.Recent) > 0 {
				t.Errorf("what was asked while nothing could be scanned was judged: %+v", s.Recent)
			}
			g.expect(listed, scanner.Admit, scanner.Listed)
		})
	}
}

// What was played to its end is not played, and judged, again; other sources are
// taken up, and so are settings that have to be complained of.
func TestEndedSourcesAreNotPlayedAgain(t *testing.T) {
	device := t.TempDir()
	k := &kiosk{options: options{site: device}, sources: station.Sources{Frames: []string{"a"}}}
	for settings, want := range map[string]bool{
		"sources = [\"frames a\"]\nlanguage = \"en\"": false,
		"sources = [\"frames b\"]":                    true,
		"sources = [\"frames a\", \"camera auto\"]":   true,
		"": true,
		"sources = [\"frames a\"]\nlangauge = \"en\"": true,
	} {
		configure(t, device, settings)
		if got := k.reset(); got != want {
			t.Errorf("%q: other sources %v, want %v", settings, got, want)
		}
	}
}
