package observe

import (
	"cmp"
	"slices"
	"sync"

	"spinlab/probe/internal/stacks"
	"spinlab/probe/internal/symbols"
	"spinlab/probe/internal/window"
)

// named bounds how many distinct stacks a window names; the samples of the rest are summed without frames.
const named = 100

// sampling samples the stacks of a crowd and names their functions.
type sampling struct {
	sampler *stacks.Sampler
	// processes give the symbols of each; they are being read from the start on, and ready when they are asked for.
	processes map[int]func() *symbols.Process
	kernel    *stacks.KernelNames
	frequency int // wanted in dense windows
}

// newSampling starts to sample. Without the right to, there is none, and nil does nothing.
func newSampling(frequency int) *sampling {
	sampler, err := stacks.Start(frequency)
	if err != nil {
		return nil
	}
	return &sampling{
		sampler: sampler, processes: map[int]func() *symbols.Process{}, kernel: sampler.KernelNames(), frequency: frequency,
	}
}

// calmShare is how much more seldom stacks are sampled as long as nothing looks futile. A sample wakes a processor that
// is idle, and in a virtual machine its host's too: 99 a second of each of two cost a web server 8 % of its requests,
// and 1 % where idle processors poll instead of sleeping.
const calmShare = 10

// pace samples as often as wanted in dense windows only.
func (s *sampling) pace(dense bool) error {
	switch {
	case s == nil:
		return nil
	case dense:
		return s.sampler.SetFrequency(float64(s.frequency))
	default:
		return s.sampler.SetFrequency(float64(s.frequency) / calmShare)
	}
}

// take and release follow the crowd.
func (s *sampling) take(pid int, tgid uint32) error {
	if s == nil {
		return nil
	}
	read := sync.OnceValue(func() *symbols.Process { return symbols.NewProcess(pid) })
	s.processes[pid] = read
	go read()
	return s.sampler.Watch(tgid)
}

func (s *sampling) release(pid int, tgid uint32) {
	if s == nil {
		return
	}
	_ = s.sampler.Unwatch(tgid) // it has ended: a sample of it can come no more
	if read := s.processes[pid]; read != nil {
		read().Close()
		delete(s.processes, pid)
	}
}

func (s *sampling) close() {
	if s != nil {
		s.sampler.Close()
	}
}

// read puts the stacks sampled since it was called last into a window.
func (s *sampling) read(w *window.Window, inside map[uint32]int) error {
	if s == nil {
		return nil
	}
	sampled, lost, err := s.sampler.Read()
	if err != nil {
		return err
	}
	slices.SortFunc(sampled, func(a, b stacks.Stack) int { return cmp.Compare(b.Samples, a.Samples) })
	w.Stacks = []window.Stack{}
	w.Lost += lost
	for n, stack := range sampled {
		if n < named {
			w.Stacks = append(w.Stacks, s.name(stack, inside[stack.Tgid]))
			continue
		}
		if n == named {
			w.Stacks = append(w.Stacks, window.Stack{User: []string{}, Kernel: []string{}})
		}
		w.Stacks[named].Samples += stack.Samples
	}
	return nil
}

func (s *sampling) name(stack stacks.Stack, pid int) window.Stack {
	row := window.Stack{Tid: stack.Tid, Samples: stack.Samples, User: []string{}, Kernel: []string{}}
	if read := s.processes[pid]; read != nil {
		row.User = read().Frames(stack.User)
	}
	for _, address := range stack.Kernel {
		row.Kernel = append(row.Kernel, s.kernel.Name(address))
	}
	return row
}
