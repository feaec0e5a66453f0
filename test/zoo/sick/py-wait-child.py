# expect: userland-loop
# load: hold 1
# Asks whether a child has ended (WNOHANG) without a pause.
import os, socket, time

listener = socket.create_server(("127.0.0.1", 0))
if os.fork() == 0:
    time.sleep(60)
    os._exit(0)
print("listening", listener.getsockname()[1], flush=True)
while os.waitpid(-1, os.WNOHANG)[0] == 0:
    pass
