// Package handshakes counts the TLS handshakes of a Go server by address of the client and by error.
package handshakes

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"spinlab/probe/internal/symbols"
)

// ErrUnsupported says why a process's handshakes cannot be counted.
var ErrUnsupported = errors.New("TLS handshakes cannot be counted")

// ErrDenied says which rights are missing.
var ErrDenied = errors.New("not permitted to probe functions of processes: needs root, or CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE (before Linux 6.6 also CAP_SYS_ADMIN)")

// Failures counts what one client address failed with.
type Failures struct {
	Source string `json:"source"`
	Error  string `json:"error"`
	Count  uint64 `json:"count"`
}

// Report is what was counted since Start.
type Report struct {
	// Mode is how the function is probed: "uprobe-multi" or "perf-uprobe".
	Mode string `json:"mode"`
	// Handshakes that ended, well or not.
	Handshakes uint64     `json:"handshakes"`
	Failures   []Failures `json:"failures"`
	// Unknown counts the handshakes whose client's address could not be found.
	Unknown uint64 `json:"unknown"`
	// Lost counts handshakes that were not counted above.
	Lost uint64 `json:"lost"`
}

// Counter counts from Start until Close; when its process ends, the kernel takes the programs away.
type Counter struct {
	mode    string
	program *symbols.GoProgram
	objects kernelObjects
	links   []link.Link
	types   map[uint64]string
}

// Modes are the ways to probe a function, the one with the fewer needs first.
var Modes = []string{"uprobe-multi", "perf-uprobe"}

// Start attaches to a process in the first of the modes that works here.
func Start(pid int, modes ...string) (*Counter, error) {
	program, err := symbols.OpenGo(pid)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	at, err := findPlaces(program)
	if err != nil {
		program.Close()
		return nil, fmt.Errorf("%w: it %w", ErrUnsupported, err)
	}
	c := &Counter{program: program, types: map[uint64]string{}}
	var failed []error
	for _, mode := range modes {
		if err := c.attach(mode, pid, at); err == nil {
			return c, nil
		} else {
			failed = append(failed, err)
		}
		c.detach()
	}
	c.Close()
	all := errors.Join(failed...)
	if errors.Is(all, unix.EPERM) || errors.Is(all, unix.EACCES) {
		return nil, ErrDenied
	}
	return nil, fmt.Errorf("%w: %w", ErrUnsupported, all)
}

func (c *Counter) attach(mode string, pid int, at places) error {
	c.mode = mode
	how := c.attachMulti
	if mode == "perf-uprobe" {
		how = c.attachPerf
	}
	if err := how(pid, at); err != nil {
		return fmt.Errorf("%s: %w", mode, err)
	}
	return nil
}

// attachMulti needs Linux 6.6 and fewer rights.
func (c *Counter) attachMulti(pid int, at places) error {
	executable, err := c.load(pid, ebpf.AttachTraceUprobeMulti)
	if err != nil {
		return err
	}
	for _, probe := range []struct {
		program *ebpf.Program
		at      []uint64
	}{{c.objects.Leave, at.returns}, {c.objects.Enter, []uint64{at.entry}}} {
		attached, err := executable.UprobeMulti(nil, probe.program, &link.UprobeMultiOptions{Addresses: probe.at, PID: uint32(pid)})
		if err != nil {
			return err
		}
		c.links = append(c.links, attached)
	}
	return nil
}

func (c *Counter) attachPerf(pid int, at places) error {
	executable, err := c.load(pid, ebpf.AttachNone)
	if err != nil {
		return err
	}
	attach := func(program *ebpf.Program, offset uint64) error {
		attached, err := executable.Uprobe("", program, &link.UprobeOptions{Address: offset, PID: pid})
		if err == nil {
			c.links = append(c.links, attached)
		}
		return err
	}
	for _, offset := range at.returns {
		if err := attach(c.objects.Leave, offset); err != nil {
			return err
		}
	}
	return attach(c.objects.Enter, at.entry)
}

func (c *Counter) load(pid int, kind ebpf.AttachType) (*link.Executable, error) {
	spec, err := loadKernel()
	if err != nil {
		return nil, err
	}
	for _, program := range spec.Programs {
		program.AttachType = kind
	}
	if err := spec.LoadAndAssign(&c.objects, nil); err != nil {
		return nil, err
	}
	return link.OpenExecutable(fmt.Sprintf("/proc/%d/exe", pid))
}

func (c *Counter) detach() {
	for _, l := range c.links {
		_ = l.Close() // closing the last handle detaches, whatever it returns
	}
	c.links = nil
	_ = c.objects.Close()
	c.objects = kernelObjects{}
}

// Close detaches.
func (c *Counter) Close() {
	c.detach()
	c.program.Close()
}

// Report sums what was counted so far: the failures of most clients first.
func (c *Counter) Report() (Report, error) {
	report := Report{Mode: c.mode}
	type cause struct{ source, text string }
	failures := map[cause]uint64{}
	var outcome kernelOutcome
	var count uint64
	rows := c.objects.Outcomes.Iterate()
	for rows.Next(&outcome, &count) {
		report.Handshakes += count
		source := netip.AddrFrom16(outcome.Source).Unmap()
		if source.IsUnspecified() {
			report.Unknown += count
		}
		if outcome.Type == 0 {
			continue
		}
		name := source.String()
		if source.IsUnspecified() {
			name = "unknown"
		}
		failures[cause{name, c.describe(&outcome)}] += count
	}
	if err := rows.Err(); err != nil {
		return report, err
	}
	report.Failures = make([]Failures, 0, len(failures))
	for at, n := range failures {
		report.Failures = append(report.Failures, Failures{at.source, at.text, n})
	}
	slices.SortFunc(report.Failures, func(a, b Failures) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Error, b.Error))
	})
	return report, c.objects.Lost.Get(&report.Lost)
}

// Try probes a function of the running program itself in one mode, and says why it does not work.
func Try(mode string) error {
	program, err := symbols.OpenGo(os.Getpid())
	if err != nil {
		return err
	}
	offset, _, found := program.Function("main.main")
	c := &Counter{program: program, types: map[uint64]string{}}
	defer c.Close()
	if !found {
		return errors.New("the program does not find its own main function")
	}
	return c.attach(mode, os.Getpid(), places{entry: offset, returns: []uint64{offset}})
}
