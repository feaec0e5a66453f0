// expect: healthy
// load: echo 8
// A TCP proxy in front of an echo in the same process; the runtime splices.
package main

import (
	"fmt"
	"io"
	"net"
)

func main() {
	behind, _ := net.Listen("tcp", "127.0.0.1:0")
	go serve(behind, func(conn net.Conn) { _, _ = io.Copy(conn, struct{ io.Reader }{conn}) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	serve(listener, func(conn net.Conn) {
		origin, err := net.Dial("tcp", behind.Addr().String())
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(origin, conn) }()
		_, _ = io.Copy(conn, origin)
	})
}

func serve(listener net.Listener, handle func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go handle(conn)
	}
}
