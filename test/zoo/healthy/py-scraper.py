# expect: healthy
# A metrics scraper that reads hundreds of files all the time. open() asks each whether it is a terminal (ENOTTY).
import glob, socket

listener = socket.create_server(("127.0.0.1", 0))
print("listening", listener.getsockname()[1], flush=True)
words = 0
while True:
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as file:
                words += len(file.read().split())
        except OSError:
            pass
