// expect: healthy
// load: sink 300
// Three hundred connections with a heartbeat of 50 ms each.
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
			for range time.Tick(50 * time.Millisecond) {
				if _, err := conn.Write([]byte("ping")); err != nil {
					return
				}
			}
		}()
	}
}
