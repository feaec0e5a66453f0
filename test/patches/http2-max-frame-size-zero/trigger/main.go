// An HTTP/2 server that announces SETTINGS_MAX_FRAME_SIZE = 0 (RFC 9113, 6.5.2, allows 16384 and more), then reads and drops everything.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	for announced := false; ; announced = true {
		c, err := net.Dial("tcp", os.Args[1])
		if err != nil {
			panic(err)
		}
		c.Write([]byte{0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0}) // SETTINGS, 5 (MAX_FRAME_SIZE) = 0
		c.Write([]byte{0, 0, 0, 4, 1, 0, 0, 0, 0})                   // SETTINGS, ACK
		c.Read(make([]byte, 1))
		if !announced {
			fmt.Println("ready")
		}
		// Not c itself: it would splice.
		io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{c}, make([]byte, 256<<10))
		c.Close()
	}
}
