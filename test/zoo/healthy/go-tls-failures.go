// expect: healthy
// load: junk 4
// A flood of broken ClientHellos at stock crypto/tls: busy, and each one ends.
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
			_ = tls.Server(conn, &tls.Config{}).Handshake()
			conn.Close()
		}()
	}
}
