// expect: userland-loop
// A deadline of a datagram socket that has passed: ReadFrom fails at once, for ever.
package main

import (
	"fmt"
	"net"
	"time"
)

func main() {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", conn.LocalAddr().(*net.UDPAddr).Port)
	_ = conn.SetReadDeadline(time.Now().Add(-time.Second))
	buffer := make([]byte, 1500)
	for {
		if n, from, err := conn.ReadFrom(buffer); err == nil {
			_, _ = conn.WriteTo(buffer[:n], from)
		}
	}
}
