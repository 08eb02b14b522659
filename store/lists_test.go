package store

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

func TestListsTrustAndSettings(t *testing.T) {
	d := newDevice(t)
	path := journalPath(t)
	s := d.open(t, path)
	for _, check := range []func() ([]byte, error){s.Trust, func() ([]byte, error) { return s.Setting("hub") }} {
		if v, err := check(); v != nil || err != nil {
			t.Errorf("new journal holds %q, %v", v, err)
		}
	}
	factory := InstalledList{Authority: "Ban quản lý", Name: "factory", Path: "/var/lib/list-1", Version: 1, Manifest: json.RawMessage(`{"size":3}`), Confirmed: morning}
	workers := InstalledList{Name: "workers", Version: 9, Manifest: json.RawMessage(`{}`)}
	newer := factory
	newer.Version, newer.Path = 2, "/var/lib/list-2"
	for _, err := range []error{
		s.PutList(workers), s.PutList(factory), s.PutList(newer),
		s.PutTrust([]byte("{}")), s.PutTrust([]byte(`{"issuers":[]}`)),
		s.PutSetting("hub", []byte("https://192.0.2.1")), s.PutSetting("trust", []byte("a setting of that name")),
		s.PutSetting("gone", []byte("x")), s.PutSetting("gone", nil), s.PutSetting("empty", []byte{}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutList(InstalledList{}); err == nil {
		t.Error("a list without a name was kept")
	}
	s.Close()
	s = d.open(t, path)
	lists, err := s.Lists()
	if err != nil || !reflect.DeepEqual(lists, []InstalledList{newer, workers}) {
		t.Errorf("lists %+v, %v", lists, err)
	}
	for name, want := range map[string]string{"hub": "https://192.0.2.1", "trust": "a setting of that name"} {
		if v, err := s.Setting(name); string(v) != want || err != nil {
			t.Errorf("setting %s: %q, %v", name, v, err)
		}
	}
	if v, err := s.Setting("gone"); v != nil || err != nil {
		t.Errorf("removed setting: %q, %v", v, err)
	}
	if v, err := s.Setting("empty"); v == nil || len(v) != 0 || err != nil {
		t.Errorf("empty setting: %v, %v", v, err)
	}
	if v, err := s.Trust(); string(v) != `{"issuers":[]}` || err != nil {
		t.Errorf("trust %q, %v", v, err)
	}
}

func TestLargeValueLeavesRoomForReceipts(t *testing.T) {
	d := newDevice(t)
	o := d.options()
	o.MaxSize = leastMaxSize
	s, err := Open(journalPath(t), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	appendN(t, s, 0, 1)
	if err := s.PutTrust(make([]byte, 800<<10)); !errors.Is(err, ErrNoRoom) {
		t.Errorf("got %v", err)
	}
	if err := s.PutTrust(make([]byte, 100<<10)); err != nil {
		t.Error(err)
	}
	if err := s.Acknowledge(1, []byte("receipt"), morning); err != nil {
		t.Error(err)
	}
}
