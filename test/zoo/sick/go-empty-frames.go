// expect: userland-loop
// load: sink 1
// Sends empty frames for ever: each write succeeds, and carries nothing.
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
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			for body := []byte(nil); ; body = body[min(len(body), 16384):] {
				frame := append([]byte{0, 0, 0, 9, 0, 0, 0, 0, 1}, body[:min(len(body), 16384)]...)
				if _, err := conn.Write(frame); err != nil {
					return
				}
			}
		}()
	}
}
