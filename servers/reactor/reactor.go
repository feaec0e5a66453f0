// Package reactor is a single-threaded epoll loop, level-triggered unless a registration says otherwise.
// It knows descriptors and events, nothing of what flows through them.
package reactor

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrClosed is returned by Do once the loop has ended.
var ErrClosed = errors.New("the reactor is closed")

// batch is how many ready descriptors one wait returns at most.
const batch = 128

// Ready is called on the loop's thread with the events (EPOLLIN, …) that were reported for a descriptor.
type Ready func(events uint32)

// Reactor waits for descriptors and calls whoever watches them. All methods but Do, Turns, ReadyEvents and Close
// must be called on its own thread: from a Ready function, or from a function given to Do.
type Reactor struct {
	epfd    int
	wake    int
	watched map[int]watch
	events  []syscall.EpollEvent

	turns, ready atomic.Uint64

	mu      sync.Mutex
	tasks   []func()
	closing bool
	ended   chan struct{}
}

// watch is one registration; the epoll key is the descriptor's number.
type watch struct {
	ready Ready
	// turn in which it was made: events of that same turn were meant for an earlier owner of the number
	turn uint64
}

// Start makes an epoll instance and begins to wait on a thread of its own.
func Start() (*Reactor, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("cannot create an epoll instance: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(epfd)
		return nil, fmt.Errorf("cannot create an eventfd: %w", err)
	}
	r := &Reactor{
		epfd:    epfd,
		wake:    wake,
		watched: map[int]watch{},
		events:  make([]syscall.EpollEvent, batch),
		ended:   make(chan struct{}),
	}
	if err := r.Add(wake, unix.EPOLLIN, r.runTasks); err != nil {
		unix.Close(wake)
		unix.Close(epfd)
		return nil, err
	}
	go r.run()
	return r, nil
}

// Turns is how often a wait has returned.
func (r *Reactor) Turns() uint64 { return r.turns.Load() }

// ReadyEvents is how many ready descriptors the waits have returned in all.
func (r *Reactor) ReadyEvents() uint64 { return r.ready.Load() }

// Add watches fd for events; the loop takes no ownership of it.
func (r *Reactor) Add(fd int, events uint32, ready Ready) error {
	if err := r.control(unix.EPOLL_CTL_ADD, fd, events); err != nil {
		return err
	}
	r.watched[fd] = watch{ready, r.turns.Load()}
	return nil
}

// Modify changes the events that a watched fd is watched for. As the kernel looks anew at the descriptor, an edge
// that had passed is reported once more (epoll_ctl(2), EPOLL_CTL_MOD; ep_modify in fs/eventpoll.c).
func (r *Reactor) Modify(fd int, events uint32) error {
	return r.control(unix.EPOLL_CTL_MOD, fd, events)
}

// Remove stops watching fd. Closing alone would not: a registration lives as long as any duplicate of the
// descriptor (epoll(7), questions and answers).
func (r *Reactor) Remove(fd int) error {
	delete(r.watched, fd)
	return r.control(unix.EPOLL_CTL_DEL, fd, 0)
}

// Do runs f on the loop's thread between two descriptors and returns when it is done. It must not be called there.
func (r *Reactor) Do(f func()) error {
	done := make(chan struct{})
	if err := r.enqueue(func() { f(); close(done) }); err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-r.ended:
		return ErrClosed
	}
}

// Close ends the loop. Descriptors that were watched stay open.
func (r *Reactor) Close() {
	if r.enqueue(func() { r.closing = true }) == nil {
		<-r.ended
	}
}

func (r *Reactor) enqueue(task func()) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.ended:
		return ErrClosed
	default:
	}
	r.tasks = append(r.tasks, task)
	// Under the lock, so that the descriptor cannot be closed meanwhile. EAGAIN means that a wake-up is due anyway.
	if _, err := unix.Write(r.wake, one); err != nil && err != unix.EAGAIN {
		return fmt.Errorf("cannot wake the reactor: %w", err)
	}
	return nil
}

// one is what wakes the loop: an eventfd takes 64-bit numbers (eventfd(2)).
var one = []byte{1, 0, 0, 0, 0, 0, 0, 0}

func (r *Reactor) runTasks(uint32) {
	var counter [8]byte
	unix.Read(r.wake, counter[:])
	r.mu.Lock()
	tasks := r.tasks
	r.tasks = nil
	r.mu.Unlock()
	for _, task := range tasks {
		task()
	}
}

// run panics where the kernel refuses to wait: EBADF, EFAULT and EINVAL are mistakes of this program (epoll_wait(2)).
func (r *Reactor) run() {
	// One thread, so that an observer sees the loop as one line of its list of threads.
	runtime.LockOSThread()
	defer r.end()
	for !r.closing {
		// This is epoll_wait(2), as C servers call it; unix.EpollWait is epoll_pwait, like the Go runtime's own poller.
		n, err := syscall.EpollWait(r.epfd, r.events, -1)
		turn := r.turns.Add(1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			panic(fmt.Sprintf("epoll_wait: %v", err))
		}
		r.ready.Add(uint64(n))
		for _, event := range r.events[:n] {
			// Whoever was called before in this turn may have removed it, or given its number to another.
			if w, ok := r.watched[int(event.Fd)]; ok && w.turn != turn {
				w.ready(event.Events)
			}
		}
	}
}

func (r *Reactor) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.ended)
	unix.Close(r.wake)
	unix.Close(r.epfd)
}

func (r *Reactor) control(operation, fd int, events uint32) error {
	event := unix.EpollEvent{Events: events, Fd: int32(fd)}
	if err := unix.EpollCtl(r.epfd, operation, fd, &event); err != nil {
		return fmt.Errorf("epoll_ctl of descriptor %d: %w", fd, err)
	}
	return nil
}
