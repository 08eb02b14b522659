package downlink

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Limits on metadata files, in bytes. A snapshot or targets file may declare a
// shorter length; a longer one is not believed.
const (
	maxRoot      = 128 << 10
	maxTimestamp = 16 << 10
	maxSnapshot  = 1 << 20
	maxTargets   = 4 << 20
	maxRoots     = 64 // rotations in one refresh
)

// A fetcher gives go-tuf's updater the files of one refresh and remembers the
// bytes, so that what turns out to be verified can be written durably.
type fetcher struct {
	ctx  context.Context // of the one refresh this fetcher is made for
	link link
	got  map[string][]byte
}

// DownloadFile implements go-tuf's fetcher.Fetcher.
func (f *fetcher) DownloadFile(path string, limit int64, _ time.Duration) ([]byte, error) {
	limit = min(limit, maxTargets)
	var b bytes.Buffer
	n, err := f.link.pull(f.ctx, path, 0, limit+1, &b)
	if missing(err) {
		if path == "metadata/timestamp.json" {
			return nil, because(ErrNotRepository, err)
		}
		// How the updater knows that there is no newer root.
		return nil, &metadata.ErrDownloadHTTP{StatusCode: http.StatusNotFound, URL: path}
	}
	if err != nil {
		return nil, err
	}
	if n > limit {
		return nil, because(ErrTooLarge, fmt.Errorf("fetch %s: more than %d bytes", path, limit))
	}
	data := b.Bytes()
	// A portal that answers everything with its page may not even call it HTML.
	if first := bytes.TrimLeft(data, " \t\r\n\ufeff"); len(first) == 0 || first[0] != '{' {
		return nil, because(ErrNotRepository, fmt.Errorf("fetch %s: not metadata", path))
	}
	f.got[strings.TrimPrefix(path, "metadata/")] = data
	return data, nil
}
