// Package counter counts in the kernel what processes get out of their system calls.
package counter

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

// ErrDenied says which rights are missing: the names are those of capabilities(7).
var ErrDenied = errors.New("not permitted to count system calls in the kernel: needs root, or CAP_BPF and CAP_PERFMON")

// Counter holds the programs and their maps. It counts between Attach and Detach; when its process ends, the kernel
// takes the programs away.
type Counter struct {
	objects    kernelMaps
	exit       *ebpf.Program
	enter      *ebpf.Program
	atExit     link.Link // nil while not attached
	atEntry    link.Link
	control    *kernelControl
	processors []kernelProcessor
	before     totals

	ofDescriptors   copier[kernelDescriptorKey, kernelDescriptor]
	ofRegistrations copier[kernelRegistrationKey, kernelRegistration]

	unmap []func()
}

// Load brings the programs into the kernel without attaching them. capacity is how many descriptors are expected;
// the maps have room for four times as many. Without BTF in the kernel the programs that copy registers are taken.
func Load(capacity int) (*Counter, error) {
	_, err := os.Stat("/sys/kernel/btf/vmlinux")
	return load(capacity, err == nil)
}

func load(capacity int, typed bool) (*Counter, error) {
	spec, err := loadKernel()
	if err != nil {
		return nil, err
	}
	processors, err := ebpf.PossibleCPU()
	if err != nil {
		return nil, err
	}
	t := newTables()
	for name, value := range map[string]any{"class_of": t.class, "wait_row": t.row, "made_kind": t.made} {
		if err := spec.Variables[name].Set(value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	spec.Maps["processors"].MaxEntries = uint32(processors)
	for _, name := range [...]string{"descriptors", "registrations", "alike"} {
		spec.Maps[name].MaxEntries = max(spec.Maps[name].MaxEntries, uint32(4*capacity))
	}
	exit, enter, unwanted := "exit_by_type", "enter_by_type", "copy"
	if !typed {
		exit, enter, unwanted = "exit_by_copy", "enter_by_copy", "type"
	}
	maps.DeleteFunc(spec.Programs, func(name string, _ *ebpf.ProgramSpec) bool { return strings.HasSuffix(name, unwanted) })
	collection, err := ebpf.NewCollection(spec)
	if _, verifier := errors.AsType[*ebpf.VerifierError](err); errors.Is(err, unix.EPERM) && !verifier {
		return nil, ErrDenied
	}
	if err != nil {
		return nil, err
	}
	c := &Counter{
		exit: collection.DetachProgram(exit), enter: collection.DetachProgram(enter),
		ofDescriptors: newCopier[kernelDescriptorKey, kernelDescriptor](), ofRegistrations: newCopier[kernelRegistrationKey, kernelRegistration](),
	}
	if err := collection.Assign(&c.objects); err != nil {
		return nil, err
	}
	collection.Close()
	if err := c.mapMemory(processors); err != nil {
		c.Close()
		return nil, err
	}
	c.before = c.totals()
	return c, nil
}

// mapMemory makes the counters readable without a system call.
func (c *Counter) mapMemory(processors int) error {
	control, err := c.share(c.objects.Control, int(unsafe.Sizeof(kernelControl{})))
	if err != nil {
		return err
	}
	slices, err := c.share(c.objects.Processors, int(unsafe.Sizeof(kernelProcessor{}))*processors)
	if err != nil {
		return err
	}
	c.control = (*kernelControl)(control)
	c.processors = unsafe.Slice((*kernelProcessor)(slices), processors)
	return nil
}

func (c *Counter) share(m *ebpf.Map, size int) (unsafe.Pointer, error) {
	page := os.Getpagesize()
	memory, err := unix.Mmap(m.FD(), 0, (size+page-1)/page*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("sharing the memory of map %s: %w", m, err)
	}
	c.unmap = append(c.unmap, func() { _ = unix.Munmap(memory) })
	return unsafe.Pointer(&memory[0]), nil
}

// Watch counts a process too, by its number in the outermost pid namespace.
func (c *Counter) Watch(tgid uint32) { c.control.Watched[tgid>>6] |= 1 << (tgid & 63) }

// Unwatch counts a process no more.
func (c *Counter) Unwatch(tgid uint32) { c.control.Watched[tgid>>6] &^= 1 << (tgid & 63) }

// Attached says whether calls are being counted.
func (c *Counter) Attached() bool { return c.atExit != nil }

// Calls is how many have been counted since loading; it costs no system call to ask.
func (c *Counter) Calls() (calls uint64) {
	for i := range c.processors {
		calls += c.processors[i].Calls
	}
	return calls
}

// Attach begins to count. From here on every system call of the whole machine takes the kernel's slow path.
func (c *Counter) Attach() (err error) {
	c.control.Session++
	c.atExit, err = attach(c.exit, "sys_exit")
	return err
}

// WatchEntry says whether to look at the entry of calls too, for timeouts that are lost at their exit.
func (c *Counter) WatchEntry(wanted bool) (err error) {
	switch {
	case wanted && c.atEntry == nil:
		c.atEntry, err = attach(c.enter, "sys_enter")
	case !wanted && c.atEntry != nil:
		c.atEntry.Close()
		c.atEntry = nil
	}
	return err
}

func attach(program *ebpf.Program, name string) (attached link.Link, err error) {
	if program.Type() == ebpf.Tracing {
		attached, err = link.AttachTracing(link.TracingOptions{Program: program})
	} else {
		attached, err = link.AttachRawTracepoint(link.RawTracepointOptions{Name: name, Program: program})
	}
	if err != nil {
		return nil, fmt.Errorf("attaching to %s: %w", name, err)
	}
	return attached, nil
}

// Detach ends counting.
func (c *Counter) Detach() {
	for _, l := range [...]*link.Link{&c.atExit, &c.atEntry} {
		if *l != nil {
			(*l).Close()
			*l = nil
		}
	}
}

// Close gives everything back to the kernel.
func (c *Counter) Close() {
	c.Detach()
	for _, unmap := range c.unmap {
		unmap()
	}
	c.exit.Close()
	c.enter.Close()
	_ = c.objects.Close()
}
