// Command go-tls-server is stock crypto/tls as a test server: it shakes hands, says how that went, and closes.
//
//	go-tls-server CERTIFICATES
//
// It prints its address, then for each connection one JSON line {"peer","error"}; error is "" when the handshake was
// complete. The end of its standard input ends it.
package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "go-tls-server: takes one argument, the folder of chain.pem and key.pem")
		os.Exit(2)
	}
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "go-tls-server: %v\n", err)
		os.Exit(1)
	}
}

func serve(certificates string) error {
	certificate, err := tls.LoadX509KeyPair(filepath.Join(certificates, "chain.pem"), filepath.Join(certificates, "key.pem"))
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	go accept(listener, config)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func accept(listener net.Listener, config *tls.Config) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go shakeHands(connection, config)
	}
}

func shakeHands(connection net.Conn, config *tls.Config) {
	defer connection.Close()
	result := struct {
		Peer  string `json:"peer"`
		Error string `json:"error"`
	}{Peer: connection.RemoteAddr().String()}
	if err := tls.Server(connection, config).Handshake(); err != nil {
		result.Error = err.Error()
	}
	line, _ := json.Marshal(result)
	fmt.Println(string(line))
}
