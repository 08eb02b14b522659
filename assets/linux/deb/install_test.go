//go:build deb && (boot || install)

package deb

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func guide(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "assets", "guide", "INSTALL.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// installLines are the four lines of INSTALL.md, which README.md has too.
func installLines(t *testing.T) []string {
	t.Helper()
	_, rest, _ := strings.Cut(guide(t), "## The kiosk, on a clean Debian 12\n\n```console\n")
	block, _, ok := strings.Cut(rest, "```")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !ok || !strings.Contains(string(readme), block) {
		t.Fatal("README.md and INSTALL.md install in different lines")
	}
	var lines []string
	for line := range strings.Lines(block) {
		command, root := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !root {
			t.Fatalf("INSTALL.md: %q is not typed as root", line)
		}
		lines = append(lines, command)
	}
	if len(lines) != 4 {
		t.Fatalf("INSTALL.md installs in %d lines", len(lines))
	}
	return lines
}

// debian unpacks a clean Debian 12, from where this machine's apt has its own
// packages, with the kiosk's package in root's folder.
func debian(t *testing.T, more ...string) (tree string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("mounts and changes root: type sudo make test-boot, or run it as root")
	}
	sources := run(t, "apt-get", "indextargets", "--format", "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(REPO_URI) $(RELEASE) $(COMPONENT)",
		"Created-By: Packages", "Origin: Debian")
	var wanted []string
	for line := range strings.Lines(sources) {
		if f := strings.Fields(line); len(f) == 5 && strings.HasPrefix(f[3], "bookworm") && f[4] == "main" && !slices.Contains(wanted, line) {
			wanted = append(wanted, line)
		}
	}
	if len(wanted) == 0 {
		t.Fatalf("apt on this machine knows no Debian 12:\n%s", sources)
	}
	tree = filepath.Join(t.TempDir(), "tree")
	args := []string{"--quiet", "--mode=root", "--variant=important", "--dpkgopt=force-unsafe-io"}
	if len(more) > 0 {
		args = append(args, "--include="+strings.Join(more, ","))
	}
	cmd := exec.Command("mmdebstrap", append(args, "bookworm", tree, "-")...)
	cmd.Stdin = strings.NewReader(strings.Join(wanted, ""))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("mmdebstrap: %v\n%s", err, out)
	}
	b, err := os.ReadFile(built(t, "chot"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tree, "root", filepath.Base(built(t, "chot"))), b, 0o644); err != nil {
		t.Fatal(err)
	}
	inside(t, tree, "apt-get update -qq") // an installed Debian has its package lists
	return tree
}

// inside types a line as root in root's folder of a tree, and says yes to what it
// asks. What it mounts for that is gone afterwards.
func inside(t *testing.T, tree, line string) string {
	t.Helper()
	cmd := exec.Command("unshare", "--mount", "--fork", "--kill-child", "sh", "-euc",
		`mount --bind /dev "$1/dev" && mount -t proc proc "$1/proc" && exec chroot "$1" /bin/sh -euc "cd /root; $2"`, "sh", tree, line)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", "TERM=dumb"}
	cmd.Stdin = strings.NewReader("y\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("# %s\n%v\n%s", line, err, out)
	}
	return string(out)
}

// invitation has a hub beside the tree invite a device; enrol types the line that
// takes it, while the hub answers.
func invitation(t *testing.T, tree string) (enrol func(line string)) {
	t.Helper()
	program := func(name string) string { return filepath.Join(root, "bin", "release", name) }
	site := filepath.Join(t.TempDir(), "site")
	run(t, program("chotctl"), "demo", "--setup", site)
	b, err := os.ReadFile(filepath.Join(site, "hub.address"))
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(string(b))
	run(t, program("chot-hub"), "enrol", "--data", filepath.Join(site, "hub"), "--url", "https://"+address,
		"--repository", filepath.Join(site, "authority", "repository"), "--trace", filepath.Join(site, "trace.key.pub"), "--checkpoint", "Cầu Mẫu",
		"--lane", "1", "--list", "demo/people="+filepath.Join(site, "lists", "people.key"), "--out", filepath.Join(tree, "root", "enrolment.json"))
	return func(line string) {
		t.Helper()
		hub := exec.Command(program("chot-hub"), "serve", "--data", filepath.Join(site, "hub"),
			"--repository", filepath.Join(site, "authority", "repository"), "--listen", address)
		out, err := hub.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := hub.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { hub.Process.Kill(); hub.Wait() }()
		if said, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatalf("the hub says %q: %v", said, err)
		}
		inside(t, tree, line)
	}
}

// TestInstall installs the kiosk on a clean Debian 12 as INSTALL.md says, up to
// the restart, looks at what is there, and takes it away again.
func TestInstall(t *testing.T) {
	lines := installLines(t)
	tree := debian(t)
	enrol := invitation(t, tree)
	inside(t, tree, lines[0])
	enrol(lines[1])
	inside(t, tree, lines[2])

	for line, want := range map[string]string{
		"id -nG chot": "chot dialout audio video input render tss",
		"readlink -f /etc/systemd/system/default.target /etc/systemd/system/graphical.target.wants/chot.service": "/usr/lib/systemd/system/graphical.target\n/usr/lib/systemd/system/chot.service",
		"systemctl is-enabled chot":                               "enabled",
		"stat -c '%U %a' /var/lib/chot /var/lib/chot/keys.sealed": "chot 700\nchot 600",
		"stat -c '%U %a' /etc/chot/chot.toml":                     "root 644",
		"chotctl config check /etc/chot/chot.toml":                "",
		"dpkg --audit": "",
		"ldd /usr/bin/chot | grep -c 'not found' || true":                                                            "0",
		"echo 001190123456 | runuser -u chot -- chotctl scan --offline --typed --site /var/lib/chot | grep -c ADMIT": "1",
		"runuser -u chot -- chotctl journal verify --site /var/lib/chot --json | grep -o '\"verified\":true'":        `"verified":true`,
		"bash -c '. /usr/share/bash-completion/completions/chotctl; complete -p chotctl | grep -o chotctl$'":         "chotctl",
		"systemd-analyze verify --man=no chot.service chot-scan.service 2>&1 | grep chot || true":                    "",
		"udevadm info --help >/dev/null; grep -c gpiochip /usr/lib/udev/rules.d/70-chot.rules":                       "1",
	} {
		if got := strings.TrimSpace(inside(t, tree, line)); want != "" && got != want || want == "" && line == "dpkg --audit" && got != "" {
			t.Errorf("# %s\n%s\nwant\n%s", line, got, want)
		}
	}
	inside(t, tree, "apt purge chot")
	for line, want := range map[string]string{
		"ls /usr/bin/chot /etc/chot 2>/dev/null || true":                                 "",
		"ls /etc/systemd/system/graphical.target.wants/chot.service 2>/dev/null || true": "",
		"ls /var/lib/chot/keys.sealed":                                                   "/var/lib/chot/keys.sealed",
	} {
		if got := strings.TrimSpace(inside(t, tree, line)); got != want {
			t.Errorf("after apt purge: # %s\n%s\nwant\n%s", line, got, want)
		}
	}
}
