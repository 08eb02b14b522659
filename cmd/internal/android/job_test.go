package android

import (
	"context"
	"testing"
	"time"
)

// TestJob: the system's job does what was set, and ends when it is told to.
func TestJob(t *testing.T) {
	defer SetJob(nil)
	if next := runJob(Host{}, "", false, false); next < 24*time.Hour {
		t.Errorf("without a job it is due in %v", next)
	}
	begun := make(chan string)
	SetJob(func(ctx context.Context, h Host, files string, metered, low bool) time.Duration {
		if h != (Host{1, 2}) || !metered || low {
			t.Errorf("host %v, metered %v, low %v", h, metered, low)
		}
		begun <- files
		<-ctx.Done()
		return time.Hour
	})
	stopJob() // none is under way
	ended := make(chan time.Duration)
	go func() { ended <- runJob(Host{1, 2}, "/data/user/0/vn.chot.scanner/files", true, false) }()
	if files := <-begun; files != "/data/user/0/vn.chot.scanner/files" {
		t.Errorf("files in %q", files)
	}
	stopJob()
	if next := <-ended; next != -1 {
		t.Errorf("the system ended it, and it plans the next in %v", next)
	}
	stopJob() // it has ended
}
