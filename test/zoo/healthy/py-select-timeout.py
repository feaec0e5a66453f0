# expect: healthy
# load: echo 2
# select() with a timeout of 10 ms, as in socketserver's serve_forever.
import select, socket

listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
conns = [listener]
while True:
    for s in select.select(conns, [], [], 0.01)[0]:
        if s is listener:
            conns.append(s.accept()[0])
        elif data := s.recv(4096):
            s.sendall(data)
        else:
            conns.remove(s)
            s.close()
