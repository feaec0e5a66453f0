// expect: error-loop
// load: http 16
// A pipe of two connections whose reader ignores io.EOF, in a server that is busy and well.
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
	side, _ := net.Listen("tcp", "127.0.0.1:0")
	client, _ := net.Dial("tcp", side.Addr().String())
	_ = client.(*net.TCPConn).CloseWrite()
	go func() {
		conn, _ := side.Accept()
		for buffer := make([]byte, 512); ; {
			_, _ = conn.Read(buffer)
		}
	}()
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })))
}
