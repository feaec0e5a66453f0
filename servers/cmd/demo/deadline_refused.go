package main

import (
	"net"
	"net/http"
	"syscall"
	"time"
)

func init() { demonstrations["deadline-refused"] = deadlineRefused }

// deadlineRefused is net/http on connections whose deadlines cannot be set.
func deadlineRefused([]string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{
		ReadTimeout: time.Minute,
		Handler:     http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) }),
	}
	go server.Serve(refusing{listener})
	return stay(map[string]string{"listen": listener.Addr().String()})
}

type refusing struct{ net.Listener }

func (r refusing) Accept() (net.Conn, error) {
	connection, err := r.Listener.Accept()
	return refusingConn{connection}, err
}

type refusingConn struct{ net.Conn }

func (refusingConn) SetDeadline(time.Time) error      { return syscall.EINVAL }
func (refusingConn) SetReadDeadline(time.Time) error  { return syscall.EINVAL }
func (refusingConn) SetWriteDeadline(time.Time) error { return syscall.EINVAL }
