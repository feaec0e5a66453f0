// A level-triggered echo server that ignores half-closed connections and errors of accept.
package main

import (
	"fmt"
	_ "net" // with cgo it brings libc and its threads
	"os"
	"syscall"
)

func main() {
	listener := must(syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0))
	must(0, syscall.Bind(listener, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(0, syscall.Listen(listener, 16))
	epfd := must(syscall.EpollCreate1(0))
	watch := func(fd int, events uint32) {
		must(0, syscall.EpollCtl(epfd, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd)}))
	}
	watch(listener, syscall.EPOLLIN)
	fmt.Println(os.Getpid(), must(syscall.Getsockname(listener)).(*syscall.SockaddrInet4).Port)
	events, buffer := make([]syscall.EpollEvent, 16), make([]byte, 64)
	for {
		n, _ := syscall.EpollWait(epfd, events, -1)
		for _, e := range events[:max(n, 0)] {
			switch fd := int(e.Fd); {
			case fd == listener:
				if c, _, err := syscall.Accept4(listener, syscall.SOCK_NONBLOCK); err == nil {
					watch(c, syscall.EPOLLIN|syscall.EPOLLRDHUP)
				}
			case e.Events&syscall.EPOLLHUP != 0:
				syscall.Close(fd)
			case e.Events&syscall.EPOLLRDHUP == 0:
				if n, _ := syscall.Read(fd, buffer); n > 0 {
					syscall.Write(fd, buffer[:n])
				}
			}
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
