package hub

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"

	"chot/sync/wire"
)

// serveLists serves the TUF repository's files as they are: their signatures
// are the authority's, so nothing here can change what a device believes.
// Ranges are answered, so a download resumes. There are no directory pages.
func (h *Hub) serveLists(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		wire.NewProblem(wire.BadMethod).Answer(w)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, wire.ListsPath)
	if h.options.Lists == "" || !fs.ValidPath(name) || name == "." || hidden(name) {
		wire.NewProblem(wire.NotFound).Answer(w)
		return
	}
	// OpenInRoot follows no link out of the folder.
	f, err := os.OpenInRoot(h.options.Lists, name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			h.log.Error("serve list", "err", err)
		}
		wire.NewProblem(wire.NotFound).Answer(w)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		wire.NewProblem(wire.NotFound).Answer(w)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", "application/octet-stream")
	if path.Ext(name) == ".json" {
		w.Header().Set("Content-Type", "application/json")
	}
	http.ServeContent(patient{w, http.NewResponseController(w)}, r, "", info.ModTime(), f)
}

// hidden keeps files that are still being written out of sight.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}
