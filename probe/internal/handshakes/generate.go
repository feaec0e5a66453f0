package handshakes

//go:generate go tool bpf2go -target amd64 -type number_kind -cflags "-O2 -g -Wall -Werror -mcpu=v3 -I/usr/include/x86_64-linux-gnu" kernel bpf/handshake.bpf.c
