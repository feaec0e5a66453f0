"""A level-triggered echo server that ignores half-closed connections and errors of accept."""

import os
import select
import socket

listener = socket.create_server(("127.0.0.1", 0))
listener.setblocking(False)
poll = select.epoll()
poll.register(listener, select.EPOLLIN)
connections = {}
print(os.getpid(), listener.getsockname()[1], flush=True)
while True:
    for fd, events in poll.poll():
        if fd == listener.fileno():
            try:
                connection, _ = listener.accept()
            except OSError:
                continue
            poll.register(connection, select.EPOLLIN | select.EPOLLRDHUP)
            connections[connection.fileno()] = connection
        elif events & select.EPOLLHUP:
            connections.pop(fd).close()
        elif not events & select.EPOLLRDHUP:
            connections[fd].send(connections[fd].recv(64))
