package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"chot/cmd/internal/station"
	"chot/cmd/internal/stick"
	"chot/scanner"
	"chot/sync/downlink"
	"chot/sync/uplink"
	"chot/sync/wire"
	"chot/ui"
)

// offers are the list repositories and receipts on sticks; a stick without any is
// told, too, so that nobody looks for it in vain.
func offers(mounted []stick.Stick) (all []ui.Offer) {
	for _, s := range mounted {
		folders := stick.Repositories(s.Path)
		switch {
		case stick.Holds(s.Path, wire.ReceiptExt):
			all = append(all, ui.Offer{ID: s.Path, Name: s.Name, Receipts: true})
		case len(folders) == 0:
			all = append(all, ui.Offer{Name: s.Name})
		}
		for _, folder := range folders {
			o := ui.Offer{ID: folder, Name: s.Name}
			if folder != s.Path {
				o.Folder = filepath.Base(folder)
			}
			all = append(all, o)
		}
	}
	return all
}

// plugged reports whether a path lies on a stick that is mounted.
func plugged(path string) bool {
	return slices.ContainsFunc(stick.Mounted(), func(s stick.Stick) bool {
		return path == s.Path || strings.HasPrefix(path, s.Path+string(filepath.Separator))
	})
}

// fetch takes lists from a stick, beside the running station: what is proven is
// in use when it ends.
func (d *desk) fetch(from string) {
	if !plugged(from) {
		d.model.SetFetch(ui.Task{State: ui.TaskFailed, Failure: ui.StickGone})
		d.invalidate()
		return
	}
	fresh, err := d.station.TakeLists(d.ctx, from)
	task := ui.Task{State: ui.TaskDone, Done: int64(fresh)}
	if err != nil {
		d.log.Error("lists from a stick", "err", err)
		task = ui.Task{State: ui.TaskFailed, Failure: fetchFailure(err, plugged(from))}
	}
	d.bridge.lists(d.station)
	d.model.SetFetch(task)
	d.invalidate()
}

// fetchReceipts takes from a stick what the hub gave for scans that were brought to
// it, beside the running station.
func (d *desk) fetchReceipts(from string) {
	task := ui.Task{State: ui.TaskDone, Receipts: true}
	err := stick.ErrGone
	if plugged(from) { // else its mount point is a folder of the device's own
		var fresh uint64
		fresh, err = d.station.TakeReceipts(from)
		task.Done = int64(fresh)
		d.left(d.station)
		d.bridge.state(d.station.State())
	}
	if err != nil {
		d.log.Error("receipts from a stick", "err", err)
		task.State, task.Failure = ui.TaskFailed, receiptFailure(err, plugged(from))
	}
	d.model.SetFetch(task)
	d.invalidate()
}

// receiptFailure is how receipts that did not come from a stick show on the screen.
func receiptFailure(err error, plugged bool) ui.Failure {
	var t *uplink.Trouble
	var path *fs.PathError
	switch {
	case errors.As(err, &t) && t.Fault == scanner.FaultHubRefuses:
		return ui.JournalDamaged // the hub has what this journal has not
	case errors.Is(err, station.ErrPast):
		return ui.JournalUnread
	case errors.As(err, &t):
		return ui.ReceiptsDisk
	case !plugged:
		return ui.StickGone
	case errors.Is(err, wire.ErrOtherHub):
		return ui.ReceiptsHub
	case errors.Is(err, wire.ErrReceipt):
		return ui.ReceiptsDamaged
	case errors.Is(err, station.ErrNoReceipt):
		return ui.ReceiptsNone
	case errors.As(err, &path):
		return ui.StickUnread
	}
	return ui.ReceiptsDisk
}

// fetchFailure is how lists that did not come from a stick show on the screen.
func fetchFailure(err error, plugged bool) ui.Failure {
	var cause downlink.Cause
	if !errors.As(err, &cause) {
		return ui.ListsDisk // they came, and could not be put into use
	}
	if !plugged && cause != downlink.ErrStorage {
		return ui.StickGone // its folder is empty now, whatever that looked like
	}
	switch cause {
	case downlink.ErrStick, downlink.ErrNoConnection:
		return ui.StickUnread
	case downlink.ErrNotRepository:
		return ui.ListsNone
	case downlink.ErrWrongKeys:
		return ui.ListsForged
	case downlink.ErrRollback:
		return ui.ListsOlder
	case downlink.ErrExpired:
		return ui.ListsLate
	case downlink.ErrNotPublished, downlink.ErrNoListKey:
		return ui.ListsOthers
	case downlink.ErrStorage:
		return ui.ListsDisk
	}
	return ui.ListsDamaged
}
