// expect: userland-loop
// load: echo 2
// A consumer that yields with runtime.Gosched until something comes, beside an echo server.
package main

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"sync/atomic"
)

func main() {
	var n atomic.Int64
	go func() {
		for n.Load() == 0 {
			runtime.Gosched()
		}
	}()
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println("listening", l.Addr().(*net.TCPAddr).Port)
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() { io.Copy(c, c); c.Close() }()
	}
}
