// Command chot is the checkpoint scanner with a window, for a Linux kiosk and
// an Android handheld.
//
//	chot --site DIR [--camera auto] [--serial PORT] [--frames DIR]
//
// Without sources it uses those of chot.toml in the site's folder, else the
// first camera there is and the readers that act as keyboards. Such a reader
// works at any time: what no source has taken for itself types into the window.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"chot/camera"
	"chot/cmd/internal/command"
	"chot/cmd/internal/station"

	"gioui.org/app"
)

// options are the command line.
type options struct {
	site       string
	sources    station.Sources
	frames     string // used when there is no camera
	fullscreen bool
	mirror     bool
	language   string
}

func main() {
	o, err := parse(arguments())
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintf(os.Stderr, "chot: %v\n", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	// The window system keeps the main goroutine; the program is the other one.
	go func() {
		defer stop()
		if err := run(ctx, o, log); err != nil {
			log.Error("chot ended", "err", err)
			os.Exit(1)
		}
		os.Exit(0)
	}()
	app.Main()
}

func parse(args []string) (options, error) {
	var o options
	fs := flag.NewFlagSet("chot", flag.ContinueOnError)
	manual := command.Manual{Program: "chot", Summary: "the checkpoint scanner with a window", Example: "chot --site site/device --camera auto", Flags: fs}
	fs.Usage = func() {
		fmt.Fprintf(fs.Output(), "%s: %s\n\nexample:\n  %s\n\nflags:\n", manual.Program, manual.Summary, manual.Example)
		fs.PrintDefaults()
	}
	fs.StringVar(&o.site, "site", "site/device", "the device's `folder`")
	fs.StringVar(&o.frames, "camera-or-frames", "", "scan from the first camera there is, else show the pictures of this `folder` again and again")
	fs.BoolVar(&o.fullscreen, "fullscreen", false, "fill the screen, as a kiosk does")
	fs.BoolVar(&o.mirror, "mirror", false, "show the camera as a mirror does, for one that faces the person")
	fs.StringVar(&o.language, "language", "", "`vi|en`; default from chot.toml")
	o.sources.Flags(fs)
	if len(args) == 2 && args[0] == "help" && args[1] == "man" {
		manual.Roff(os.Stdout)
		return o, flag.ErrHelp
	}
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag; see: chot --help", fs.Arg(0))
	}
	return o, nil
}

// choose settles the sources: the command line's, else chot.toml's, else what
// such a device usually has.
func (o options) choose(config station.Config) (station.Sources, error) {
	s := o.sources
	if o.frames != "" {
		if cameras, err := camera.List(); err == nil && len(cameras) > 0 {
			s.Cameras = append(s.Cameras, "auto")
		} else {
			s.Frames, s.Loop = append(s.Frames, o.frames), true
		}
	}
	if !s.Empty() {
		return s, nil
	}
	s, err := station.ParseSources(config.Sources)
	if err == nil && s.Empty() {
		s = usualSources()
	}
	return s, err
}
