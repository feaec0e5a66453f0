// expect: healthy
// load: http 16
// Counts each request by a datagram to an agent that is down: every second one is refused, and nobody waits for it.
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
	gone, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	metrics, err := net.Dial("udp", gone.LocalAddr().String())
	if err != nil {
		panic(err)
	}
	gone.Close()
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = metrics.Write([]byte("requests:1|c"))
		_, _ = w.Write([]byte("hello"))
	})))
}
