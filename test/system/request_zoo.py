"""Requests that break the rules, each on a connection of its own: the daemon answers each with the
status that fits and one line that says why, answers nothing that is hidden behind it, and serves the
next client.

usage: request_zoo.py tls PORT CA CERTIFICATE KEY
       request_zoo.py unix SOCKET"""

import ctypes
import json
import re
import select
import socket
import ssl
import sys

END = b"\r\n\r\n"
MEGABYTE = b"x" * 1000000


def request(target, *headers, method=b"GET", version=b"HTTP/1.1", host=b"Host: localhost"):
    lines = [method + b" " + target + b" " + version]
    return b"\r\n".join(lines + ([host] if host else []) + list(headers)) + END


# --- the rows: name, bytes, statuses of the answers in order. Then the connection is closed, and
# what came behind is not answered; a sound request, which just asks for nothing that there is, may
# leave it open.
SOUND = "sound"

# What libmicrohttpd 1.0 decides itself, before the daemon sees a request. With its strict rules for
# clients a NUL in the request's line is no line, nor is one that it has no room for, nor an empty one
# in front; these connections it ends.
SINCE_1_0 = {
    "NUL in the path": [], "NUL in the query": [], "NUL in the method": [], "NUL in the version": [],
    "method of 1 MB": [], "NULs, taken for an empty line": [], "empty lines in front": [],
    "3,000 arguments": [431],
}


def library_version():
    library = ctypes.CDLL("libmicrohttpd.so.12")
    library.MHD_get_version.restype = ctypes.c_char_p
    return int(library.MHD_get_version().split(b".")[0])


def as_library_has_it(rows):
    strict = library_version() >= 1
    for name, row, statuses, *may_go_on in rows:
        yield name, row, SINCE_1_0.get(name, statuses) if strict else statuses, may_go_on == [SOUND]


def target_rows(good):
    folder = good.rsplit(b"/", 1)[0]
    hidden = [
        b"/../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/..%2f..%2fetc%2fpasswd",
        b"/..\\..\\etc\\passwd", b"/..%5cca.key", b"//ca.key", b"/./ca.key", b"/ca.key/",
        b"/%2fetc%2fpasswd", b"/%252e%252e%252fca.key", b"/ca.key%00.crt", b"/%00",
        b"/%c0%af..%c0%afetc%c0%afpasswd", b"/%e0%80%af", b"/%f0%80%80%ae", b"/%ff%fe", b"/%",
        b"/%zz", b"/%2", b"/;ca.key", b"/" + b"a" * 9000, b"/" + b"../" * 3000,
    ]
    for path in hidden:
        yield f"path {path[:40].decode()}", request(folder + path), [404], SOUND
    yield "path without its first slash", request(good[1:]), [404], SOUND
    yield "absolute form", request(b"https://localhost" + good), [404], SOUND
    yield "absolute form of a file", request(b"file:///etc/passwd"), [404], SOUND
    yield "asterisk form", request(b"*", method=b"OPTIONS"), [404], SOUND
    yield "authority form", request(b"localhost:443", method=b"CONNECT"), [404], SOUND
    yield "empty target", b"GET  HTTP/1.1\r\nHost: x" + END, [400]
    yield "NUL in the path", request(good + b"\0.crt"), [400]
    yield "NUL in the query", request(good + b"?a=\0b"), [400]
    yield "bytes above 0x7f", request(folder + b"/\xc3\xa4"), [400]
    yield "control character", request(folder + b"/\x01"), [400]
    yield "DEL", request(folder + b"/\x7f"), [400]
    yield "blank in the path", request(folder + b"/a b"), [400]
    yield "tabulator in the path", request(folder + b"/a\tb"), [400]
    yield "fragment", request(folder + b"/nothing#x"), [404], SOUND
    yield "path of 1 MB", request(folder + b"/" + MEGABYTE), [414]


