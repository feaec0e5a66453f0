// A server that waits for what its only client does not send.
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
	fmt.Println("ready", listener.Addr())
	for {
		c, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		c.Read(make([]byte, 1))
	}
}
