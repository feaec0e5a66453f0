package hands

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

// entry is a registration to be changed, and where its file is open.
type entry struct {
	set   Membership
	files []place
}

// changeSets makes one epoll_ctl(2) call for each set: all of them, or none.
func changeSets(pid, fd int, sets []Membership, operation int) error {
	entries := make([]entry, 0, len(sets))
	for _, set := range sets {
		files := holders(pid, fd, set)
		if len(files) == 0 {
			return refuse("the file that set %d of process %d knows as descriptor %d is in no process that we see (inode %d)", set.Epfd, pid, fd, set.Inode)
		}
		entries = append(entries, entry{set, files})
	}
	return privately(func() error {
		for i, e := range entries {
			err := e.change(pid, fd, operation)
			if err == nil || i > 0 && errors.Is(err, done[operation]) { // two descriptors of one epoll set
				continue
			}
			for _, changed := range entries[:i] {
				_ = changed.change(pid, fd, opposite[operation])
			}
			return err
		}
		return nil
	})
}

// What undoes an operation, and what it fails with when it was made before.
var (
	opposite = map[int]int{unix.EPOLL_CTL_ADD: unix.EPOLL_CTL_DEL, unix.EPOLL_CTL_DEL: unix.EPOLL_CTL_ADD}
	done     = map[int]unix.Errno{unix.EPOLL_CTL_ADD: unix.EEXIST, unix.EPOLL_CTL_DEL: unix.ENOENT}
)

// change makes the call. A registration is known by the file and by its number (epoll(7), Questions and answers, 1),
// so the file is given the same number here as there.
func (e entry) change(pid, fd, operation int) error {
	epfd, err := borrow(place{pid, e.set.Epfd}, fd)
	if err != nil {
		return err
	}
	defer unix.Close(epfd)
	event := unix.EpollEvent{Events: e.set.Events, Fd: int32(e.set.Data), Pad: int32(e.set.Data >> 32)}
	for _, file := range e.files {
		if err = borrowAs(file, fd); err != nil {
			continue
		}
		err = unix.EpollCtl(epfd, operation, fd, &event)
		// As long as the duplicate is open, a close by the process itself does not end the registration.
		_ = unix.Close(fd)
		if err != unix.ENOENT { // both ends of a pipe have one inode
			break
		}
	}
	if err != nil {
		return fmt.Errorf("changing descriptor %d in the epoll set %d: %w", fd, e.set.Epfd, err)
	}
	return nil
}

// holders are where the registered file is open: under its number, or as a duplicate where the number was closed, here
// or in a process that inherited it.
func holders(pid, fd int, set Membership) []place {
	if now, open := procfs.ReadDescriptor(pid, fd); open && (now.Inode == 0 || set.Inode == 0 || now.Inode == set.Inode) {
		return []place{{pid, fd}}
	}
	var found []place
	for _, other := range append([]int{pid}, procfs.Pids()...) {
		for number, d := range procfs.Descriptors(other) {
			if d.Inode != 0 && d.Inode == set.Inode {
				found = append(found, place{other, number})
			}
		}
	}
	return found
}
