// expect: userland-loop
// load: bytes 1; hold 2
// for { if err := d.Decode(&v); err != nil { continue } }: a syntax error is kept, and returned at once for ever.
package main

import (
	"encoding/json"
	"fmt"
	"net"
)

func main() {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println("listening", l.Addr().(*net.TCPAddr).Port)
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go handle(c)
	}
}
func handle(c net.Conn) {
	d := json.NewDecoder(c)
	var v map[string]any
	for {
		if err := d.Decode(&v); err != nil {
			continue
		}
		c.Write([]byte("ok\n"))
	}
}
