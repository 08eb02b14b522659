package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Machine is a virtual machine with a USB serial converter (line usb0), a UART on
// PCI (line pci0), a USB keyboard that can be plugged in (kbd0) and no disk.
type Machine struct {
	Kernel    Kernel
	Initramfs string
	// Folder is where its sockets are made; a path longer than 90 bytes is too
	// long for a socket.
	Folder string
	// Words are added to the kernel's command line; NAME=value without a dot
	// is in the environment of the guest's program.
	Words string
	// Console takes what the guest prints, without its requests to the host.
	Console io.Writer
}

// Run boots the machine, does what the guest asks for and returns the guest's
// result when it has switched itself off.
func (m Machine) Run(ctx context.Context) (result int, err error) {
	socket := func(name string) string { return filepath.Join(m.Folder, name) }
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64",
		// Never KVM: /dev/kvm may open and still not work.
		"-accel", "tcg,thread=multi", "-cpu", "max", "-m", "1024", "-smp", "2",
		"-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
		"-kernel", m.Kernel.Image(), "-initrd", m.Initramfs, "-append",
		// Without suspending what is idle: waking up is the USB/IP driver's, not a
		// camera's.
		"console=ttyS0 quiet panic=-1 usbcore.autosuspend=-1 "+m.Words,
		"-device", "qemu-xhci,id=xhci",
		"-chardev", "socket,id=usb0,server=on,wait=off,path="+socket("usb0"), "-device", "usb-serial,chardev=usb0,id=usb0,always-plugged=on",
		"-chardev", "socket,id=pci0,server=on,wait=off,path="+socket("pci0"), "-device", "pci-serial,chardev=pci0",
		"-qmp", "unix:"+socket("qmp")+",server=on,wait=off")
	var words strings.Builder
	cmd.Stderr = &words
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, fmt.Errorf("qemu: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("qemu: %w", err)
	}
	defer func() {
		cancel()
		if e := cmd.Wait(); err != nil && (words.Len() > 0 || e != nil) {
			err = fmt.Errorf("%w (qemu: %v %s)", err, e, strings.TrimSpace(words.String()))
		}
	}()

	h := host{lines: map[string]net.Conn{}}
	for _, name := range []string{"usb0", "pci0", "qmp"} {
		conn, err := dial(ctx, socket(name))
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		h.lines[name] = conn
	}
	h.answers = json.NewDecoder(h.lines["qmp"])
	if err := h.order("qmp_capabilities", nil); err != nil {
		return 0, err
	}
	console := bufio.NewScanner(out)
	console.Buffer(nil, 1<<20)
	for console.Scan() {
		request, ok := strings.CutPrefix(strings.TrimRight(console.Text(), "\r"), "@host ")
		if !ok {
			fmt.Fprintln(m.Console, strings.TrimRight(console.Text(), "\r"))
			continue
		}
		if n, ok := strings.CutPrefix(request, "result "); ok {
			return strconv.Atoi(n)
		}
		if err := h.do(request); err != nil {
			return 0, fmt.Errorf("guest asks %.40q: %w", request, err)
		}
	}
	if ctx.Err() != nil {
		return 0, fmt.Errorf("the guest did not finish: %w", ctx.Err())
	}
	return 0, errors.New("the guest ended without a result")
}

// host does what a person's hands would do.
type host struct {
	lines   map[string]net.Conn
	answers *json.Decoder
}

func (h *host) do(request string) error {
	verb, rest, _ := strings.Cut(request, " ")
	line, text, _ := strings.Cut(rest, " ")
	switch verb {
	case "send":
		conn := h.lines[line]
		b, err := strconv.Unquote(text)
		if err != nil || conn == nil {
			return errors.New("not a line and a quoted text")
		}
		_, err = io.WriteString(conn, b)
		return err
	case "lines":
		conn := h.lines[line]
		var from, n int
		if _, err := fmt.Sscan(text, &from, &n); err != nil || conn == nil {
			return errors.New("not a line and two numbers")
		}
		var all strings.Builder
		for i := range n {
			fmt.Fprintf(&all, NumberedLine+"\r\n", from+i)
		}
		_, err := io.WriteString(conn, all.String())
		return err
	case "expect":
		conn := h.lines[line]
		want, err := strconv.Unquote(text)
		if err != nil || conn == nil {
			return errors.New("not a line and a quoted text")
		}
		got := make([]byte, len(want))
		conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		if n, err := io.ReadFull(conn, got); err != nil || string(got) != want {
			return fmt.Errorf("%s got % X, %v; want % X", line, got[:n], err, want)
		}
		return nil
	case "unplug":
		return h.order("device_del", map[string]any{"id": line})
	case "plug":
		if strings.HasPrefix(line, "kbd") {
			return h.order("device_add", map[string]any{"driver": "usb-kbd", "id": line})
		}
		return h.plugSerial(line)
	case "type":
		return h.press(strings.Fields(text))
	}
	return errors.New("not something the host can do")
}

// plugSerial plugs a converter in. QEMU gives the line of the one that was
// unplugged back a moment later.
func (h *host) plugSerial(line string) error {
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := h.order("device_add", map[string]any{"driver": "usb-serial", "chardev": line, "id": line, "always-plugged": true})
		if err == nil || !strings.Contains(err.Error(), "in use") || time.Now().After(end) {
			return err
		}
	}
}

// press presses keys of the keyboard plugged in last, by QEMU's names for them;
// "shift-a" is with Shift held.
func (h *host) press(keys []string) error {
	for _, key := range keys {
		name, shifted := strings.CutPrefix(key, "shift-")
		held := []string{name}
		if shifted {
			held = []string{"shift", name}
		}
		for _, down := range []bool{true, false} {
			for _, code := range held {
				key := map[string]any{"type": "qcode", "data": code}
				event := map[string]any{"type": "key", "data": map[string]any{"down": down, "key": key}}
				if err := h.order("input-send-event", map[string]any{"events": []any{event}}); err != nil {
					return err
				}
				time.Sleep(keyPause)
			}
			slices.Reverse(held)
		}
	}
	return nil
}

// NumberedLine is how the host forms the lines that "lines" sends: a number and
// what is about as long as a card's text.
const NumberedLine = "%08d|001190123456|NGUYEN THI VI DU|15011990"

// keyPause is between keys: QEMU loses what comes faster than every 30 ms.
const keyPause = 40 * time.Millisecond

// order gives QEMU an order and waits for its answer (QEMU Machine Protocol).
func (h *host) order(name string, arguments map[string]any) error {
	order := map[string]any{"execute": name}
	if arguments != nil {
		order["arguments"] = arguments
	}
	if err := json.NewEncoder(h.lines["qmp"]).Encode(order); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for {
		var answer struct {
			Return json.RawMessage `json:"return"`
			Error  *struct {
				Desc string `json:"desc"`
			} `json:"error"`
		}
		switch err := h.answers.Decode(&answer); {
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		case answer.Error != nil:
			return fmt.Errorf("%s: %s", name, answer.Error.Desc)
		case answer.Return != nil:
			return nil
		} // a greeting or an event
	}
}

// dial connects to a socket that QEMU is about to make.
func dial(ctx context.Context, path string) (net.Conn, error) {
	var d net.Dialer
	for {
		conn, err := d.DialContext(ctx, "unix", path)
		if err == nil || ctx.Err() != nil {
			return conn, err
		}
		pause := time.NewTimer(20 * time.Millisecond)
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
}
