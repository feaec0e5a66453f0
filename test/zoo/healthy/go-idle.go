// expect: healthy
// load: hold 4
// Does nothing at all.
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
	for conns := []net.Conn{}; ; {
		conn, _ := listener.Accept()
		conns = append(conns, conn)
	}
}
