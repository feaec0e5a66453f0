// expect: healthy
// load: http 16
// net/http with all its timeouts: deadlines are set for each request.
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
	server := &http.Server{
		ReadTimeout: time.Second, WriteTimeout: time.Second, IdleTimeout: time.Minute, ReadHeaderTimeout: time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }),
	}
	panic(server.Serve(listener))
}
