package main

import (
	"chot/ui"

	"gioui.org/app"
	"gioui.org/layout"
	"gioui.org/op"
)

// whole is a frame's context for all of its window: the screens themselves
// keep clear of what the system covers of it, and fill the rest below.
func whole(ops *op.Ops, e app.FrameEvent) layout.Context {
	e.Insets = app.Insets{}
	return app.NewContext(ops, e)
}

// covered is what the system covers of a frame's window: status bar, notch,
// gesture bar.
func covered(e app.FrameEvent) ui.Insets {
	px := e.Metric.Dp
	return ui.Insets{Top: px(e.Insets.Top), Bottom: px(e.Insets.Bottom), Left: px(e.Insets.Left), Right: px(e.Insets.Right)}
}
