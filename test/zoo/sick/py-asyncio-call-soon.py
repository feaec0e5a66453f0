# expect: empty-wakeups
# also: userland-loop
# load: hold 2
# A callback that puts itself back with call_soon: the loop never blocks, it polls with a timeout of 0.
import asyncio


async def main():
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()

    def again():
        loop.call_soon(again)

    again()
    await asyncio.Event().wait()


asyncio.run(main())
