// expect: userland-loop
// also: healthy
// finding: userland-loop
// load: bytes 1
// A parser that makes no progress on an incomplete message: pure user space, in the handler of a connection.
package main

import (
	"bytes"
	"fmt"
	"net"
)

// split cuts complete lines off; the bug: it asks to be called again although nothing was cut off.
func split(data []byte) (rest []byte, more bool) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return data[i+1:], true
	}
	return data, len(data) > 0
}

func serve(conn net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		for data, more := buffer[:n], true; more; {
			data, more = split(data)
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go serve(conn)
	}
}
