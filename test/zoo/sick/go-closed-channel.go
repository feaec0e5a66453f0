// expect: userland-loop
// load: hold 2
// A loop over a closed channel: it always has something to receive.
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
	closed := make(chan struct{})
	close(closed)
	go func() {
		for tick := time.Tick(time.Second); ; {
			select {
			case <-closed:
			case <-tick:
			}
		}
	}()
	for {
		if _, err := listener.Accept(); err != nil {
			panic(err)
		}
	}
}
