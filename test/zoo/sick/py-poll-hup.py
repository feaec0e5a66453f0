# expect: unconsumed-readiness
# load: reset 1
# poll() reports POLLHUP of a connection that was reset; the loop looks at POLLIN alone.
import select, socket

listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
poller = select.poll()
poller.register(listener, select.POLLIN)
conns = {}
while True:
    for fd, event in poller.poll():
        if fd == listener.fileno():
            conn, _ = listener.accept()
            conns[conn.fileno()] = conn
            poller.register(conn, select.POLLPRI)
