// expect: healthy
// finding: busy-computing
// load: hold 1
// One goroutine computes in a single tight loop, beside an idle listener.
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
	defer listener.Close()
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	go func() {
		for x := 1.0; x > 0; x = x*1.0000001 + 1e-9 {
			continue
		}
	}()
	select {}
}
