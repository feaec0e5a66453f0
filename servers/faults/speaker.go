package faults

import (
	"bytes"
	"fmt"

	"golang.org/x/sys/unix"
)

// speaker is a connection whose HTTP requests are answered by the loop that watches it, as a small C server does it.
type speaker struct {
	fd int
	// begun is what has come of the next request.
	begun []byte
}

// maxHead is how long a request may be; it has no body.
const maxHead = 8 << 10

var endOfHead = []byte("\r\n\r\n")

// answer reads what has come and answers each request that is complete. It tells whether the connection is still of use.
func (s *speaker) answer(body func() string) (open bool) {
	var buffer [4 << 10]byte
	n, err := unix.Read(s.fd, buffer[:])
	if err == unix.EAGAIN || err == unix.EINTR {
		return true
	}
	if err != nil || n == 0 {
		return false
	}
	s.begun = append(s.begun, buffer[:n]...)
	for {
		_, rest, complete := bytes.Cut(s.begun, endOfHead)
		if !complete {
			return len(s.begun) <= maxHead
		}
		s.begun = rest
		text := body()
		answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
		if _, err := unix.Write(s.fd, []byte(answer)); err != nil {
			return false
		}
	}
}