def line_rows(good):
    yield "no target and no version", b"GET" + END, []
    yield "HTTP/0.9", b"GET " + good + b"\r\n", [400]
    yield "HTTP/0.9 with a version", request(good, version=b"HTTP/0.9"), [505]
    yield "HTTP/2.0", request(good, version=b"HTTP/2.0"), [505]
    yield "HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0", [505]
    yield "HTTP/3.0", request(good, version=b"HTTP/3.0"), [505]
    for version in (b"HTTP/1", b"HTTP/1.10", b"http/1.1", b"HTTP/1,1", b"HTTP/x.y", b"ICY/1.0", b"HTTP/1.1 "):
        yield f"version {version.decode()!r}", request(good, version=version), [400]
    yield "two blanks before the target", b"GET  " + good + b" HTTP/1.1\r\nHost: x" + END, [400]
    yield "two blanks before the version", b"GET " + good + b"  HTTP/1.1\r\nHost: x" + END, [400]
    yield "tabulators for blanks", b"GET\t" + good + b"\tHTTP/1.1\r\nHost: x" + END, []
    yield "a blank in front", b" " + request(good), []
    yield "NUL in the method", request(good, method=b"GE\0T"), [400]
    yield "NUL in the version", request(good, version=b"HTTP/1.1\0"), [400]
    yield "a byte above 0x7f in the method", request(good, method=b"G\xc3T"), [400]
    yield "brackets in the method", request(good, method=b"(GET)"), [400]
    for method in (b"DELETE", b"PUT", b"PATCH", b"TRACE", b"BREW", b"get", b"X" * 4000):
        yield f"method {method[:9].decode()}", request(good, method=method), [405], SOUND
    yield "method of 1 MB", request(good, method=MEGABYTE), [414]
    yield "bytes that are no HTTP", bytes(range(1, 256)) * 8, []
    yield "NULs, taken for an empty line", b"\0" * 4000 + b"\r\n" + request(good), [200], SOUND


def header_rows(good):
    many = [b"X-%d: y" % i for i in range(10000)]
    yield "10,000 headers", request(good, *many), [431]
    yield "a header of 1 MB", request(good, b"X: " + MEGABYTE), [431]
    yield "a name of 1 MB", request(good, MEGABYTE + b": x"), [431]
    yield "1 MB without a colon", request(good, MEGABYTE), [431]
    yield "1 MB of cookies", request(good, b"Cookie: " + b"a=b; " * 200000), [431]
    yield "without a colon", request(good, b"nonsense"), [400]
    yield "without a name", request(good, b": x"), [400]
    yield "blank before the colon", request(good, b"X : y"), [400]
    yield "blank in the name", request(good, b"X Y: z"), [400]
    yield "blank before the first", b"GET " + good + b" HTTP/1.1\r\n Host: x" + END, [400]
    yield "brackets in the name", request(good, b"(X): y"), [400]
    yield "a byte above 0x7f in the name", request(good, b"X\xe4: y"), [400]
    yield "folded", request(good, b"X: a\r\n b"), [400]
    yield "folded by a tabulator", request(good, b"X: a\r\n\tb"), [400]
    yield "a name that folding completes", request(good, b"Content-Len: 5\r\n gth"), [400]
    yield "NUL in the name", request(good, b"X\0: y"), [400]
    yield "NUL in the value", request(good, b"X: a\0b"), [400]
    yield "NUL in the last value", request(good, b"X: a\0"), [400]
    yield "CR in the value", request(good, b"X: a\rY: b"), [400]
    yield "CR without LF", request(good, b"X: y").replace(b"\r\n", b"\r") + END, [400]
    yield "LF without CR", request(good, b"X: y\nY: z"), [400]
    yield "LF without CR at the end", request(good)[:-2] + b"\n", [400]
    yield "LF without CR in the first line", b"GET " + good + b" HTTP/1.1\nHost: x" + END, [400]
    yield "control character", request(good, b"X: a\x07b"), [400]
    yield "DEL", request(good, b"X: a\x7fb"), [400]
    yield "no Host", request(good, host=None), [400]
    yield "two Hosts", request(good, b"Host: localhost"), [400]
    yield "two Hosts in HTTP/1.0", request(good, b"host: a", version=b"HTTP/1.0"), [400]


