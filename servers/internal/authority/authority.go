// Package authority makes certificates for tests.
package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority is a root certificate, with two leaves for the same names in a folder, laid out as the target wants it.
type Authority struct {
	Folder string
	Roots  *x509.CertPool
	// Serial is the number of the leaf in chain.pem, Next of the one in next-chain.pem.
	Serial, Next *big.Int
}

// New makes an authority that ends with the test.
func New(t *testing.T) Authority {
	t.Helper()
	rootKey := newKey(t)
	root := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "test root"},
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	root, err := x509.ParseCertificate(sign(t, root, root, rootKey, rootKey))
	if err != nil {
		t.Fatal(err)
	}
	a := Authority{Folder: t.TempDir(), Roots: x509.NewCertPool(), Serial: big.NewInt(2), Next: big.NewInt(3)}
	a.Roots.AddCert(root)
	for prefix, serial := range map[string]*big.Int{"": a.Serial, "next-": a.Next} {
		key := newKey(t)
		leaf := sign(t, &x509.Certificate{
			SerialNumber: serial,
			NotAfter:     time.Now().Add(time.Hour),
			DNSNames:     []string{"lab.test"},
			IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		}, root, key, rootKey)
		secret, err := x509.MarshalECPrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		a.write(t, prefix+"chain.pem", "CERTIFICATE", leaf)
		a.write(t, prefix+"key.pem", "EC PRIVATE KEY", secret)
	}
	return a
}

// Client is what a sane client of a server with these certificates is configured with.
func (a Authority) Client() *tls.Config {
	return &tls.Config{RootCAs: a.Roots, ServerName: "lab.test", NextProtos: []string{"http/1.1"}}
}

func (a Authority) write(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(filepath.Join(a.Folder, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, certificate, issuer *x509.Certificate, key, issuerKey *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, certificate, issuer, &key.PublicKey, issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
