// expect: healthy
// load: sink 4
// Streams as fast as the peers take it.
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
	block := make([]byte, 32<<10)
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			for {
				if _, err := conn.Write(block); err != nil {
					return
				}
			}
		}()
	}
}
