"""The one machine's door: what an answer is written in does not wait for the reader to say that it has the first part."""

import asyncio
import socket
from contextlib import closing

from cchc.embedded_web import listen


async def option_of_an_accepted_connection(listening: socket.socket) -> int:
    """Accept somebody as the server does; give whether small parts are sent at once."""
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def look(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(look, sock=listening):
        _, caller = await asyncio.open_connection(*listening.getsockname()[:2])
        found = await accepted
        caller.close()
    return found


def test_the_parts_of_an_answer_are_sent_at_once() -> None:
    with closing(listen("127.0.0.1", 0)) as listening:
        assert asyncio.run(option_of_an_accepted_connection(listening)) == 1
