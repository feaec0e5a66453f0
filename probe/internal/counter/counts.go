package counter

import (
	"cmp"
	"slices"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/window"
)

// DescriptorKey names a descriptor of a process, whose number is that of the outermost pid namespace.
type DescriptorKey struct {
	Tgid uint32
	FD   int
}

// RegistrationKey names what an epoll wait reports.
type RegistrationKey struct {
	Tgid uint32
	Epfd int
	Data uint64
}

// Unknown stands for the descriptor of a registration that was made out of sight.
const Unknown = -1

// Orphan stands for the descriptor of a registration whose number was closed while the file lives on.
const Orphan = -2

// Descriptor is what came of the calls on a descriptor. Kind is empty when the call that made it was not seen.
type Descriptor struct {
	window.Achieved
	Errno, Kind string
	// Events are those that poll or select reported last, as in poll(2).
	Events uint32
}

// Registration is how often a registration was reported, and for which descriptor.
type Registration struct {
	FD                int
	Ready, Unconsumed uint64
	// Events are those that were reported last, as in epoll_ctl(2).
	Events uint32
}

// Counts is what happened between two readings.
type Counts struct {
	Calls         []window.Call
	Waits         []window.Wait
	Descriptors   map[DescriptorKey]Descriptor
	Registrations map[RegistrationKey]Registration
	// Lost counts calls that went uncounted and entries that found no room.
	Lost uint64
	// NotLookedAt counts ready events beyond the bound of what is read from one wait.
	NotLookedAt uint64
	// HidesTimeouts is true when calls were made whose timeout shows at their entry alone.
	HidesTimeouts bool
}

// Read gives what happened since it was called last.
func (c *Counter) Read() Counts {
	now, before := c.totals(), c.before
	c.before = now
	counts := Counts{
		Calls:         callsBetween(&before, &now),
		Waits:         waitsBetween(&before, &now),
		Descriptors:   map[DescriptorKey]Descriptor{},
		Registrations: map[RegistrationKey]Registration{},
		Lost:          now.lost - before.lost,
		NotLookedAt:   now.notLookedAt - before.notLookedAt,
	}
	for key, after := range now.descriptors {
		if achieved := descriptorBetween(before.descriptors[key], after); achieved != (window.Achieved{}) {
			d := Descriptor{Achieved: achieved, Kind: kindNames[kernelKind(after.Kind)], Events: after.Events}
			if achieved.Failed > 0 {
				d.Errno = errorName(after.Error)
			}
			counts.Descriptors[DescriptorKey{key.Tgid, int(key.Fd)}] = d
		}
	}
	for key, after := range now.registrations {
		earlier := before.registrations[key]
		if after.Ready < earlier.Ready || after.Unconsumed < earlier.Unconsumed {
			earlier = kernelRegistration{} // it had given way, and began anew
		}
		if ready := after.Ready - earlier.Ready; ready > 0 {
			counts.Registrations[RegistrationKey{key.Tgid, int(key.Epfd), key.Data}] = Registration{
				FD: int(after.Fd), Ready: ready, Unconsumed: after.Unconsumed - earlier.Unconsumed, Events: after.Events,
			}
		}
	}
	for _, call := range counts.Calls {
		switch call.Call {
		case callName(unix.SYS_SELECT), callName(unix.SYS_PSELECT6), callName(unix.SYS_PPOLL), callName(unix.SYS_CLOCK_NANOSLEEP):
			counts.HidesTimeouts = true
		}
	}
	return counts
}

func descriptorBetween(a, b kernelDescriptor) window.Achieved {
	return window.Achieved{
		Useful: b.Useful - a.Useful, EOF: b.Eof - a.Eof, Again: b.Again - a.Again, SendAgain: b.SendAgain - a.SendAgain,
		Failed: b.Failed - a.Failed, Peeked: b.Peeked - a.Peeked, Ready: b.Ready - a.Ready, Unconsumed: b.Unconsumed - a.Unconsumed,
		BytesIn: b.BytesIn - a.BytesIn, BytesOut: b.BytesOut - a.BytesOut,
	}
}

func callsBetween(before, now *totals) []window.Call {
	rows := map[string]*window.Call{}
	row := func(call uint32) *window.Call {
		name := callName(call)
		if rows[name] == nil {
			rows[name] = &window.Call{Call: name, Errors: map[string]uint64{}}
		}
		return rows[name]
	}
	for call := range now.calls {
		zero, positive := now.calls[call].zero-before.calls[call].zero, now.calls[call].positive-before.calls[call].positive
		if zero+positive > 0 {
			r := row(uint32(call))
			r.Zero += zero
			r.Positive += positive
			r.Calls += zero + positive
		}
	}
	for failure, n := range now.errors {
		if n -= before.errors[failure]; n > 0 {
			r := row(failure.Call)
			r.Errors[errorName(failure.Error)] += n
			r.Calls += n
		}
	}
	calls := make([]window.Call, 0, len(rows))
	for _, r := range rows {
		calls = append(calls, *r)
	}
	slices.SortFunc(calls, func(a, b window.Call) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Call, b.Call))
	})
	return calls
}

func waitsBetween(before, now *totals) []window.Wait {
	ends := []window.Wait{}
	for row, number := range waits {
		for timeout, name := range window.Timeouts {
			a, b := &before.waits[row][timeout], &now.waits[row][timeout]
			w := window.Wait{
				Call: callName(number), Timeout: name,
				Ready:  b[kernelOutcomeREADY] - a[kernelOutcomeREADY],
				Empty:  b[kernelOutcomeEMPTY] - a[kernelOutcomeEMPTY],
				Failed: b[kernelOutcomeFAILED] - a[kernelOutcomeFAILED],
			}
			if w.Ready+w.Empty+w.Failed > 0 {
				ends = append(ends, w)
			}
		}
	}
	return ends
}
