// expect: healthy
// finding: empty-wakeups
// load: hold 40
// nofile: 24
// Accept at the descriptor limit with a pause of 5 ms, as net/http does: too cheap to be a spin, worth a finding.
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
	var conns []net.Conn
	for {
		conn, err := listener.Accept()
		if err != nil {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		conns = append(conns, conn)
	}
}
