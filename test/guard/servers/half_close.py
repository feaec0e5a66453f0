# guard: half-close error-loop both
# guard: half-close error-loop both 2
# Level-triggered. While the answer to /events is pending, the end of the stream is put off, and the connection stays registered.
# With an argument, as that many workers.
import os
import selectors
import socket
import sys

listener = socket.create_server(("127.0.0.1", 0))
listener.setblocking(False)
workers = int(sys.argv[1]) if len(sys.argv) > 1 else 0
for _ in range(workers):
    if os.fork() == 0:
        break
else:
    # The parent of workers only waits for them.
    if workers:
        os.wait()
        sys.exit()

selector = selectors.DefaultSelector()
pending = set()
selector.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                continue
            selector.register(connection, selectors.EVENT_READ)
            continue
        try:
            data = key.fileobj.recv(4096)
        except ConnectionResetError:
            data = b""
            pending.discard(key.fileobj)
        if key.fileobj in pending:
            continue
        if not data:
            selector.unregister(key.fileobj)
            key.fileobj.close()
        elif data.startswith(b"GET /events"):
            pending.add(key.fileobj)
        elif b"\r\n\r\n" in data:
            key.fileobj.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
