// expect: userland-loop
// load: http 4
// The deadline of a listener that is none: EINVAL, tried again for ever, while those that came before are served.
package main

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

type listener struct {
	net.Listener
	accepted int
}

func (l *listener) Accept() (net.Conn, error) {
	tcp, _ := any(l).(*net.TCPListener)
	for l.accepted >= 4 && tcp.SetDeadline(time.Now().Add(time.Second)) != nil {
	}
	l.accepted++
	return l.Listener.Accept()
}

func main() {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", tcp.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(&listener{Listener: tcp}, http.NotFoundHandler()))
}
