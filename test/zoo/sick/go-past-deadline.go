// expect: userland-loop
// load: hold 2
// A deadline that has passed already: Accept fails before it makes any call.
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
	for {
		_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(-time.Second))
		if conn, err := listener.Accept(); err == nil {
			conn.Close()
		}
	}
}
