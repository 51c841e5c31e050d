"""The built-in server: waitress, with limits against those who only hold connections, and a stop that cuts nobody off.

Who sends nothing, or a head or a body byte by byte, is cut after a time. When all connections are taken, the one goes
that has waited longest without a whole request: who holds hundreds of them shuts nobody out.
"""

import logging
import socket
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
from select import POLLIN, POLLOUT, poll
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

from dossiers.operations.processes import Connections

_HEAD = 32_768
"""Bytes of a request's head; our longest addresses have a few hundred."""

_HELD = 64_000_000
"""Bytes in memory of all requests together that are still on their way in."""

_UPLOADS = "/attach_scan"
"""How the addresses end that take files; whether whoever sends them may is asked when they are there."""

_PATIENCE = 15
"""So many times as long as any other request may files take to arrive."""

_WAITING = 1024
"""Connections the system holds until we take them."""

_MAINTAINS_EVERY = 1.0
"""Seconds between two looks for those to be cut."""

_IN_A_ROW = 0.01
"""Seconds for which a process answers requests that lie there before it looks again what came: to look takes a
hundredth of a page, but who sends a file or comes anew waits for it.
"""

_READS = 65_536
"""Bytes that are taken from a connection at a look."""

_LEAVES = 0.005
"""Seconds for which who comes is left to a process that holds fewer connections; it may be at work."""


class _Parser(HTTPRequestParser):
    """Refuses what tells its length in two ways, and does not ask for a content it will refuse."""

    adj: Any

    @property
    def is_upload(self) -> bool:
        """Whether files are sent to the one page that takes some: they may be large, and take their time."""
        return str(getattr(self, "path", "")).endswith(_UPLOADS)

    def received(self, data: bytes) -> int:
        """Take what came; how much of it belongs to this request."""
        taken: int = super().received(data)
        if self.error is None and not self.is_upload and self._length() > self.adj.most_of_pages:
            self.error, self.completed = RequestEntityTooLarge("more than a page takes"), True
        if self.error is not None:
            self.expect_continue = False
        return taken

    def _length(self) -> int:
        return max(self.content_length, self.body_bytes_received)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head. A proxy that believes the other length sees the next request begin elsewhere (smuggling)."""
        super().parse_header(header_plus)
        head = header_plus.lower()
        if b"\r\ntransfer-encoding:" in head and (b"\r\ncontent-length:" in head or self.version != "1.1"):
            self.chunked, self.body_rcv, self.content_length = False, None, 0
            raise ParsingError("its length is told in two ways")


class _Channel(HTTPChannel):
    """A connection that knows since when it waits for a whole request."""

    parser_class = _Parser
    waits_since = 0.0
    server: Any
    socket: Any
    requests: list[Any]
    request: Any
    _flush_exception: Callable[..., tuple[bool, bool]]
    _flush_some: Callable[..., bool]

    def received(self, data: bytes) -> bool:
        """Take what came; the time of a request begins with its first byte."""
        if self.request is None:
            self.waits_since = time.time()
        return bool(super().received(data))

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Wait until whoever reads a large answer has taken some of it, where no other thread sends meanwhile.

        Who takes nothing for as long as others may be silent is left.
        """
        if not isinstance(self.server.task_dispatcher, _Alone):
            super()._flush_outbufs_below_high_watermark()  # type: ignore[misc] # its stubs leave it out
            return
        while self.connected and self.total_outbufs_len > self.adj.outbuf_high_watermark:
            taken, failed = self._flush_exception(self._flush_some, do_close=False)
            if failed or not (taken or _is_ready(self.socket, POLLOUT, self.adj.channel_timeout)):
                self.handle_close()

    def is_late(self, now: float, idle: int, receiving: int) -> bool:
        """Whether it has been silent, or has been sending one request, for too long."""
        if self.requests:
            return False
        if self.request is not None and self.request.is_upload:
            receiving *= _PATIENCE
        return self.last_activity < now - idle or (self.request is not None and self.waits_since < now - receiving)

    def is_busy(self) -> bool:
        """Whether a request runs, waits to run, is on its way in, or its answer on its way out."""
        return bool(self.requests or self.request is not None or self.total_outbufs_len)


