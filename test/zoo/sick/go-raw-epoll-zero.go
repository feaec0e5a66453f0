// expect: empty-wakeups
// load: hold 2
// A raw epoll loop whose wait has a timeout of 0.
package main

import (
	"fmt"
	"net"
	"syscall"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	file, _ := listener.(*net.TCPListener).File()
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	epfd, _ := syscall.EpollCreate1(0)
	fd := int(file.Fd())
	_ = syscall.SetNonblock(fd, true)
	_ = syscall.EpollCtl(epfd, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
	for events := make([]syscall.EpollEvent, 8); ; {
		if n, _ := syscall.EpollWait(epfd, events, 0); n > 0 {
			_, _, _ = syscall.Accept4(fd, syscall.SOCK_NONBLOCK)
		}
	}
}
