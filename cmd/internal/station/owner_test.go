package station

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What root sets up in a kiosk's folder belongs to the scanner's user: each file
// of an enrolment, a fetch and a scan.
func TestFolderStaysItsOwners(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("only root can give files away: run as root")
		}
		t.Skip("only root can give files away")
	}
	const scanner = 64123
	r := newRig(t)
	if err := filepath.WalkDir(r.device(), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, scanner, scanner)
	}); err != nil {
		t.Fatal(err)
	}
	r.enrol()
	s := r.open(nil)
	if err := s.FetchLists(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	count := func() (theirs, roots int) {
		if err := filepath.WalkDir(r.device(), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if info.Sys().(*syscall.Stat_t).Uid == scanner {
				theirs++
			} else {
				roots++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return theirs, roots
	}
	if _, roots := count(); roots == 0 {
		t.Error("before the end nothing is root's: the count proves nothing")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if theirs, roots := count(); roots > 0 || theirs < 5 {
		t.Errorf("%d of the files are the scanner's and %d are root's", theirs, roots)
	}
}