def framing_rows(good, post):
    """What one reader may take for the body of a request, and another for the next one."""
    hidden = request(good)
    chunked = b"Transfer-Encoding: chunked"
    last = b"0" + END
    for name, headers, status in (
        ("length and coding", [b"Content-Length: 5", chunked], 400),
        ("coding and length", [chunked, b"Content-Length: 5"], 400),
        ("coding twice", [chunked, chunked], 400),
        ("coding twice, the second unknown", [chunked, b"Transfer-Encoding: x"], 400),
        ("two codings in one", [b"Transfer-Encoding: gzip, chunked"], 501),
        ("chunked twice in one", [b"Transfer-Encoding: chunked, chunked"], 501),
        ("blank before the colon", [b"Transfer-Encoding : chunked"], 400),
        ("xchunked", [b"Transfer-Encoding: xchunked"], 501),
        ("identity", [b"Transfer-Encoding: identity"], 501),
        ("quoted", [b'Transfer-Encoding: "chunked"'], 501),
        ("with a comma", [b"Transfer-Encoding: chunked,"], 501),
        ("behind a vertical tabulator", [b"Transfer-Encoding: \x0bchunked"], 400),
        ("behind a NUL", [b"Transfer-Encoding: \0chunked"], 400),
        ("folded", [b"Transfer-Encoding:\r\n chunked"], 400),
        ("behind a bare CR", [b"X: y\rTransfer-Encoding: chunked"], 400),
        ("two lengths", [b"Content-Length: 5", b"Content-Length: 6"], 400),
        ("a length twice", [b"Content-Length: 5", b"Content-Length: 5"], 400),
        ("two lengths in one", [b"Content-Length: 5, 5"], 400),
        ("length -1", [b"Content-Length: -1"], 400),
        ("length +5", [b"Content-Length: +5"], 400),
        ("length 0x5", [b"Content-Length: 0x5"], 400),
        ("length 5.0", [b"Content-Length: 5.0"], 400),
        ("length 1e1", [b"Content-Length: 1e1"], 400),
        ("empty length", [b"Content-Length:"], 400),
        ("length with a NUL", [b"Content-Length: 0\x005"], 400),
        ("length 2^64", [b"Content-Length: 18446744073709551616"], 413),
        ("length of 100 digits", [b"Content-Length: " + b"9" * 100], 413),
        ("blank before the length's colon", [b"Content-Length : 5"], 400),
    ):
        for method, target in ((b"GET", good), (b"POST", post)):
            row = request(target, *headers, method=method) + last + hidden
            yield f"{method.decode()}, {name}", row, [status]
    yield "GET with a body", request(good, b"Content-Length: 5") + b"hello" + hidden, [400]
    yield "GET with a request as its body", request(good, b"Content-Length: %d" % len(hidden)) + hidden, [400]
    yield "GET with a chunked body", request(good, chunked) + last + hidden, [400]
    yield "HEAD with a body", request(good, b"Content-Length: 5", method=b"HEAD") + b"hello" + hidden, [400]
    old = request(good, b"Connection: keep-alive", chunked, version=b"HTTP/1.0")
    yield "chunked in HTTP/1.0", old + last + hidden, [400]


def chunk_rows(good, post):
    """Bodies in chunks, where they are taken."""
    head = request(post, b"Transfer-Encoding: chunked", method=b"POST")
    hidden = request(good)
    for name, body, status in (
        ("size 2^64", b"10000000000000000\r\nx", 413),
        ("size of 100 digits", b"f" * 100 + b"\r\nx", 413),
        ("size -1", b"-1\r\nx", 400),
        ("size +1", b"+1\r\nx", 400),
        ("size 0x1", b"0x1\r\nx", 400),
        ("no size", b"\r\nx", 400),
        ("no number", b"zz\r\nx", 400),
        ("longer than its size", b"1\r\nxx\r\n", 400),
        ("a header without a colon behind", b"0\r\nnonsense\r\n\r\n", 400),
    ):
        yield f"chunk: {name}", head + body + hidden, [status]
    large = (b"f4240\r\n" + MEGABYTE + b"\r\n") * 3 + b"0" + END
    yield "chunks: more than is taken", head + large, [413], SOUND


