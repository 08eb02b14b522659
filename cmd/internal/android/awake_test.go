package android

import (
	"testing"
	"time"
)

func TestStayAwake(t *testing.T) {
	now := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		idle     time.Duration
		charging bool
		want     bool
	}{
		{0, false, true}, {9 * time.Minute, false, true}, {10 * time.Minute, false, false}, {8 * time.Hour, false, false},
		{8 * time.Hour, true, true}, {-56 * 365 * 24 * time.Hour, false, false},
	} {
		if got := StayAwake(now, now.Add(-c.idle), c.charging); got != c.want {
			t.Errorf("after %v, charging %v: awake is %v", c.idle, c.charging, got)
		}
	}
	if StayAwake(now, time.Time{}, false) {
		t.Error("awake with nobody ever there")
	}
}
