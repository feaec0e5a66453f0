# expect: userland-loop
# load: hold 2
# recv on non-blocking sockets in a loop without any wait.
import socket

listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
listener.setblocking(False)
conns = []
while True:
    try:
        conn = listener.accept()[0]
        conn.setblocking(False)
        conns.append(conn)
    except BlockingIOError:
        pass
    for conn in conns:
        try:
            conn.recv(4096)
        except BlockingIOError:
            pass