def tls_rows():
    good = b"/download/ca.crt"
    firmware = b"/download/firmware.bin?curimage="
    yield from target_rows(good)
    yield from line_rows(good)
    yield from header_rows(good)
    for name, row, statuses in framing_rows(good, good):
        # POST is refused as such only where its head is in order.
        yield name, row, statuses
    yield "POST with a chunked body", request(
        good, b"Transfer-Encoding: chunked", method=b"POST") + b"0" + END + request(good), [405]
    yield "curimage of 1 MB", request(firmware + MEGABYTE), [414]
    yield "curimage of 12 KB", request(firmware + b"B" * 12000 + b"-1"), [400], SOUND
    for value in (b"B%00-1", b"%c0%ae-1", b"%ff-1", b"B-1%0a", b"../../x-1", b"B-1&curimage=", b"B-1..2", b"-1"):
        statuses = [404] if b"&" in value else [400]  # the first counts, and its board is unknown
        yield f"curimage {value.decode()}", request(firmware + value), statuses, SOUND
    yield "3,000 arguments", request(b"/download/ca.crt?" + b"a&" * 3000), []
    pipelined = [request(firmware + b"B-%d" % i if i % 3 else good) for i in range(100)]
    yield "100 requests at once", b"".join(pipelined), [404 if i % 3 else 200 for i in range(100)], SOUND
    yield "an error between two requests", request(good) + request(good, b"X : y") + request(good), [200, 400]
    yield "empty lines in front", b"\r\n\r\n" + request(good), [200], SOUND


def unix_rows():
    good = b"/api/v1/status"
    post = b"/api/v1/keys?name=zoo"
    yield from target_rows(good)
    yield from line_rows(good)
    yield from header_rows(good)
    yield from framing_rows(good, post)
    yield from chunk_rows(good, post)
    yield "body longer than is taken", request(
        post, b"Content-Length: 99999999", method=b"POST") + b"x" * 100000, [413]
    yield "100 requests at once", request(good) * 100, [200] * 100, SOUND


# --- the client


class Stream:
    """A connection that goes on reading while the server does not take what is to be sent. TLS if
    there is a context: by hand, as no thread may read while another writes."""

    def __init__(self, plain, context):
        self.plain = plain
        self.plain.settimeout(0)
        self.to_send = bytearray()
        self.received = bytearray()
        self.ended = False
        self.tls = None
        if context:
            self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
            while not self.try_handshake():
                self.pump()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.plain.close()

    def try_handshake(self):
        try:
            self.tls.do_handshake()
            return True
        except ssl.SSLWantReadError:
            return False
        finally:
            self.to_send += self.outgoing.read()

    def send(self, data):
        for i in range(0, len(data) if self.tls else 0, 16384):
            self.tls.write(data[i : i + 16384])
        self.to_send += self.outgoing.read() if self.tls else data

    def decrypt(self):
        try:
            while got := self.tls.read(65536):
                self.received += got
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self.ended = True

    def pump(self):
        """Waits until it can go on, sends and receives what is possible."""
        writing = [self.plain] if self.to_send else []
        readable, writable, _ = select.select([self.plain], writing, [], 20)
        if not readable and not writable:
            raise AssertionError(f"no answer within 20 s, after {bytes(self.received)!r}")
        if writable:
            try:
                del self.to_send[: self.plain.send(self.to_send[:65536])]
            except OSError:
                self.to_send.clear()  # the server has refused it by now
        if readable:
            self.receive()

    def receive(self):
        try:
            got = self.plain.recv(65536)
        except OSError:
            got = b""
        if not self.tls:
            self.received += got
            self.ended = not got
            return
        self.incoming.write(got) if got else self.incoming.write_eof()
        if self.tls.version():
            self.decrypt()
            self.ended = self.ended or not got

    def take(self, n):
        while len(self.received) < n:
            assert not self.ended, f"cut off after {bytes(self.received)!r}"
            self.pump()
        taken = bytes(self.received[:n])
        del self.received[:n]
        return taken

    def answer(self, is_head):
        """Status, headers and body; None at the end of the connection."""
        while END not in self.received:
            if self.ended:
                assert not self.received, f"cut off after {bytes(self.received)!r}"
                return None
            self.pump()
        head = self.take(self.received.index(END) + len(END)).decode("latin-1")
        assert head.startswith("HTTP/1."), head
        headers = dict(re.findall(r"(?m)^([^:\r\n]+): *(.*?)\r$", head.lower()))
        length = 0 if is_head or head[9:12] == "304" else int(headers["content-length"])
        return int(head[9:12]), headers, self.take(length)


