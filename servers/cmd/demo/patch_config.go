package main

import (
	"crypto/tls"
	"net"
	"net/http"
)

func init() { demonstrations["patch-config"] = patchConfig }

// patchConfig replaces http.Server.TLSConfig while the server serves, as the article's patchTLSConfig does, and tells which
// certificate new connections get before and after.
func patchConfig([]string) error {
	old, err := selfSigned(1)
	if err != nil {
		return err
	}
	fresh, err := selfSigned(2)
	if err != nil {
		return err
	}
	server := &http.Server{TLSConfig: &tls.Config{Certificates: []tls.Certificate{old}}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go server.ServeTLS(listener, "", "")
	before, err := serialAt(listener.Addr().String())
	if err != nil {
		return err
	}
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{fresh}}
	after, err := serialAt(listener.Addr().String())
	if err != nil {
		return err
	}
	return say(map[string]int64{"before": before, "after": after})
}

func serialAt(address string) (int64, error) {
	connection, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}
