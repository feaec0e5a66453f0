package main

import (
	"encoding/json"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() {
	roles["calls"] = func() { serve(makeCalls(newCast())) }
}

// cast holds the descriptors of a process whose calls are all known.
type cast struct {
	Zero, Epoll, Reader, Writer, Empty, EmptyPeer, Ended, Full, FullPeer, Listener, Eventfd, PipeIn, PipeOut, File, Datagrams, Urgent int
	Accepted                                                                                                                          int
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func socketPair() (int, int) {
	pair := must(unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0))
	return pair[0], pair[1]
}

func newCast() *cast {
	c := &cast{}
	c.Zero = must(unix.Open("/dev/zero", unix.O_RDONLY, 0))
	c.Epoll = must(unix.EpollCreate1(0))
	c.Reader, c.Writer = socketPair()
	must(0, unix.EpollCtl(c.Epoll, unix.EPOLL_CTL_ADD, c.Reader, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: 0x7abc, Pad: 0x1234}))
	c.Empty, c.EmptyPeer = socketPair()
	var peer int
	c.Ended, peer = socketPair()
	unix.Close(peer)
	c.Full, c.FullPeer = socketPair()
	for chunk := make([]byte, 1<<16); ; {
		if _, err := unix.Write(c.Full, chunk); err != nil {
			break
		}
	}
	c.Listener = must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0))
	must(0, unix.Bind(c.Listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(0, unix.Listen(c.Listener, 128))
	// Bytes out of band have come, and are not read.
	sender := must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0))
	must(0, unix.Connect(sender, must(unix.Getsockname(c.Listener))))
	c.Urgent = accept(c.Listener)
	must(0, unix.Sendto(sender, []byte{1}, unix.MSG_OOB, nil))
	c.Datagrams = must(unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0))
	must(0, unix.Bind(c.Datagrams, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	c.Eventfd = must(unix.Eventfd(0, unix.EFD_NONBLOCK))
	var ends [2]int
	must(0, unix.Pipe2(ends[:], unix.O_NONBLOCK))
	c.PipeIn, c.PipeOut = ends[0], ends[1]
	c.File = must(unix.Open("/proc/self/exe", unix.O_RDONLY, 0))
	return c
}

func times(n int, call func()) {
	for range n {
		call()
	}
}

// Three calls that the package makes by newer ones of another name.
func epollWait(epfd int, events []unix.EpollEvent, timeout int) {
	unix.Syscall6(unix.SYS_EPOLL_WAIT, uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), uintptr(timeout), 0, 0)
}

func poll(fds []unix.PollFd, timeout int) {
	unix.Syscall(unix.SYS_POLL, uintptr(unsafe.Pointer(&fds[0])), uintptr(len(fds)), uintptr(timeout))
}

func accept(fd int) int {
	accepted, _, _ := unix.Syscall(unix.SYS_ACCEPT, uintptr(fd), 0, 0)
	return int(accepted)
}

func milliseconds(n int) *unix.Timespec {
	ts := unix.NsecToTimespec(int64(n) * int64(time.Millisecond))
	return &ts
}

// makeCalls makes calls in numbers that exact_test.go expects, and answers with the descriptors that it made them on.
func makeCalls(c *cast) func() string {
	buffer := make([]byte, 64)
	events := make([]unix.EpollEvent, 8)
	return func() string {
		times(50000, func() { unix.Read(c.Zero, buffer) })
		times(20000, func() { epollWait(c.Epoll, events, 0) })
		times(300, func() { epollWait(c.Epoll, events, 1) })
		times(20, func() { epollWait(c.Epoll, events, 5) })
		unix.Write(c.Writer, buffer[:10])
		times(11000, func() { epollWait(c.Epoll, events, -1) })
		times(10000, func() { unix.Recvfrom(c.Reader, buffer, unix.MSG_PEEK) })
		times(10, func() { unix.Recvfrom(c.Reader, buffer[:1], 0) })
		times(4000, func() { unix.Recvfrom(c.Empty, buffer, 0) })
		times(2500, func() { unix.Read(c.Ended, buffer) })
		times(1200, func() { unix.Write(c.Full, buffer) })
		times(7000, func() { accept(c.Listener) })
		times(3000, func() { unix.Close(99999) })
		connectAndAccept(c, 100)
		times(300, func() {
			unix.EpollCtl(c.Epoll, unix.EPOLL_CTL_ADD, c.Empty, &unix.EpollEvent{})
			unix.EpollCtl(c.Epoll, unix.EPOLL_CTL_DEL, c.Empty, nil)
		})
		waits(c)
		moves(c, buffer)
		return string(must(json.Marshal(c)))
	}
}

