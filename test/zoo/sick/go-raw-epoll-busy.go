// expect: unconsumed-readiness
// load: http 16
// A raw level-triggered epoll thread that ignores EPOLLRDHUP, in a net/http server that is busy and well.
package main

import (
	"fmt"
	"net"
	"net/http"
	"syscall"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	pair, _ := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	_ = syscall.Shutdown(pair[0], syscall.SHUT_WR)
	epfd, _ := syscall.EpollCreate1(0)
	_ = syscall.EpollCtl(epfd, syscall.EPOLL_CTL_ADD, pair[1], &syscall.EpollEvent{Events: syscall.EPOLLRDHUP, Fd: int32(pair[1])})
	go func() {
		for events := make([]syscall.EpollEvent, 8); ; {
			_, _ = syscall.EpollWait(epfd, events, -1)
		}
	}()
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })))
}
