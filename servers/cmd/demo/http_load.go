package main

import (
	"errors"
	"net/http"
	"strconv"
)

func init() { demonstrations["http-load"] = httpLoad }

// httpLoad asks IP:PORT over so many kept connections, each as soon as the last answer is there.
func httpLoad(args []string) error {
	if len(args) != 2 {
		return errors.New("takes IP:PORT and a number of connections")
	}
	connections, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	// The first answer shows that the server is there.
	if err := request(http.DefaultClient, args[0]); err != nil {
		return err
	}
	for i := 0; i < connections; i++ {
		go func() {
			for request(http.DefaultClient, args[0]) == nil {
			}
		}()
	}
	return stay(map[string]int{"connections": connections})
}
