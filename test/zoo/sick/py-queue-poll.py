# expect: empty-wakeups
# load: echo 1
# A worker polls its queue each 50 us, beside a thread that serves.
import queue, socket, threading, time

jobs = queue.Queue()


def work():
    while True:
        try:
            jobs.get_nowait()
        except queue.Empty:
            time.sleep(0.00002)


def serve(conn):
    while data := conn.recv(4096):
        conn.sendall(data)
        time.sleep(0.01)


listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
