// A lookup that gets an answer whose additional section is cut off in the middle of a record.
package main

import (
	"context"
	"fmt"
	"net"
)

func main() {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go answer(server)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
	fmt.Println("ready")
	resolver.LookupIPAddr(context.Background(), "cut.test.")
	select {}
}

func answer(server net.PacketConn) {
	query := make([]byte, 1500)
	for {
		n, from, err := server.ReadFrom(query)
		if err != nil {
			panic(err)
		}
		// The header of RFC 1035, 4.1.1, and the question as it was asked.
		end := 12
		for end < n && query[end] != 0 {
			end += 1 + int(query[end])
		}
		reply := append([]byte{}, query[:end+5]...)
		reply[2], reply[3] = 0x81, 0x80    // a response, recursion available
		reply[8], reply[9] = 0, 0          // no authority records
		reply[10], reply[11] = 0, 1        // one additional record:
		reply = append(reply, 0xc0, 12)    // the name of the question,
		reply = append(reply, 0, 1, 0, 1)  // A, IN,
		reply = append(reply, 0, 0, 0, 60) // for a minute,
		reply = append(reply, 0, 4, 127)   // 4 bytes, of which 1 is there
		server.WriteTo(reply, from)
	}
}
