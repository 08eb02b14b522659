package station

import "testing"

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name string
		at   Conditions
		want Work
	}{
		{"nothing to do", Conditions{}, Work{}},
		{"nothing to do, paid", Conditions{Metered: true}, Work{Bytes: meteredBytes}},
		{"scans", Conditions{Unsent: 3}, Work{Send: true}},
		{"scans, paid", Conditions{Unsent: 3, Metered: true}, Work{Send: true, Bytes: meteredBytes}},
		{"scans wait for the charger", Conditions{Unsent: 3, BatteryLow: true}, Work{Bytes: lowBytes}},
		{"an alarm never waits", Conditions{Unsent: 3, Alarm: true, Metered: true, BatteryLow: true}, Work{Send: true, Bytes: lowBytes}},
		{"lists a quarter of an hour old", Conditions{Lists: Renewable}, Work{Fetch: true}},
		{"not for money", Conditions{Lists: Renewable, Metered: true}, Work{Bytes: meteredBytes}},
		{"nor for the battery", Conditions{Lists: Renewable, BatteryLow: true}, Work{Bytes: lowBytes}},
		{"about to be stale, paid", Conditions{Lists: Ageing, Metered: true}, Work{Fetch: true, Bytes: meteredBytes}},
		{"about to be stale, battery low", Conditions{Lists: Ageing, BatteryLow: true}, Work{Bytes: lowBytes}},
		{"nobody could be admitted", Conditions{Lists: Useless, Metered: true, BatteryLow: true}, Work{Fetch: true, Bytes: lowBytes}},
		{"nobody could be admitted, unpaid", Conditions{Lists: Useless, BatteryLow: true}, Work{Fetch: true}},
		{"all at once", Conditions{Unsent: 1, Lists: Useless}, Work{Send: true, Fetch: true}},
	} {
		if got := c.at.Plan(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
