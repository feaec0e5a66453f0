// expect: empty-wakeups
// load: http 16
// Leaked timers in a server that is busy and well: each wait finds something to do.
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
