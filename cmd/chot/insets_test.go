package main

import (
	"image"
	"testing"

	"chot/ui"

	"gioui.org/app"
	"gioui.org/op"
	"gioui.org/unit"
)

// The screens get all of the window and are told what of it the system covers.
func TestInsetsReachTheScreens(t *testing.T) {
	e := app.FrameEvent{
		Size: image.Pt(1080, 2340), Metric: unit.Metric{PxPerDp: 2.75, PxPerSp: 2.75},
		Insets: app.Insets{Top: 24, Bottom: 48, Left: 8, Right: 0},
	}
	if got, want := covered(e), (ui.Insets{Top: 66, Bottom: 132, Left: 22}); got != want {
		t.Errorf("covered are %+v, want %+v", got, want)
	}
	gtx := whole(new(op.Ops), e)
	if gtx.Constraints.Max != e.Size || gtx.Metric != e.Metric {
		t.Errorf("the screens get %v at %v", gtx.Constraints.Max, gtx.Metric)
	}
}
