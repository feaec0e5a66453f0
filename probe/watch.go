package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"spinlab/probe/internal/counter"
	"spinlab/probe/internal/observe"
	"spinlab/probe/internal/procfs"
	"spinlab/probe/internal/stacks"
	"spinlab/probe/internal/window"
)

// watch prints one window a line until it is told to stop or nothing is left to watch.
func watch(arguments []string) error {
	var pids pidList
	flags := flag.NewFlagSet("watch", flag.ContinueOnError)
	flags.Var(&pids, "pid", "`process` to watch; several with commas between")
	tree := flags.Bool("tree", false, "their descendants too, those born later included")
	interval := flags.Duration("interval", 100*time.Millisecond, "length of a window whose calls are counted, at most")
	duty := dutyFlag(observe.Auto)
	flags.Var(&duty, "duty", "count system calls in one interval of `n` at most: 1, 5, or auto: 5 and then 9 until something looks futile")
	noBPF := flags.Bool("no-bpf", false, "only what /proc tells: no system calls, no stacks")
	noStacks := flags.Bool("no-stacks", false, "no stack samples")
	frequency := flags.Int("frequency", stacks.Frequency, "stack samples a second on each processor; a tenth of it while nothing looks futile")
	duration := flags.Duration("for", 0, "stop after this long (0: when told to)")
	untilEOF := flags.Bool("until-eof", false, "stop when standard input ends; a line `dense` there is --duty 1 from then on")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	if len(pids) == 0 {
		return fail(exitUsage, "watch: --pid is missing: the process to watch, e.g. --pid 1234")
	}
	if *interval < 10*time.Millisecond || *interval > 10*time.Second {
		return fail(exitUsage, "watch: --interval %v is out of range: 10ms to 10s", *interval)
	}
	if *frequency < 1 || *frequency > 5000 {
		return fail(exitUsage, "watch: --frequency %d is out of range: 1 to 5000 samples a second", *frequency)
	}
	if *noStacks {
		*frequency = 0
	}
	for _, pid := range pids {
		if err := checkPid(pid); err != nil {
			return err
		}
		if !*noBPF && procfs.Is32Bit(pid) {
			return fail(exitUnsupported, "process %d is a 32-bit program, whose system calls are numbered otherwise (--no-bpf watches it through /proc alone)", pid)
		}
		if !procfs.Visible(pid) {
			fmt.Fprintf(os.Stderr, "probe: the descriptors of process %d are hidden (needs root, or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH): windows come without their kinds, states and peers\n", pid)
		}
	}
	hurry()
	ctx, dense, stop := stopping(*duration, *untilEOF)
	defer stop()
	options := observe.Options{
		Pids: pids, Tree: *tree, Interval: *interval, Duty: observe.Duty(duty), Dense: dense, Stacks: *frequency,
	}
	observer := observe.Kernel
	if *noBPF {
		observer = observe.Procfs
	}
	switch err := observer(ctx, options, printer(os.Stdout)); {
	case errors.Is(err, observe.ErrEnded):
		return fail(exitGone, "process %v: %w", []int(pids), err)
	case errors.Is(err, counter.ErrDenied):
		return fail(exitUnsupported, "%w (--no-bpf watches through /proc alone)", err)
	default:
		return err
	}
}

// stopping ends on SIGINT, SIGTERM, after a duration, and at the end of standard input if that is wanted. The channel is
// closed when standard input asks for dense windows.
func stopping(after time.Duration, untilEOF bool) (context.Context, <-chan struct{}, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if after > 0 {
		ctx, cancel = context.WithTimeout(ctx, after)
	}
	dense := make(chan struct{})
	if untilEOF {
		go func() {
			defer cancel()
			asked := sync.OnceFunc(func() { close(dense) })
			for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
				if lines.Text() == "dense" {
					asked()
				}
			}
		}()
	}
	return ctx, dense, cancel
}

// printer writes each window as soon as it is known.
func printer(to io.Writer) func(window.Window) error {
	buffer := bufio.NewWriterSize(to, 1<<16)
	encoder := json.NewEncoder(buffer)
	return func(w window.Window) error {
		if err := encoder.Encode(w); err != nil {
			return err
		}
		return buffer.Flush()
	}
}
