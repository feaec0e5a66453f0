# expect: error-loop
# load: hold 30
# nofile: 24
# accept at the descriptor limit in a thread of its own, each failure goes to the log.
import logging, socket

logging.basicConfig(level=logging.INFO)
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
print("listening", listener.getsockname()[1], flush=True)
conns = []
while True:
    try:
        conns.append(listener.accept())
    except OSError as error:
        logging.warning("accept: %s", error)
