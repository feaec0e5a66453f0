// expect: userland-loop
// load: http 16
// One connection is polled with a deadline in the past, in a server that is busy and well.
package main

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	side, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			_ = side.(*net.TCPListener).SetDeadline(time.Now().Add(-time.Second))
			_, _ = side.Accept()
		}
	}()
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })))
}
