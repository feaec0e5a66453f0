package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"spinlab/probe/internal/observe"
	"spinlab/probe/internal/procfs"
)

// pidList is the value of --pid: one or more numbers with commas between.
type pidList []int

func (l *pidList) String() string { return fmt.Sprint(*l) }

func (l *pidList) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		pid, err := strconv.Atoi(word)
		if err != nil || pid < 1 {
			return fmt.Errorf("%q is not a process id: a number from 1, several with commas between", word)
		}
		*l = append(*l, pid)
	}
	return nil
}

// dutyFlag is the value of --duty.
type dutyFlag observe.Duty

func (d *dutyFlag) String() string { return map[dutyFlag]string{0: "auto", 1: "1", 5: "5"}[*d] }

func (d *dutyFlag) Set(text string) error {
	switch text {
	case "auto":
		*d = dutyFlag(observe.Auto)
	case "1":
		*d = dutyFlag(observe.Dense)
	case "5":
		*d = dutyFlag(observe.Sparse)
	default:
		return errors.New("one of auto, 1, 5")
	}
	return nil
}

// parse reads the flags of a verb; the package's own message would be several lines long.
func parse(flags *flag.FlagSet, arguments []string) error {
	flags.SetOutput(io.Discard)
	err := flags.Parse(arguments)
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(os.Stdout)
		fmt.Printf("probe %s:\n", flags.Name())
		flags.PrintDefaults()
		return err
	}
	if err != nil {
		return fail(exitUsage, "%s: %w (probe %s --help lists the flags)", flags.Name(), err, flags.Name())
	}
	if flags.NArg() > 0 {
		return fail(exitUsage, "%s: %q is no flag (probe %s --help lists them)", flags.Name(), flags.Arg(0), flags.Name())
	}
	return nil
}

// checkPid refuses what cannot be watched, with the exit code that says why.
func checkPid(pid int) error {
	switch err := procfs.Check(pid); {
	case err == nil:
		return nil
	case errors.Is(err, procfs.ErrKernelThread):
		return fail(exitUnsupported, "process %d: %w", pid, err)
	default:
		return fail(exitGone, "process %d: %w", pid, err)
	}
}
