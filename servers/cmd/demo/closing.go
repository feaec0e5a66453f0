package main

import (
	"net"
	"syscall"
	"time"
)

func init() { demonstrations["closing"] = closing }

// watchFor is how long waits are counted in each state.
const watchFor = 300 * time.Millisecond

// closing follows a registered socket through FIN_WAIT2, the peer's FIN and TIME_WAIT, and tells what epoll reports of it.
func closing([]string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: port}); err != nil {
		return err
	}
	peer, err := listener.Accept()
	if err != nil {
		return err
	}
	epfd, err := syscall.EpollCreate1(0)
	if err != nil {
		return err
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
	if err := syscall.EpollCtl(epfd, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		return err
	}
	syscall.Shutdown(fd, syscall.SHUT_WR)
	finWait2, _ := reports(epfd)
	peer.Close()
	closed, events := reports(epfd)
	buffer := make([]byte, 1)
	n, readErr := syscall.Read(fd, buffer)
	// Both ends are shut: the socket is in TIME_WAIT while its descriptor is still open.
	syscall.Close(fd)
	timeWait, _ := reports(epfd)
	return say(map[string]any{
		"finWait2Reports": finWait2, "closedReports": closed, "closedEvents": events,
		"readAfterClose": n, "readError": readErr != nil, "afterCloseReports": timeWait,
	})
}

// reports counts the waits that return the socket within a while, and tells the events of the last.
func reports(epfd int) (count int, mask uint32) {
	events := make([]syscall.EpollEvent, 1)
	for end := time.Now().Add(watchFor); time.Now().Before(end) && count < 1000; {
		n, _ := syscall.EpollWait(epfd, events, 20)
		if n > 0 {
			count++
			mask = events[0].Events
		}
	}
	return count, mask
}
