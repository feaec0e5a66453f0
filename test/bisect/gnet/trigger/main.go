// A slow reader: sends to an echo server until that takes no more, and never reads.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

func main() {
	c, err := net.Dial("tcp", os.Args[1])
	for start := time.Now(); err != nil && time.Since(start) < 5*time.Second; c, err = net.Dial("tcp", os.Args[1]) {
		time.Sleep(10 * time.Millisecond) // gnet says that it is ready before it listens
	}
	if err != nil {
		panic(err)
	}
	defer c.Close()
	c.(*net.TCPConn).SetReadBuffer(64 << 10)
	chunk := make([]byte, 64<<10)
	for sent := 0; sent < 32<<20; {
		c.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := c.Write(chunk)
		sent += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			panic(err)
		}
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
