// expect: empty-wakeups
// also: userland-loop
// load: hold 30; http 4
// Thirty idle connections polled with a read deadline of 100 us each "for the stop flag", beside http on the same port.
package main

import (
	"bufio"
	"fmt"
	"net"
	"time"
)

func main() {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println("listening", l.Addr().(*net.TCPAddr).Port)
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			r := bufio.NewReader(c)
			for {
				c.SetReadDeadline(time.Now().Add(100 * time.Microsecond))
				s, err := r.ReadString('\n')
				if ne, ok := err.(net.Error); ok && ne.Timeout() {
					continue
				}
				if err != nil {
					c.Close()
					return
				}
				if s == "\r\n" {
					fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
				}
			}
		}()
	}
}
