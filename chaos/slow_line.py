"""A slow line between the workers and PostgreSQL: every message takes a while, so that a chunk takes seconds, not milliseconds.

Nothing in the workers or the database knows of it. A kill meets a worker at any of its steps, also between a COMMIT that is
under way and its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading

CHUNK = 65_536  # bytes


class SlowLine:
    """Listens on a port of its own and passes on what it hears, `delay` seconds later in each direction."""

    def __init__(self, target: int) -> None:
        self.delay = 0.0
        self.port = 0
        self.callers: dict[int, int] = {}  # the port that the server sees: the port of who called
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        threading.Thread(target=self._run, name="slow line", daemon=True).start()
        self._ready.wait()

    def _run(self) -> None:
        self._loop.run_until_complete(self._listen())
        self._loop.run_forever()

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._call, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        ours = there_writer.get_extra_info("sockname")[1]
        self.callers[ours] = writer.get_extra_info("peername")[1]
        try:
            ways = (self._pass_on(reader, there_writer), self._pass_on(there_reader, writer))
            tasks = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        finally:
            del self.callers[ours]
            for end in (writer, there_writer):
                end.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
