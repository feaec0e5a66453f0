package counter

import (
	"errors"

	"github.com/cilium/ebpf"
)

// totals are the sums since loading; a window is the difference of two.
type totals struct {
	calls         [kernelCallCALLS]outcomes
	errors        map[kernelFailure]uint64
	waits         [len(waits)][7][kernelOutcomeOUTCOMES]uint64
	descriptors   map[kernelDescriptorKey]kernelDescriptor
	registrations map[kernelRegistrationKey]kernelRegistration
	lost          uint64
	notLookedAt   uint64
}

type outcomes struct{ zero, positive uint64 }

// totals reads everything. The processors' slices are shared memory; the hashes are copied in large pieces.
func (c *Counter) totals() totals {
	t := totals{
		errors:        map[kernelFailure]uint64{},
		descriptors:   make(map[kernelDescriptorKey]kernelDescriptor, len(c.before.descriptors)),
		registrations: make(map[kernelRegistrationKey]kernelRegistration, len(c.before.registrations)),
	}
	for i := range c.processors {
		p := &c.processors[i]
		for call := range t.calls {
			t.calls[call].zero += p.Zero[call]
			t.calls[call].positive += p.Positive[call]
		}
		for row := range t.waits {
			for timeout := range t.waits[row] {
				for outcome := range t.waits[row][timeout] {
					t.waits[row][timeout][outcome] += p.Waits[row][timeout][outcome]
				}
			}
		}
		t.lost += p.Lost
		t.notLookedAt += p.NotLookedAt
	}
	for _, program := range [...]*ebpf.Program{c.exit, c.enter} {
		if stats, err := program.Stats(); err == nil {
			t.lost += stats.RecursionMisses
		}
	}
	t.lost += c.ofDescriptors.copy(c.objects.Descriptors, t.descriptors) + c.ofRegistrations.copy(c.objects.Registrations, t.registrations)
	var failure kernelFailure
	var counts []uint64
	for rows := c.objects.Failures.Iterate(); rows.Next(&failure, &counts); {
		for _, n := range counts {
			t.errors[failure] += n
		}
	}
	return t
}

// copier reads a hash map in pieces, into buffers that it keeps.
type copier[K comparable, V any] struct {
	keys   []K
	values []V
}

func newCopier[K comparable, V any]() copier[K, V] {
	const piece = 1024
	return copier[K, V]{make([]K, piece), make([]V, piece)}
}

// copy returns 1 when it broke off, which loses an unknown part.
func (c copier[K, V]) copy(from *ebpf.Map, to map[K]V) uint64 {
	var cursor ebpf.MapBatchCursor
	for {
		n, err := from.BatchLookup(&cursor, c.keys, c.values, nil)
		for i := range n {
			to[c.keys[i]] = c.values[i]
		}
		if errors.Is(err, ebpf.ErrKeyNotExist) {
			return 0
		}
		if err != nil {
			return 1
		}
	}
}
