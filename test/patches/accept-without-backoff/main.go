// A stock net/http server that may open few descriptors.
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
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 32, Max: 32}); err != nil {
		panic(err)
	}
	fmt.Println("ready", listener.Addr())
	panic(http.Serve(listener, nil))
}
