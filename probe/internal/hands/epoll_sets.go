package hands

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

// changeSets makes one epoll_ctl(2) call for each set: all of them, or none. A registration is known by the file and by
// its number (epoll(7), Questions and answers, 1), so the file is given the same number here as there.
func changeSets(pid, fd int, sets []Membership, operation int) error {
	return privately(func() error {
		return withPidfd(pid, func(pidfd int) error {
			pidfd, err := besides(pidfd, fd)
			if err != nil {
				return err
			}
			for i, set := range sets {
				holder, err := holderOf(pid, fd, set)
				if err == nil {
					err = changeSet(pidfd, holder, fd, set, operation)
				}
				if i > 0 && errors.Is(err, done[operation]) {
					continue // two descriptors of one epoll set
				}
				if err != nil {
					for _, changed := range sets[:i] {
						_ = changeSet(pidfd, holder, fd, changed, opposite[operation])
					}
					return err
				}
			}
			return nil
		})
	})
}

// What undoes an operation, and what it fails with when it was made before.
var (
	opposite = map[int]int{unix.EPOLL_CTL_ADD: unix.EPOLL_CTL_DEL, unix.EPOLL_CTL_DEL: unix.EPOLL_CTL_ADD}
	done     = map[int]unix.Errno{unix.EPOLL_CTL_ADD: unix.EEXIST, unix.EPOLL_CTL_DEL: unix.ENOENT}
)

func changeSet(pidfd, holder, fd int, set Membership, operation int) error {
	epfd, err := borrow(pidfd, set.Epfd)
	if err != nil {
		return err
	}
	if epfd, err = besides(epfd, fd); err != nil {
		return err
	}
	file, err := borrow(pidfd, holder)
	if err != nil {
		return err
	}
	if file != fd {
		err := unix.Dup3(file, fd, 0)
		_ = unix.Close(file)
		if err != nil {
			return fmt.Errorf("taking the number %d: %w", fd, err)
		}
	}
	// While the duplicate is open, a close by the process itself does not end the registration.
	defer unix.Close(fd)
	event := unix.EpollEvent{Events: set.Events, Fd: int32(set.Data), Pad: int32(set.Data >> 32)}
	if err := unix.EpollCtl(epfd, operation, fd, &event); err != nil {
		return fmt.Errorf("epoll_ctl of descriptor %d in the set %d: %w", fd, set.Epfd, err)
	}
	return nil
}

// besides keeps a descriptor away from the number that is about to be taken.
func besides(own, number int) (int, error) {
	if own != number {
		return own, nil
	}
	return unix.Dup(own)
}

// holderOf is a descriptor of the registered file: the registered one, or a duplicate where that was closed.
func holderOf(pid, fd int, set Membership) (int, error) {
	entry, open := procfs.ReadDescriptor(pid, fd)
	if open && (entry.Inode == 0 || set.Inode == 0 || entry.Inode == set.Inode) {
		return fd, nil
	}
	for number, other := range procfs.Descriptors(pid) {
		if other.Inode != 0 && other.Inode == set.Inode {
			return number, nil
		}
	}
	return 0, refuse("the file that set %d knows as descriptor %d is open in other processes only (inode %d; a child may hold it)", set.Epfd, fd, set.Inode)
}
