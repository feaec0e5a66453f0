package observe

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"spinlab/probe/internal/counter"
	"spinlab/probe/internal/procfs"
	"spinlab/probe/internal/window"
)

// listed bounds how many descriptors a window names for being futile, and again for being busy.
const listed = 64

// place is where a descriptor is registered; epfd is -1 where it is in no epoll set.
type place struct{ pid, fd, epfd int }

// rows joins what was counted of each descriptor with what is known of it. A descriptor in several epoll sets has a
// row for each set in which it was reported, and what calls achieved on it stands in the first of them.
func (k *kernel) rows(counts *counter.Counts) ([]window.Descriptor, *window.Others) {
	rows := map[place]*window.Descriptor{}
	k.addReported(rows, counts)
	k.addAchieved(rows, counts)
	shared := k.addShared(rows)
	chosen, others := choose(slices.Collect(maps.Values(rows)), shared)
	for i := range chosen {
		k.describe(&chosen[i])
	}
	return chosen, others
}

// addReported makes a row for each registration that a wait reported.
func (k *kernel) addReported(rows map[place]*window.Descriptor, counts *counter.Counts) {
	for key, reported := range counts.Registrations {
		pid := k.inside[key.Tgid]
		at := place{pid, reported.FD, key.Epfd}
		if reported.FD == counter.Orphan {
			at.fd = k.orphanNumber(pid, key)
		}
		row := rows[at]
		if row == nil {
			epfd := key.Epfd
			row = &window.Descriptor{Pid: pid, FD: at.fd, Epfd: &epfd, Orphan: reported.FD == counter.Orphan}
			rows[at] = row
		}
		row.Reported = procfs.EventNames(reported.Events)
		row.Ready += reported.Ready
		row.Unconsumed += reported.Unconsumed
	}
}

func (k *kernel) orphanNumber(pid int, key counter.RegistrationKey) int {
	if p := k.crowd.processes[pid]; p != nil {
		for _, r := range p.scene.Registrations() {
			if r.Epfd == key.Epfd && r.Data == key.Data {
				return r.FD
			}
		}
	}
	return counter.Unknown
}

// addAchieved puts what calls achieved on a descriptor into the busiest of its rows.
func (k *kernel) addAchieved(rows map[place]*window.Descriptor, counts *counter.Counts) {
	busiest := map[place]*window.Descriptor{}
	for at, row := range rows {
		of := place{at.pid, at.fd, -1}
		if first := busiest[of]; !row.Orphan && (first == nil || first.Ready < row.Ready || first.Ready == row.Ready && *first.Epfd > at.epfd) {
			busiest[of] = row
		}
	}
	for key, d := range counts.Descriptors {
		at := place{k.inside[key.Tgid], key.FD, -1}
		row := busiest[at]
		if row == nil {
			row = &window.Descriptor{Pid: at.pid, FD: at.fd}
			rows[at] = row
		}
		if d.Ready > 0 {
			row.Reported = procfs.EventNames(d.Events)
		}
		ready, unconsumed := row.Ready, row.Unconsumed
		row.Achieved, row.Errno, row.Kind = d.Achieved, d.Errno, d.Kind
		row.Ready += ready
		row.Unconsumed += unconsumed
	}
}

// addShared adds the listeners that sit in more than one epoll set, active or not: each connection then wakes several
// loops for one of them. It returns their rows.
func (k *kernel) addShared(rows map[place]*window.Descriptor) map[*window.Descriptor]bool {
	sets := map[uint64][]place{}
	for pid, p := range k.crowd.processes {
		for _, r := range p.scene.Registrations() {
			if p.scene.Listens(r.Inode) {
				sets[r.Inode] = append(sets[r.Inode], place{pid, r.FD, r.Epfd})
			}
		}
	}
	shared := map[*window.Descriptor]bool{}
	for _, places := range sets {
		if len(places) < 2 {
			continue
		}
		for _, at := range places {
			if rows[at] == nil {
				epfd := at.epfd
				rows[at] = &window.Descriptor{Pid: at.pid, FD: at.fd, Epfd: &epfd}
			}
			shared[rows[at]] = true
		}
	}
	return shared
}

// choose lists the most futile and the busiest rows, of shared listeners the first, and sums the rest.
func choose(rows []*window.Descriptor, shared map[*window.Descriptor]bool) ([]window.Descriptor, *window.Others) {
	chosen := []window.Descriptor{}
	take := func(measure func(*window.Descriptor) uint64) {
		slices.SortFunc(rows, func(a, b *window.Descriptor) int {
			return cmp.Or(cmp.Compare(measure(b), measure(a)), cmp.Compare(a.Pid, b.Pid), cmp.Compare(a.FD, b.FD))
		})
		n := min(listed, len(rows))
		for _, row := range rows[:n] {
			chosen = append(chosen, *row)
		}
		rows = rows[n:]
	}
	take(func(d *window.Descriptor) uint64 {
		if shared[d] {
			return math.MaxUint64
		}
		return d.Useless()
	})
	take(func(d *window.Descriptor) uint64 { return d.Useful + d.Ready })
	if len(rows) == 0 {
		return chosen, nil
	}
	others := &window.Others{Count: len(rows)}
	for _, row := range rows {
		others.Add(row.Achieved)
	}
	return chosen, others
}

func (k *kernel) describe(d *window.Descriptor) {
	p := k.crowd.processes[d.Pid]
	if p == nil || d.FD < 0 {
		d.Kind = cmp.Or(d.Kind, "unknown")
		return
	}
	var registration procfs.Registration
	for _, r := range p.scene.RegistrationsOf(d.FD) {
		if d.Epfd == nil && !p.scene.Orphaned(r) {
			d.Epfd = &r.Epfd
		}
		if d.Epfd != nil && r.Epfd == *d.Epfd {
			registration = r
			d.Events = r.EventNames()
		}
	}
	if d.Orphan {
		d.Kind, d.Inode = "unknown", registration.Inode
		return
	}
	p.scene.Describe(d)
	if p.scene.Datagram(d.Inode) { // an empty datagram is not the end of anything
		d.Useful, d.EOF = d.Useful+d.EOF, 0
	}
	d.Alike = p.scene.Alike(registration)
}
