package android

import (
	"context"
	"sync"
	"time"
)

// A Job is what the system runs while nobody looks: vn.chot.SyncJob's work. It
// returns when the next one is due, or a negative duration to be called again
// soon, with pauses that grow. ctx ends when the system wants it to end.
type Job func(ctx context.Context, h Host, files string, metered, batteryLow bool) (next time.Duration)

// jobs holds the program's one job. It is set before main: the system may start
// a process for the job alone, in which main never runs.
var jobs struct {
	sync.Mutex
	run    Job
	cancel context.CancelFunc // of the one under way
}

// SetJob says what the system's job does. Call it from an init function.
func SetJob(run Job) {
	jobs.Lock()
	defer jobs.Unlock()
	jobs.run = run
}

// runJob runs the job, which stopJob ends. Without one it is never due; what was
// ended says nothing of the next.
func runJob(h Host, files string, metered, batteryLow bool) time.Duration {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	jobs.Lock()
	run := jobs.run
	jobs.cancel = cancel
	jobs.Unlock()
	if run == nil {
		return never
	}
	if next := run(ctx, h, files, metered, batteryLow); ctx.Err() == nil {
		return next
	}
	return -1 // the system has planned the next by itself, maybe for at once
}

// never is a week: a program without a job has been replaced by then.
const never = 7 * 24 * time.Hour

// stopJob has the job under way end.
func stopJob() {
	jobs.Lock()
	defer jobs.Unlock()
	if jobs.cancel != nil {
		jobs.cancel()
		jobs.cancel = nil
	}
}
