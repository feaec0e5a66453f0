# expect: error-loop
# load: echo 1
# A thread waits for a file to appear by asking for it without a pause, beside an echo.
import os, socket, threading, time


def serve(conn):
    while data := conn.recv(4096):
        conn.sendall(data)
        time.sleep(0.01)


def wait():
    while not os.path.exists("/tmp/no-such-file"):
        pass


listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
threading.Thread(target=wait, daemon=True).start()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
