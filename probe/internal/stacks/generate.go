package stacks

//go:generate go tool bpf2go -target amd64 -cflags "-O2 -g -Wall -Werror -mcpu=v3 -I/usr/include/x86_64-linux-gnu" sampler bpf/sample.bpf.c
