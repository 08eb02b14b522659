package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"chot/cmd/internal/station"
	"chot/cmd/internal/stick"
	"chot/ui"
)

// A porter carries scans from a device to a stick, also from one whose station
// will never work again. What may take long runs beside the rest, as an errand,
// and is waited for at the end.
type porter struct {
	*kiosk
	errands sync.WaitGroup
	looking atomic.Bool // for sticks
}

// exporter is what has scans to carry: a station, or what is left of one.
type exporter interface {
	ExportTo(onto *stick.Folder, progress func(done, total uint64)) (names []string, entries uint64, err error)
}

// sticks looks for sticks while a screen shows them. One that answers slowly, or
// not at all, must not hold up a scan, so that it is an errand; one at a time.
func (p *porter) sticks() {
	screen := p.shown()
	if screen != ui.ExportScreen && screen != ui.ListsScreen && screen != ui.FetchScreen || !p.looking.CompareAndSwap(false, true) {
		return
	}
	p.errands.Go(func() {
		defer p.looking.Store(false)
		mounted := stick.Mounted()
		if screen == ui.ExportScreen {
			var all []ui.Stick
			for _, s := range mounted {
				all = append(all, ui.Stick{ID: s.Path, Name: s.Name, Free: s.Free, ReadOnly: s.ReadOnly})
			}
			p.model.SetSticks(all)
		} else {
			p.model.SetOffers(offers(mounted))
		}
		p.invalidate()
	})
}

// export writes what no hub has to a stick.
func (p *porter) export(to string, unsent uint64, from exporter) {
	var task ui.Task
	tell := func(done, total uint64) {
		task = ui.Task{State: ui.TaskRunning, Done: int64(done), Total: int64(total)}
		p.model.SetExport(task)
		p.invalidate()
	}
	tell(0, unsent)
	files, err := p.exportTo(to, from, tell)
	task.State = ui.TaskDone
	if len(files) > 0 {
		task.Note = filepath.Join(to, files[len(files)-1])
	}
	if err != nil {
		p.log.Error("export", "err", err)
		task.State, task.Failure = ui.TaskFailed, stickFailure(err, to)
	}
	p.model.SetExport(task)
	p.invalidate()
}

func (p *porter) exportTo(to string, from exporter, tell func(done, total uint64)) (names []string, err error) {
	onto, err := stick.Open(to)
	if err != nil {
		return nil, err
	}
	defer onto.Close()
	// Without a stick its mount point is an ordinary folder, on the device's own
	// drive. Looked at after it was opened: it may be pulled out any time.
	if !plugged(to) {
		return nil, stick.ErrGone
	}
	if err := onto.There(); err != nil {
		return nil, err
	}
	names, _, err = from.ExportTo(onto, tell)
	return names, err
}

// stickFailure is how an export that failed shows on the screen.
func stickFailure(err error, path string) ui.Failure {
	_, gone := os.Stat(path)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ui.StickFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return ui.StickReadOnly
	case gone != nil, errors.Is(err, stick.ErrGone), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO), errors.Is(err, fs.ErrNotExist):
		return ui.StickGone
	case errors.Is(err, station.ErrPast):
		return ui.JournalUnread
	}
	return ui.StickBroken
}

// orphaned writes to a stick what a device has left whose keys are gone.
func (p *porter) orphaned(to string, o station.Options) {
	all, err := station.OpenCarriers(p.options.site, o)
	if err != nil {
		p.log.Error("export", "err", err)
	}
	defer all.Close()
	if len(all) > 0 {
		p.export(to, all.Unsent(), all)
	}
	if err != nil { // also when the others are on the stick
		p.model.SetExport(ui.Task{State: ui.TaskFailed, Failure: ui.JournalUnread})
		p.invalidate()
	}
}

// unsent counts what such a device has left, 0 where that cannot be told.
func (p *porter) unsent(o station.Options) int64 {
	all, err := station.OpenCarriers(p.options.site, o)
	if err != nil {
		p.log.Error("journal", "err", err)
	}
	defer all.Close()
	return int64(all.Unsent())
}
