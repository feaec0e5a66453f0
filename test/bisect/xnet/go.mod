module spinlab/test/bisect/xnet

go 1.19

require golang.org/x/net v0.0.0-20211116231205-47ca1ff31462
