// expect: healthy
// finding: empty-wakeups
// load: hold 2
// A listener with a deadline of 1 ms that is set again and again: a twentieth of a core.
package main

import (
	"fmt"
	"net"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	var conns []net.Conn
	for {
		_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(time.Millisecond))
		if conn, err := listener.Accept(); err == nil {
			conns = append(conns, conn)
		}
	}
}
