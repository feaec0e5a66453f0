module spinlab/test/bisect/gnet

go 1.19

require github.com/panjf2000/gnet v1.4.1
