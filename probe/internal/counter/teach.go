package counter

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
)

// Registered is one descriptor in one epoll set of a process, as fdinfo shows it. FD may be Orphan.
type Registered struct {
	Epfd, FD int
	Data     uint64
}

// Teach tells the kernel side which descriptor is behind the data that a process's epoll waits report, and which
// descriptors cannot be told apart because they were registered with equal data: progress on any of them then counts
// for all. What it knew about registrations of the process that are not given is forgotten.
//
// It must not be called while attached: it rewrites entries that the programs count in.
func (c *Counter) Teach(tgid uint32, registered []Registered) error {
	known := map[kernelRegistrationKey]bool{}
	var keys []kernelRegistrationKey
	var values []kernelRegistration
	var followers []kernelDescriptorKey
	var leaders []int32
	leader := map[kernelRegistrationKey]int32{}
	for _, r := range registered {
		key := kernelRegistrationKey{Tgid: tgid, Epfd: int32(r.Epfd), Data: r.Data}
		if first, again := leader[key]; again && r.FD >= 0 && first >= 0 {
			followers, leaders = append(followers, kernelDescriptorKey{Tgid: tgid, Fd: int32(r.FD)}), append(leaders, first)
			continue
		}
		leader[key] = int32(r.FD)
		known[key] = true
		value, exists := c.before.registrations[key]
		if exists && value.Fd == int32(r.FD) {
			continue
		}
		value.Fd, value.Session = int32(r.FD), 0
		keys, values = append(keys, key), append(values, value)
		c.before.registrations[key] = value
	}
	var stale []kernelRegistrationKey
	for key := range c.before.registrations {
		if key.Tgid == tgid && !known[key] {
			stale = append(stale, key)
			delete(c.before.registrations, key)
		}
	}
	for len(stale) > 0 {
		n, err := c.objects.Registrations.BatchDelete(stale, nil)
		if errors.Is(err, ebpf.ErrKeyNotExist) {
			n++ // it has given way already
		} else if err != nil {
			return fmt.Errorf("forgetting %d epoll registrations: %w", len(stale), err)
		}
		stale = stale[n:]
	}
	if len(keys) > 0 {
		if _, err := c.objects.Registrations.BatchUpdate(keys, values, nil); err != nil {
			return fmt.Errorf("teaching %d epoll registrations: %w", len(keys), err)
		}
	}
	if len(followers) > 0 {
		if _, err := c.objects.Alike.BatchUpdate(followers, leaders, nil); err != nil {
			return fmt.Errorf("teaching %d descriptors registered alike: %w", len(followers), err)
		}
		c.control.Alike = 1
	}
	return nil
}
