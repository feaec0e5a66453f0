// expect: error-loop
// load: hold 1
// A connected UDP client that sends again at once on ECONNREFUSED.
package main

import (
	"fmt"
	"net"
)

func main() {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println("listening", l.Addr().(*net.TCPAddr).Port)
	go func() {
		for {
			l.Accept()
		}
	}()
	c, _ := net.Dial("udp", "127.0.0.1:9")
	for {
		if _, err := c.Write([]byte("x")); err == nil {
			b := make([]byte, 10)
			if _, err := c.Read(b); err == nil {
				return
			}
		}
	}
}
