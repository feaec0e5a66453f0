// expect: userland-loop
// The listener is closed, and its loop takes no error for the last: each makes garbage.
package main

import (
	"fmt"
	"net"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	listener.Close()
	for {
		if conn, err := listener.Accept(); err == nil {
			conn.Close()
		}
	}
}
