# expect: empty-wakeups
# also: userland-loop
# load: paced 2
# A task that waits for a flag with sleep(0), beside honest connections.
import asyncio


async def echo(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    done = False
    while not done:
        await asyncio.sleep(0)


asyncio.run(main())
