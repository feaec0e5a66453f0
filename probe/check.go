package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/counter"
	"spinlab/probe/internal/handshakes"
	"spinlab/probe/internal/namespaces"
	"spinlab/probe/internal/procfs"
	"spinlab/probe/internal/stacks"
)

// ability is whether something works here and, if not, what is missing and what would help.
type ability struct {
	OK      bool   `json:"ok"`
	Missing string `json:"missing,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
}

// attempts try each ability by doing it.
var attempts = map[string]struct {
	try    func() error
	remedy string
}{
	"bpf":              {countOwnCalls, "run as root, or with CAP_BPF and CAP_PERFMON; Linux 5.8 or later"},
	"stacks":           {sampleOwnStack, "run as root, or with CAP_BPF and CAP_PERFMON"},
	"pid-namespaces":   {findOutside, "run as root, or with CAP_BPF and CAP_PERFMON, on a kernel with BTF (CONFIG_DEBUG_INFO_BTF)"},
	"uprobe-multi":     {func() error { return handshakes.Try("uprobe-multi") }, "run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE, on Linux 6.6 or later; perf-uprobe does as well"},
	"perf-uprobe":      {func() error { return handshakes.Try("perf-uprobe") }, "run as root, or with CAP_SYS_ADMIN; uprobe-multi does as well"},
	"procfs-of-others": {seeOthers, "run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"},
}

// check prints what can be observed here, as one JSON object.
func check(arguments []string) error {
	if err := parse(flag.NewFlagSet("check", flag.ContinueOnError), arguments); err != nil {
		return err
	}
	abilities := map[string]ability{}
	for name, attempt := range attempts {
		if err := attempt.try(); err != nil {
			abilities[name] = ability{Missing: missing(err), Remedy: attempt.remedy}
		} else {
			abilities[name] = ability{OK: true}
		}
	}
	return json.NewEncoder(os.Stdout).Encode(abilities)
}

// missing says in short what is in the way.
func missing(err error) string {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return "not permitted"
	}
	return err.Error()
}

// self is the probe's own number in the outermost pid namespace.
func self() (uint32, error) {
	outside, err := namespaces.Outside([]int{os.Getpid()})
	return outside[os.Getpid()], err
}

func findOutside() error {
	tgid, err := self()
	if err == nil && tgid == 0 {
		err = errors.New("the probe does not find itself among all tasks")
	}
	return err
}

// countOwnCalls makes a call that nothing else makes, and looks for it.
func countOwnCalls() error {
	tgid, err := self()
	if err != nil {
		return err
	}
	c, err := counter.Load(0)
	if err != nil {
		return err
	}
	defer c.Close()
	c.Watch(tgid)
	if err := c.Attach(); err != nil {
		return err
	}
	_, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
	for _, call := range c.Read().Calls {
		if call.Call == "getpriority" && call.Calls == 1 {
			return nil
		}
	}
	return errors.New("attached, but a call that was made was not counted")
}

// sampleOwnStack burns a processor until it is seen doing so.
func sampleOwnStack() error {
	tgid, err := self()
	if err != nil {
		return err
	}
	sampler, err := stacks.Start(stacks.Frequency)
	if err != nil {
		return err
	}
	defer sampler.Close()
	if err := sampler.Watch(tgid); err != nil {
		return err
	}
	const patience = time.Second
	for began := time.Now(); time.Since(began) < patience; {
		if sampled, _, err := sampler.Read(); err != nil || len(sampled) > 0 {
			return err
		}
	}
	return fmt.Errorf("attached, but no sample came in %v of computing", patience)
}

// seeOthers looks at the descriptors of a process of another user.
func seeOthers() error {
	owner := procfs.Stranger()
	if owner == 0 || procfs.Visible(owner) {
		return nil
	}
	return fmt.Errorf("the descriptors of process %d, of another user, are hidden", owner)
}
