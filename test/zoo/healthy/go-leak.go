// expect: healthy
// finding: descriptor-leak
// load: junk-arrivals 100
// Connections whose handshake failed are never closed: descriptors grow, nothing burns.
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
	var conns []net.Conn
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		conns = append(conns, conn)
		go func() { _ = tls.Server(conn, &tls.Config{}).Handshake() }()
	}
}
