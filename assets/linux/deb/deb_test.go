//go:build deb

// Package deb checks the Debian packages that make deb has built.
package deb

import (
	"crypto/sha256"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANWIDTH=100", "PAGER=cat")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// built returns the one package of a name that make deb left.
func built(t *testing.T, name string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "bin", name+"_[0-9]*.deb"))
	if err != nil || len(files) != 1 {
		t.Fatalf("found %q; run make deb first", files)
	}
	return files[0]
}

func TestContents(t *testing.T) {
	want := map[string][]string{
		"chot": {
			"-rwxr-xr-x ./usr/bin/chot", "-rwxr-xr-x ./usr/bin/chotctl", "-rw-r--r-- ./etc/chot/chot.toml",
			"-rw-r--r-- ./usr/lib/systemd/system/chot.service", "-rw-r--r-- ./usr/lib/systemd/system/chot-scan.service",
			"-rw-r--r-- ./usr/lib/sysusers.d/chot.conf", "-rw-r--r-- ./usr/lib/tmpfiles.d/chot.conf", "-rw-r--r-- ./usr/lib/udev/rules.d/70-chot.rules",
			"-rw-r--r-- ./usr/share/applications/chot.desktop", "-rw-r--r-- ./usr/share/man/man1/chot.1.gz", "-rw-r--r-- ./usr/share/man/man1/chotctl.1.gz",
			"-rw-r--r-- ./usr/share/man/man5/chot.toml.5.gz", "-rw-r--r-- ./usr/share/bash-completion/completions/chotctl",
			"-rw-r--r-- ./usr/share/zsh/vendor-completions/_chotctl", "-rw-r--r-- ./usr/share/fish/vendor_completions.d/chotctl.fish",
			"-rw-r--r-- ./usr/share/doc/chot/copyright", "-rw-r--r-- ./usr/share/doc/chot/guard.vi.md", "-rw-r--r-- ./usr/share/doc/chot/INSTALL.md",
		},
		"chot-hub": {
			"-rwxr-xr-x ./usr/bin/chot-hub", "-rw-r--r-- ./usr/lib/systemd/system/chot-hub.service", "-rw-r--r-- ./usr/lib/sysusers.d/chot-hub.conf",
			"-rw-r--r-- ./usr/share/man/man8/chot-hub.8.gz", "-rw-r--r-- ./usr/share/doc/chot-hub/copyright",
		},
	}
	for name, files := range want {
		var there []string
		for line := range strings.Lines(run(t, "dpkg-deb", "--contents", built(t, name))) {
			f := strings.Fields(line)
			there = append(there, f[0]+" "+f[5])
			if f[1] != "root/root" {
				t.Errorf("%s: %s belongs to %s", name, f[5], f[1])
			}
		}
		for _, file := range files {
			if !slices.Contains(there, file) {
				t.Errorf("%s does not hold %s", name, file)
			}
		}
	}
	if conf := run(t, "dpkg-deb", "--info", built(t, "chot"), "conffiles"); conf != "/etc/chot/chot.toml\n" {
		t.Errorf("an upgrade would ask about %q", conf)
	}
}

// The same tree gives the same packages, byte for byte.
func TestReproducible(t *testing.T) {
	sums := func() (all [][32]byte) {
		for _, name := range []string{"chot", "chot-hub"} {
			b, err := os.ReadFile(built(t, name))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, sha256.Sum256(b))
		}
		return all
	}
	before := sums()
	// Files that are newer than they were must not show.
	if err := filepath.WalkDir(filepath.Join(root, "bin", "stage"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.RemoveAll(path)
	}); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	run(t, "make", "-C", root, "deb")
	if again := sums(); !slices.Equal(again, before) {
		t.Errorf("built twice they are %x and %x", before, again)
	}
	cmd := exec.Command("make", "-C", root, "deb")
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make deb: %v\n%s", err, out)
	}
	if slices.Equal(sums(), before) {
		t.Error("another time gives the same bytes: the comparison proves nothing")
	}
	run(t, "make", "-C", root, "deb")
}

// Every library the kiosk is linked with comes from a package it depends on.
func TestDependsOnItsLibraries(t *testing.T) {
	depends := strings.Split(strings.TrimSpace(run(t, "dpkg-deb", "--field", built(t, "chot"), "Depends")), ", ")
	libraries := regexp.MustCompile(`NEEDED\s+(\S+)`).FindAllStringSubmatch(run(t, "objdump", "-p", filepath.Join(root, "bin", "release", "chot")), -1)
	if len(libraries) < 5 {
		t.Fatalf("the kiosk needs %d libraries, want at least 5", len(libraries))
	}
	covered := func(library string, depends []string) bool {
		for line := range strings.Lines(run(t, "dpkg", "-S", "*/"+library)) {
			name, _, _ := strings.Cut(line, ":")
			if slices.Contains(depends, name) {
				return true
			}
		}
		return false
	}
	for _, l := range libraries {
		if !covered(l[1], depends) {
			t.Errorf("%s is in none of the packages it depends on", l[1])
		}
	}
	if covered(libraries[0][1], []string{"bash"}) {
		t.Error("a library was found in a package that does not hold it")
	}
}

// systemd understands every line of the units.
func TestUnits(t *testing.T) {
	verify := func(unit string) (complaints string) {
		dir := t.TempDir()
		text, err := os.ReadFile(filepath.Join("..", unit))
		if err != nil {
			text = []byte(unit)
			unit = "control.service"
		}
		// Neither the programs nor what they depend on is installed here.
		text = regexp.MustCompile(`(?m)^ExecStart=\S+`).ReplaceAll(text, []byte("ExecStart=/bin/true"))
		file := filepath.Join(dir, unit)
		text = regexp.MustCompile(`(?m)^Requires=.*\n`).ReplaceAll(text, nil)
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		out, _ := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, unit) {
				complaints += line
			}
		}
		return complaints
	}
	for _, unit := range []string{"chot.service", "chot-scan.service", "chot-hub.service"} {
		if c := verify(unit); c != "" {
			t.Errorf("%s: %s", unit, c)
		}
		text, err := os.ReadFile(filepath.Join("..", unit))
		if err != nil {
			t.Fatal(err)
		}
		// Package wedge asks for this priority for the thread that reads keys.
		if reads := unit != "chot-hub.service"; reads != strings.Contains(string(text), "\nLimitNICE=-10\n") {
			t.Errorf("%s: that it reads keys is %v, but the priority for that is not so", unit, reads)
		}
	}
	for _, mistake := range []string{"Restart=sometimes", "LimitNICE=urgent"} {
		if verify("[Service]\nExecStart=/bin/true\n"+mistake+"\n") == "" {
			t.Errorf("a unit with %s was taken", mistake)
		}
	}
}

// man shows the pages without a warning (which the test of package command
// shows it would give), and each tells what its program does.
func TestManualPages(t *testing.T) {
	for page, want := range map[string]string{
		"chot/usr/share/man/man1/chot.1.gz":         "--fullscreen",
		"chot/usr/share/man/man1/chotctl.1.gz":      "chotctl roster build",
		"chot/usr/share/man/man5/chot.toml.5.gz":    "#retention_days = 21",
		"chot-hub/usr/share/man/man8/chot-hub.8.gz": "--listen",
	} {
		cmd := exec.Command("man", "--warnings", "-l", filepath.Join(root, "bin", "stage", page))
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANWIDTH=100", "PAGER=cat")
		var out, warnings strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &warnings
		if err := cmd.Run(); err != nil || warnings.Len() > 0 {
			t.Errorf("%s: %v %s", page, err, warnings.String())
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s does not tell of %s", page, want)
		}
	}
}