class _Alone(ThreadedTaskDispatcher):
    """Does one request after the other where the connections are read: handing each to the only thread there is, and
    its answer back, would take as long as a tenth of a page.
    """

    queue: deque[_Channel]  # type: ignore[assignment] # its stubs say tasks

    def set_thread_count(self, count: int) -> None:
        """There is no thread to start."""

    def add_task(self, task: Any) -> None:
        """Take a connection with a whole request; it is still being read from."""
        self.queue.append(task)

    def work(self) -> None:
        """Answer the request that came first, and send what the system takes of the answer at once.

        It begins with no context: this thread runs a command in one, and what a request keeps there, such as who asks,
        the next one would find.
        """
        channel = self.queue.popleft()
        try:
            Context().run(channel.service)
        except Exception:  # such as an error of its socket: it ends this connection, not the process
            channel.handle_error()
        if channel.connected and channel.writable():
            wasyncore.write(channel)


class Server(TcpWSGIServer):
    """One process's server on a socket that others may listen on too."""

    channel_class = _Channel
    active_channels: dict[int, _Channel]  # type: ignore[assignment] # its stubs say one channel
    socket: Any
    _map: dict[int, Any]
    _fileno: int
    next_channel_cleanup: float  # type: ignore[assignment] # its stubs say int
    beat: Callable[[], bool] | None = None
    """Asked every second whether to go on."""
    connections: Connections
    """Those of all processes on the socket; its own alone until it is told of others."""
    _left_until = 0.0
    """Until when (monotonic) who waits is left to another process; 0: nobody is."""
    _listened = False

    def __init__(self, app: Flask, listening: socket.socket, threads: int) -> None:
        config = app.config
        self.receiving = int(config["RECEIVE_SECONDS"])
        self.patience = int(config["STOP_SECONDS"])
        self.is_stopping = False
        self.connections = Connections(1)
        self._read_at = 0.0
        limits = Adjustments(
            sockets=[listening],
            threads=threads,
            ident=None,
            backlog=_WAITING,
            asyncore_use_poll=True,  # select takes no more than 1,024
            connection_limit=_allowed(int(config["CONNECTIONS"])),
            channel_timeout=int(config["IDLE_SECONDS"]),
            recv_bytes=_READS,
            cleanup_interval=1,
            max_request_header_size=_HEAD,
            max_request_body_size=max(2 * config["MAX_CONTENT_LENGTH"], 1_000_000 * (config["UPLOAD_MEGABYTES"] + 1)),
            inbuf_overflow=4 * config["MAX_CONTENT_LENGTH"],  # only files that are sent are ever put on the disk
            clear_untrusted_proxy_headers=False,
            **_behind(config["TRUSTED_PROXY"]),
        )
        limits.most_of_pages = 2 * config["MAX_CONTENT_LENGTH"]  # type: ignore[attr-defined] # ours, for _Parser
        dispatcher = ThreadedTaskDispatcher() if threads > 1 else _Alone()
        dispatcher.set_thread_count(threads)
        address = (listening.family, listening.type, listening.proto, listening.getsockname())
        super().__init__(
            app, {}, True, listening, dispatcher=dispatcher, adj=limits, bind_socket=False, sockinfo=address
        )

    def readable(self) -> bool:
        """Whether to take another connection; now and then it looks for those to be cut.

        It takes them also while it is at work: of several processes each may always be, and who comes would wait.
        """
        now = time.time()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + _MAINTAINS_EVERY
            self.maintenance(self._read_at)  # what came since then may lie unread while a request ran
        self.connections.hold(len(self.active_channels))
        self._listened = bool(self.accepting) and not self._leaves()
        return self._listened

    def _leaves(self) -> bool:
        """Whether who waits is left to another process: that has fewer, and some time to come."""
        return time.monotonic() < self._left_until and self.connections.is_fewer_elsewhere()

    def _is_at_work(self) -> bool:
        return self.task_dispatcher.active_count > 0 or bool(self.task_dispatcher.queue)

    def handle_accept(self) -> None:
        """Take a connection; when all are taken, shut the one that has waited longest without a whole request.

        Where another process holds fewer, it is first left to that one: else one may get most of those who stay.
        """
        if not self._left_until and self.connections.is_fewer_elsewhere():
            self._left_until = time.monotonic() + _LEAVES
            return
        self._left_until = 0.0
        if len(self.active_channels) >= self.adj.connection_limit:
            waiting = [channel for channel in self.active_channels.values() if not channel.requests]
            if not waiting:
                return
            min(waiting, key=lambda channel: max(channel.waits_since, channel.creation_time)).handle_close()
        super().handle_accept()
        self.connections.hold(len(self.active_channels))

    def maintenance(self, now: float) -> None:
        """Cut those who are late, and who send most when all that is on its way in has grown too large."""
        idle, receiving = (1, 3) if self.is_stopping else (self.adj.channel_timeout, self.receiving)
        coming: list[_Channel] = []
        for channel in list(self.active_channels.values()):
            if self.is_stopping and not channel.is_busy():
                continue  # `_shut_idle` looks whether a request has just arrived
            if channel.is_late(now, idle, receiving):
                channel.will_close = True
            elif channel.request is not None:
                coming.append(channel)
        coming.sort(key=self._in_memory)
        held = sum(map(self._in_memory, coming))
        while held > _HELD:
            largest = coming.pop()
            held -= self._in_memory(largest)
            largest.will_close = True

    def _in_memory(self, channel: _Channel) -> int:
        return min(int(channel.request.body_bytes_received), self.adj.inbuf_overflow)

    def pull_trigger(self) -> None:
        """Wake the thread that reads; who answers in that thread looks by itself what is left to send."""
        if self.is_stopping or not isinstance(self.task_dispatcher, _Alone):
            super().pull_trigger()

    def stop(self, *_signal: Any) -> None:
        """Take no more connections, finish what runs, then let `run` return; asked twice, end at once."""
        if self.is_stopping:
            self.patience = 0
        self.is_stopping = True
        self.pull_trigger()

    def run(self) -> None:
        """Serve until `stop`, or until `beat` says so."""
        asked = time.monotonic()
        while not self.is_stopping:
            self._turn(1.0)
            if self.beat is not None and time.monotonic() - asked > 1:
                asked = time.monotonic()
                if not self.beat():  # only ever set here: a signal may have set it meanwhile
                    self.is_stopping = True
        self._finish()

    def _turn(self, seconds: float) -> None:
        alone = self.task_dispatcher if isinstance(self.task_dispatcher, _Alone) else None
        left = self._left_until
        if alone and alone.queue:
            seconds = 0.0
        elif left:
            seconds = min(seconds, _LEAVES)
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)
        if left and self._listened and left == self._left_until:
            self._left_until = 0.0  # it was taken elsewhere
        self._read_at = time.time()
        until = time.monotonic() + _IN_A_ROW
        while alone and alone.queue:
            alone.work()
            if self.is_stopping or time.monotonic() > until:
                break

    def _finish(self) -> None:
        """Answer whatever reached us before the end: who waits to be taken, what was sent already, what runs."""
        until = time.monotonic() + self.patience
        self.connections.take_none()
        self.connections, self._left_until = Connections(1), 0.0  # nobody is left to others any more
        while _is_ready(self.socket, POLLIN) and time.monotonic() < until:
            before = len(self.active_channels)
            self.handle_accept()
            if len(self.active_channels) == before:
                break  # another process took it
        self.accepting = False
        self._map.pop(self._fileno, None)
        self.socket.close()
        quiet_since = time.monotonic()
        while self.patience and time.monotonic() < until:
            self._turn(0.05)
            self._shut_idle()
            if self._is_at_work() or any(channel.is_busy() for channel in self.active_channels.values()):
                quiet_since = time.monotonic()
            elif not self.active_channels or time.monotonic() - quiet_since > 0.5:
                break
            self.maintenance(time.time())
        self.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        wasyncore.close_all(self._map)

    def _shut_idle(self) -> None:
        """Shut connections on which nothing is asked, unless a request has just arrived on one."""
        for channel in list(self.active_channels.values()):
            if channel.socket is not None and not channel.is_busy() and not _is_ready(channel.socket, POLLIN):
                channel.will_close = True


def _is_ready(one: socket.socket, what: int, seconds: float = 0) -> bool:
    """Whether something has come (POLLIN), or can be sent (POLLOUT), before so many seconds are over or it is shut."""
    asked = poll()
    asked.register(one, what)
    return any(came == what for _one, came in asked.poll(1000 * seconds))


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for connections. Raises OSError."""
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_WAITING)
    except BaseException:
        made.close()
        raise
    return made


def quiet() -> None:
    """Keep the server from saying that requests wait: one a thread is busy is no news."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def _behind(proxy: str | None) -> dict[str, Any]:
    if proxy is None:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {"trusted_proxy": proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": headers}


def _allowed(connections: int) -> int:
    """So many connections, or what the system lets a process have open."""
    spare = 200  # the database, the log, files being sent
    soft, hard = getrlimit(RLIMIT_NOFILE)
    wanted = connections + spare
    if soft != RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == RLIM_INFINITY else min(wanted, hard)
        setrlimit(RLIMIT_NOFILE, (soft, hard))
    return connections if soft == RLIM_INFINITY else max(10, min(connections, soft - spare))