class Tls:
    def __init__(self, port, authority, certificate, key):
        self.port = int(port)
        self.context = ssl.create_default_context(cafile=authority)
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.context.load_cert_chain(certificate, key)
        self.good = request(b"/download/ca.crt")
        self.is_json = False

    def connect(self):
        return Stream(socket.create_connection(("localhost", self.port)), self.context)


class Unix:
    def __init__(self, path):
        self.path = path
        self.good = request(b"/api/v1/status")
        self.is_json = True

    def connect(self):
        plain = socket.socket(socket.AF_UNIX)
        plain.connect(self.path)
        return Stream(plain, None)


def check_refusal(status, headers, body, is_json):
    """One line that says why, in the daemon's own form."""
    assert len(body) < 1500, f"{len(body)} bytes"
    if is_json:
        assert headers.get("content-type") == "application/problem+json", headers
        problem = json.loads(body)
        code = problem["error"]["code"]
        assert problem["type"] == "/api/v1/openapi.json#/x-problems/" + code, body
        assert problem["title"] and problem["status"] == status, body
        assert problem["detail"] == problem["error"]["message"] != "", body
    else:
        assert headers.get("content-type") == "text/plain; charset=utf-8", headers
        assert body.endswith(b"\n") and body.count(b"\n") == 1 and len(body) > 5, body
        assert b"<html" not in body, body
    if status == 405:
        assert "get" in headers["allow"], headers


def check_row(client, row, statuses, may_go_on):
    is_head = row.startswith(b"HEAD")
    with client.connect() as stream:
        stream.send(row)
        for expected in statuses:
            answer = stream.answer(is_head)
            assert answer is not None, f"closed instead of {expected}"
            status, headers, body = answer
            assert status == expected, f"{status} instead of {expected}: {body[:200]!r}"
            assert b"PRIVATE KEY" not in body and b"root:" not in body, "a secret"
            if status >= 400 and not is_head:
                check_refusal(status, headers, body, client.is_json)
        if may_go_on:
            stream.send(client.good)
        answer = stream.answer(False)
        assert answer is None or (may_go_on and answer[0] == 200), f"it goes on with {answer}"


def check_good(client):
    with client.connect() as stream:
        stream.send(client.good)
        assert stream.answer(False)[0] == 200


def main():
    kind, *arguments = sys.argv[1:]
    client = Tls(*arguments) if kind == "tls" else Unix(*arguments)
    rows = list(as_library_has_it(tls_rows() if kind == "tls" else unix_rows()))
    failed = 0
    for name, row, statuses, may_go_on in rows:
        try:
            check_row(client, row, statuses, may_go_on)
            check_good(client)
        except (AssertionError, OSError, KeyError, ValueError, TypeError) as error:
            failed += 1
            print(f"FAIL {name}: {error or type(error).__name__}")
    print(f"{len(rows)} rows, {failed} failed")
    sys.exit(failed > 0)


main()
