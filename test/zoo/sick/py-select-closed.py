# expect: error-loop
# load: halfclose 1
# select() over a connection that has ended: recv gives nothing, the error goes to the log, and round it goes.
import select, socket, sys

listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
conns = [listener]
while True:
    ready, _, _ = select.select(conns, [], [])
    for s in ready:
        if s is listener:
            conns.append(s.accept()[0])
        elif data := s.recv(4096):
            s.sendall(data)
        else:
            sys.stderr.write("peer said nothing\n")
