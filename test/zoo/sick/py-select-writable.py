# expect: unconsumed-readiness
# load: hold 2
# As in old asyncore servers: every connection says that it wants to write, and select() agrees.
import select, socket

listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
conns = []
while True:
    readable, writable, _ = select.select([listener, *conns], conns, [])
    for s in readable:
        if s is listener:
            conns.append(s.accept()[0])
        elif not s.recv(4096):
            conns.remove(s)
