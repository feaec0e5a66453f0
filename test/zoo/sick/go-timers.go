// expect: empty-wakeups
// load: hold 2
// Five thousand timers of 5 ms that set themselves again and are never stopped.
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
	for i := range 5000 {
		var again func()
		again = func() { time.AfterFunc(5*time.Millisecond, again) }
		time.AfterFunc(time.Duration(i)*time.Microsecond, again)
	}
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })))
}
