package main

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"time"

	"spinlab/probe/internal/handshakes"
	"spinlab/probe/internal/procfs"
)

// tlsHandshakes prints, again and again, the handshakes counted since it began, until it is told to stop or the
// process ends.
func tlsHandshakes(arguments []string) error {
	var pids pidList
	flags := flag.NewFlagSet("tls", flag.ContinueOnError)
	flags.Var(&pids, "pid", "Go server to watch")
	mode := flags.String("mode", "", "how to probe: `one` of "+strings.Join(handshakes.Modes, ", ")+" (default: the first that works)")
	interval := flags.Duration("interval", 250*time.Millisecond, "time between two lines")
	duration := flags.Duration("for", 0, "stop after this long (0: when told to)")
	untilEOF := flags.Bool("until-eof", false, "stop when standard input ends")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	if len(pids) != 1 {
		return fail(exitUsage, "tls: --pid names %d processes: one Go server, e.g. --pid 1234", len(pids))
	}
	if *interval < 10*time.Millisecond || *interval > 10*time.Second {
		return fail(exitUsage, "tls: --interval %v is out of range: 10ms to 10s", *interval)
	}
	modes := handshakes.Modes
	if *mode != "" {
		if modes = []string{*mode}; !slices.Contains(handshakes.Modes, *mode) {
			return fail(exitUsage, "tls: --mode %q is none of %s", *mode, strings.Join(handshakes.Modes, ", "))
		}
	}
	pid := pids[0]
	if err := checkPid(pid); err != nil {
		return err
	}
	counter, err := handshakes.Start(pid, modes...)
	if errors.Is(err, handshakes.ErrUnsupported) || errors.Is(err, handshakes.ErrDenied) {
		return fail(exitUnsupported, "process %d: %w", pid, err)
	}
	if err != nil {
		return err
	}
	defer counter.Close()
	ctx, _, stop := stopping(*duration, *untilEOF)
	defer stop()
	ticker := time.NewTicker(*interval)
	defer ticker.Stop()
	encoder := json.NewEncoder(os.Stdout)
	for goOn := true; goOn; {
		select {
		case <-ctx.Done():
			goOn = false
		case <-ticker.C:
		}
		report, err := counter.Report()
		if err != nil {
			return err
		}
		if err := encoder.Encode(report); err != nil {
			return err
		}
		if err := procfs.Check(pid); err != nil {
			return fail(exitGone, "process %d: ended while it was watched", pid)
		}
	}
	return nil
}
