// expect: userland-loop
// load: badhello 1
// A failed TLS handshake is tried again for ever: crypto/tls keeps the error and returns it without any call.
package main

import (
	"crypto/tls"
	"fmt"
	"net"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			for session := tls.Server(conn, &tls.Config{}); session.Handshake() != nil; {
				continue
			}
		}()
	}
}