func connectAndAccept(c *cast, n int) {
	address := must(unix.Getsockname(c.Listener))
	for range n {
		client := must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0))
		must(0, unix.Connect(client, address))
		c.Accepted = accept(c.Listener)
		must(0, unix.Shutdown(c.Accepted, unix.SHUT_WR))
		unix.Close(c.Accepted)
		unix.Close(client)
	}
}

// waits waits in all the other ways.
func waits(c *cast) {
	idle := []unix.PollFd{{Fd: int32(c.Empty), Events: unix.POLLIN}, {Fd: -1}}
	times(40, func() { poll(idle, 1) })
	times(30, func() { unix.Ppoll(idle, milliseconds(2), nil) })
	ready := []unix.PollFd{{Fd: int32(c.Empty), Events: unix.POLLIN}, {Fd: int32(c.Zero), Events: unix.POLLIN}}
	times(600, func() { poll(ready, 0) })
	var set unix.FdSet
	times(25, func() {
		set.Zero()
		set.Set(c.Empty)
		unix.Pselect(c.Listener+1, &set, nil, nil, milliseconds(20), nil)
	})
	times(500, func() {
		set.Zero()
		set.Set(c.Ended)
		set.Set(c.Empty)
		unix.Syscall6(unix.SYS_SELECT, uintptr(c.Listener+1), uintptr(unsafe.Pointer(&set)), 0, 0, 0, 0)
	})
	times(200, func() {
		set.Zero()
		set.Set(c.Urgent)
		unix.Syscall6(unix.SYS_SELECT, uintptr(c.Urgent+1), 0, 0, uintptr(unsafe.Pointer(&set)), 0, 0)
	})
	short := unix.NsecToTimespec(50_000)
	times(60, func() { unix.Syscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&short)), 0, 0) })
	times(35, func() {
		var until unix.Timespec
		must(0, unix.ClockGettime(unix.CLOCK_MONOTONIC, &until))
		until = unix.NsecToTimespec(until.Nano() + 5_000_000)
		unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &until, nil)
	})
	var one unix.EpollEvent
	wait := unix.NsecToTimespec(200_000)
	times(45, func() {
		unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(c.Epoll), uintptr(unsafe.Pointer(&one)), 1, uintptr(unsafe.Pointer(&wait)), 0, 0)
	})
}

// moves sends bytes in all the other ways.
func moves(c *cast, buffer []byte) {
	times(150, func() {
		unix.Write(c.Eventfd, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		unix.Read(c.Eventfd, buffer)
	})
	times(80, func() {
		offset := int64(0)
		unix.Sendfile(c.EmptyPeer, c.File, &offset, 16)
		unix.Splice(c.Empty, nil, c.PipeOut, nil, 16, 0)
		unix.Readv(c.PipeIn, [][]byte{buffer[:16]})
	})
	times(70, func() {
		unix.Sendmsg(c.EmptyPeer, buffer[:7], nil, nil, 0)
		unix.Recvmsg(c.Empty, buffer, nil, unix.MSG_PEEK)
		unix.Recvmsg(c.Empty, buffer, nil, 0)
	})
	itself := must(unix.Getsockname(c.Datagrams))
	times(40, func() {
		must(0, unix.Sendto(c.Datagrams, nil, 0, itself))
		unix.Read(c.Datagrams, buffer)
	})
}
