"""Says to the signer what a daemon that was taken over could: ask_signer.py SOCKET TASK [...]. Prints
the answer's code and text, or "no answer".

  sign CSR OUT [DAYS [NOTE]]  asks for a new certificate and writes it to OUT, in DER
  again CSR OUT               the same, where that of the same request before will do
  raw FILE                    sends the file's bytes as they are
  half CSR SECONDS            sends half a request, and waits
  many N CSR                  asks N times, one after the other, for a new one each time; prints how many
                              were signed
"""

import socket
import struct
import sys

CODES = "ok invalid not-found conflict denied too-large unavailable io no-memory expired".split()


def connect(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(30)
    s.connect(path)
    return s


def request(csr, days=0, note="", anew=1):
    text = note.encode()
    body = struct.pack(">HH", days, len(text)) + text + csr
    return b"SES\x01\x01" + struct.pack(">BH", anew, len(body)) + body


def answer(s):
    data = b""
    try:
        while piece := s.recv(65536):
            data += piece
    except ConnectionError:
        pass
    if len(data) < 10:
        return None, b""
    return data[8], data[9:]


def exchange(path, message):
    s = connect(path)
    try:
        s.sendall(message)
    except BrokenPipeError:
        pass
    return answer(s)


def tell(code, rest):
    """In one piece: others write to the same file."""
    if code is None:
        text = "no answer"
    elif code == 0:
        text = f"ok {len(rest)} bytes"
    else:
        text = f"{CODES[code]} {rest.decode()}"
    sys.stdout.write(text + "\n")


def read(path):
    with open(path, "rb") as f:
        return f.read()


def main():
    path, task, *rest = sys.argv[1:]
    if task == "sign":
        days = int(rest[2]) if len(rest) > 2 else 0
        code, text = exchange(path, request(read(rest[0]), days, rest[3] if len(rest) > 3 else ""))
        if code == 0:
            with open(rest[1], "wb") as f:
                f.write(text)
        tell(code, text)
    elif task == "again":
        code, text = exchange(path, request(read(rest[0]), anew=0))
        if code == 0:
            with open(rest[1], "wb") as f:
                f.write(text)
        tell(code, text)
    elif task == "raw":
        tell(*exchange(path, read(rest[0])))
    elif task == "half":
        s = connect(path)
        message = request(read(rest[0]))
        try:
            s.sendall(message[: len(message) // 2])
        except BrokenPipeError:
            pass  # ended already; why can be read
        s.settimeout(float(rest[1]))
        tell(*answer(s))
    elif task == "many":
        message = request(read(rest[1]))
        codes = [exchange(path, message)[0] for _ in range(int(rest[0]))]
        print(codes.count(0), "of", len(codes))


main()
