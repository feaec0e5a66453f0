// expect: healthy
// Looks addresses up in a list of networks: functions of package net that compute, and no connection.
package main

import (
	"fmt"
	"net"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	var networks []*net.IPNet
	for i := range 200 {
		_, network, _ := net.ParseCIDR(fmt.Sprintf("10.%d.0.0/16", i))
		networks = append(networks, network)
	}
	found := 0
	for i := 0; ; i++ {
		address := net.IPv4(10, byte(i>>8), byte(i), 1)
		for _, network := range networks {
			if network.Contains(address) {
				found++
			}
		}
	}
}
