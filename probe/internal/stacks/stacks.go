// Package stacks samples what processes run, by the clock of each processor.
package stacks

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/ringbuf"
	"golang.org/x/sys/unix"

	"spinlab/probe/internal/namespaces"
)

// Frequency of the samples on each processor unless more are asked for, in hertz. Not 100, so as not to run in step with timers.
const Frequency = 99

// Sampler takes samples from Start until Close; when its process ends, the kernel takes the programs away.
//
// It samples processors, not threads: a clock for each thread is set anew at each change of threads, which costs a server
// that waits for every request a tenth of them, however few the samples are.
type Sampler struct {
	loaded  *ebpf.Collection
	sample  *ebpf.Program
	targets *ebpf.Map
	reader  *ringbuf.Reader
	events  []int
	period  uint64 // nanoseconds between two samples of a processor
	lost    uint64
}

// Start loads the program and attaches it to all processors, each of which takes frequency samples a second.
func Start(frequency int) (*Sampler, error) {
	spec, err := loadSampler()
	if err != nil {
		return nil, err
	}
	device, inode, err := namespaces.Own()
	if err != nil {
		return nil, err
	}
	processors, err := ebpf.PossibleCPU()
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]any{"namespace_device": device, "namespace_inode": inode} {
		if err := spec.Variables[name].Set(value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	spec.Maps["samples"].MaxEntries = ringSize(processors, frequency)
	loaded, err := ebpf.NewCollection(spec)
	if err != nil { // before Linux 5.14 the kernel does not name its functions; the rest works
		delete(spec.Programs, "name_function")
		loaded, err = ebpf.NewCollection(spec)
	}
	if err != nil {
		return nil, fmt.Errorf("loading the program that samples stacks: %w", err)
	}
	s := &Sampler{loaded: loaded, sample: loaded.Programs["sample"], targets: loaded.Maps["targets"]}
	if s.reader, err = ringbuf.NewReader(loaded.Maps["samples"]); err != nil {
		s.Close()
		return nil, err
	}
	s.period = periodOf(float64(frequency))
	for processor := range processors {
		if err := s.attach(processor); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// ringSize has room for half a second of samples of usual depth; it must be a power of two.
func ringSize(processors, frequency int) uint32 {
	size := uint32(1 << 18)
	for size < uint32(processors*frequency)/2*1024 {
		size *= 2
	}
	return size
}

func periodOf(frequency float64) uint64 { return uint64(1e9 / frequency) }

func (s *Sampler) attach(processor int) error {
	clock := unix.PerfEventAttr{
		Type: unix.PERF_TYPE_SOFTWARE, Config: unix.PERF_COUNT_SW_CPU_CLOCK, Size: uint32(binary.Size(unix.PerfEventAttr{})),
		Sample: s.period, Bits: unix.PerfBitDisabled,
	}
	event, err := unix.PerfEventOpen(&clock, -1, processor, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if errors.Is(err, unix.ENODEV) {
		return nil // this processor is switched off
	}
	if err != nil {
		return fmt.Errorf("the clock of processor %d: %w", processor, err)
	}
	s.events = append(s.events, event)
	if err := unix.IoctlSetInt(event, unix.PERF_EVENT_IOC_SET_BPF, s.sample.FD()); err != nil {
		return fmt.Errorf("sampling by the clock of processor %d: %w", processor, err)
	}
	if err := unix.IoctlSetInt(event, unix.PERF_EVENT_IOC_ENABLE, 0); err != nil {
		return fmt.Errorf("starting the clock of processor %d: %w", processor, err)
	}
	return nil
}

// SetFrequency changes how many samples a second each processor takes.
func (s *Sampler) SetFrequency(frequency float64) error {
	period := periodOf(frequency)
	if period == s.period {
		return nil
	}
	s.period = period
	for _, event := range s.events {
		// The value is 64 bits wide, for which x/sys has no function (perf_event_open(2)).
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(event), unix.PERF_EVENT_IOC_PERIOD, uintptr(unsafe.Pointer(&period))); errno != 0 {
			return fmt.Errorf("%g samples a second: %w", frequency, errno)
		}
	}
	return nil
}

// Watch samples a process too, by its number in the outermost pid namespace.
func (s *Sampler) Watch(tgid uint32) error { return s.targets.Put(tgid, uint32(1)) }

// Unwatch samples a process no more.
func (s *Sampler) Unwatch(tgid uint32) error { return s.targets.Delete(tgid) }

// KernelNames names the kernel's functions, as long as the sampler is open.
func (s *Sampler) KernelNames() *KernelNames {
	return &KernelNames{
		program: s.loaded.Programs["name_function"], address: s.loaded.Variables["address"], name: s.loaded.Variables["name"],
		known: map[uint64]string{},
	}
}

// Close ends sampling.
func (s *Sampler) Close() {
	for _, event := range s.events {
		unix.Close(event)
	}
	if s.reader != nil {
		s.reader.Close()
	}
	s.loaded.Close()
}

// Stack is a distinct stack of one thread: return addresses, innermost first.
type Stack struct {
	Tgid         uint32
	Tid          int
	User, Kernel []uint64
	Samples      uint64
}

// Read gives the stacks sampled since it was called last, and how many samples found no room.
func (s *Sampler) Read() (stacks []Stack, lost uint64, err error) {
	byContent := map[string]int{}
	s.reader.SetDeadline(time.Unix(0, 1)) // take what is there, never wait
	for {
		record, err := s.reader.Read()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			return nil, 0, err
		}
		content := string(record.RawSample)
		at, seen := byContent[content]
		if !seen {
			at = len(stacks)
			byContent[content] = at
			stacks = append(stacks, parse(record.RawSample))
		}
		stacks[at].Samples++
	}
	var total uint64
	if err := s.loaded.Variables["lost"].Get(&total); err != nil {
		return nil, 0, err
	}
	lost, s.lost = total-s.lost, total
	return stacks, lost, nil
}

func parse(raw []byte) Stack {
	word := func(i int) uint32 { return binary.NativeEndian.Uint32(raw[4*i:]) }
	user, kernel := word(2), word(3)
	frames := make([]uint64, (user+kernel)/8)
	_ = binary.Read(bytes.NewReader(raw[16:16+user+kernel]), binary.NativeEndian, frames)
	return Stack{Tgid: word(0), Tid: int(word(1)), User: frames[:user/8], Kernel: frames[user/8:]}
}
