// Command server accepts TLS connections on 127.0.0.1 and [::1] and closes each after its handshake.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// limited is a connection in a connection, as many servers have them.
type limited struct{ net.Conn }

func main() {
	config := &tls.Config{Certificates: []tls.Certificate{certificate()}}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			panic(err)
		}
		fmt.Print(listener.Addr(), " ")
		go func() {
			for {
				accepted, err := listener.Accept()
				if err != nil {
					return
				}
				go func() {
					_ = accepted.SetDeadline(time.Now().Add(time.Minute))
					connection := tls.Server(limited{accepted}, config)
					if accepted.LocalAddr().(*net.TCPAddr).IP.To4() != nil {
						connection = tls.Server(accepted, config)
					}
					_ = connection.Handshake()
					_ = connection.Close()
				}()
			}
		}()
	}
	fmt.Println()
	_, _ = os.Stdin.Read(make([]byte, 1))
}
