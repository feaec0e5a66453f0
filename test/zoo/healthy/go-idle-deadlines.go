// expect: healthy
// load: hold 1000
// A thousand idle connections, each with a read deadline of one second.
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
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			for buffer := make([]byte, 512); ; {
				_ = conn.SetReadDeadline(time.Now().Add(time.Second))
				if n, err := conn.Read(buffer); n == 0 && err != nil && !err.(net.Error).Timeout() {
					return
				}
			}
		}()
	}
}
