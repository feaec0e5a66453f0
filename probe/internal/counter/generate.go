package counter

//go:generate go tool bpf2go -target amd64 -type class -type call -type kind -type outcome -cflags "-O2 -g -Wall -Werror -mcpu=v3 -I/usr/include/x86_64-linux-gnu" kernel bpf/counter.bpf.c
//go:generate go run names_generate.go
