// expect: error-loop
// load: hold 40
// nofile: 24
// A loop around Accept that goes on at once after an error.
package main

import (
	"fmt"
	"net"
	"syscall"
)

func main() {
	var limit syscall.Rlimit
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	var conns []net.Conn
	for {
		if conn, err := listener.Accept(); err == nil {
			conns = append(conns, conn)
		}
	}
}
