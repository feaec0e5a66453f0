// Command half-close spins: a level-triggered epoll loop that is told of the end of a stream and never reads it.
package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
	check(err)
	epfd, err := syscall.EpollCreate1(0)
	check(err)
	// The data is no descriptor, as in many event loops: it has to be looked up.
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: 7700 + int32(pair[0])}
	check(syscall.EpollCtl(epfd, syscall.EPOLL_CTL_ADD, pair[0], &event))
	check(syscall.Shutdown(pair[1], syscall.SHUT_WR))
	fmt.Printf("%d %d\n", os.Getpid(), pair[0])
	events := make([]syscall.EpollEvent, 16)
	for {
		_, err := syscall.EpollWait(epfd, events, 1000)
		if err != syscall.EINTR {
			check(err)
		}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "half-close:", err)
		os.Exit(1)
	}
}
