// expect: userland-loop
// load: http 8
// A select with an empty default, in a server that is busy and well.
package main

import (
	"fmt"
	"net"
	"net/http"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	jobs, done := make(chan int), make(chan struct{})
	go func() {
		for {
			select {
			case <-jobs:
			case <-done:
				return
			default:
			}
		}
	}()
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })))
}
