package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"sort"
	"time"
)

func init() { demonstrations["rejection"] = rejection }

// tries is how many handshakes each figure is the median of.
const tries = 51

// rejection measures how long a client waits for the refusal of GetConfigForClient, by what is looked at, and for a whole handshake;
// and tells the alert that a refusal is answered with.
func rejection([]string) error {
	certificate, err := selfSigned(1)
	if err != nil {
		return err
	}
	accept := func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, nil }
	stages := map[string]func(*tls.ClientHelloInfo) (*tls.Config, error){
		"sni": func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if hello.ServerName == "refused.test" {
				return nil, errors.New("sni rejected")
			}
			return nil, nil
		},
		"version": func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			for _, version := range hello.SupportedVersions {
				if version >= tls.VersionTLS12 {
					return nil, errors.New("version refused")
				}
			}
			return nil, nil
		},
		"alpn": func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if len(hello.SupportedProtos) > 0 {
				return nil, errors.New("alpn refused")
			}
			return nil, nil
		},
		"none": accept,
	}
	medians := map[string]float64{}
	var alert []byte
	for name, stage := range stages {
		config := &tls.Config{Certificates: []tls.Certificate{certificate}, GetConfigForClient: stage}
		durations := make([]float64, tries)
		for i := range durations {
			took, sent, failed := handshake(config)
			if failed != (name != "none") {
				return errors.New("stage " + name + " did not do what it is for")
			}
			durations[i] = took.Seconds() * 1000
			if name == "sni" {
				alert = sent
			}
		}
		sort.Float64s(durations)
		medians[name] = durations[tries/2]
	}
	return say(map[string]any{"medianMs": medians, "record": int(alert[0]), "level": int(alert[5]), "alert": int(alert[6])})
}

// handshake tells how long it took the client to know, and what the server sent.
func handshake(config *tls.Config) (took time.Duration, sent []byte, failed bool) {
	clientEnd, serverEnd := loopback()
	defer clientEnd.Close()
	go func() {
		tls.Server(serverEnd, config).Handshake()
		serverEnd.Close()
	}()
	recorder := &recording{Conn: clientEnd}
	begun := time.Now()
	err := tls.Client(recorder, &tls.Config{ServerName: "refused.test", InsecureSkipVerify: true, NextProtos: []string{"h2"}}).Handshake()
	return time.Since(begun), recorder.seen, err != nil
}

// recording keeps what was read.
type recording struct {
	net.Conn
	seen []byte
}

func (r *recording) Read(buffer []byte) (int, error) {
	n, err := r.Conn.Read(buffer)
	r.seen = append(r.seen, buffer[:n]...)
	return n, err
}

func loopback() (client, server net.Conn) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	if client, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		panic(err)
	}
	if server, err = listener.Accept(); err != nil {
		panic(err)
	}
	return client, server
}

func selfSigned(serial int64) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"lab.test"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
