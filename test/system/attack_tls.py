"""The server's end of TLS 1.2 sessions whose records can be written by hand, for the attackers among
the scenarios' servers: the handshake is genuine, what follows need not be."""

import ctypes
import ctypes.util
import hmac
import os
import ssl
import struct

ALERT, HANDSHAKE, DATA = 21, 22, 23
FRAGMENT = 2048  # what every device has room for in a record
SUITES = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256")
SET_TAG_SIZE, GET_TAG = 0x9, 0x10  # EVP_CIPHER_CTX_ctrl(3)


def make_context(authority, certificate, key, keylog):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(SUITES))
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    context.keylog_filename = keylog
    return context


def load_libcrypto():
    library = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in "EVP_CIPHER_CTX_new", "EVP_aes_128_gcm":
        getattr(library, name).restype = ctypes.c_void_p
    return library


class Sealer:
    """AES-128-GCM by libcrypto, as the standard library has none."""

    libcrypto = load_libcrypto()

    def __init__(self, key):
        self.ctx = ctypes.c_void_p(self.libcrypto.EVP_CIPHER_CTX_new())
        cipher = ctypes.c_void_p(self.libcrypto.EVP_aes_128_gcm())
        self.libcrypto.EVP_EncryptInit_ex(self.ctx, cipher, None, key, None)

    def seal(self, nonce, associated, text):
        crypto, size = self.libcrypto, ctypes.c_int()
        out = ctypes.create_string_buffer(len(text) + 16)
        crypto.EVP_EncryptInit_ex(self.ctx, None, None, None, nonce)
        crypto.EVP_EncryptUpdate(self.ctx, None, ctypes.byref(size), associated, len(associated))
        crypto.EVP_EncryptUpdate(self.ctx, out, ctypes.byref(size), text, len(text))
        tag = ctypes.byref(out, len(text))
        crypto.EVP_EncryptFinal_ex(self.ctx, tag, ctypes.byref(size))
        crypto.EVP_CIPHER_CTX_ctrl(self.ctx, GET_TAG, 16, tag)
        return out.raw


def expand(secret, label, seed, size):
    """The PRF of TLS 1.2 (RFC 5246, 5)."""
    seed = label + seed
    a, out = seed, b""
    while len(out) < size:
        a = hmac.digest(secret, a, "sha256")
        out += hmac.digest(secret, a + seed, "sha256")
    return out[:size]


def hello_random(first_flight):
    """The random of a ServerHello: record header 5 bytes, handshake header 4, version 2."""
    return first_flight[11:43]


class Session:
    """client is the common name of the client's certificate once it is open."""

    def __init__(self, connection, context):
        self.connection = connection
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        first_flight = self.handshake()
        subject = self.tls.getpeercert()["subject"]
        self.client = dict(item[0] for item in subject)["commonName"]
        self.derive(context.keylog_filename, hello_random(first_flight))

    def handshake(self):
        sent = b""
        while True:
            try:
                self.tls.do_handshake()
                return sent or self.flush()
            except ssl.SSLWantReadError:
                flight = self.flush()
                sent = sent or flight
                self.fill()
            finally:
                self.flush()

    def flush(self):
        data = self.outgoing.read()
        if data:
            self.connection.sendall(data)
        return data

    def fill(self):
        data = self.connection.recv(16384)
        if not data:
            raise ConnectionResetError
        self.incoming.write(data)

    def derive(self, keylog, server_random):
        with open(keylog, encoding="ascii") as file:
            lines = [line.split() for line in file if line.startswith("CLIENT_RANDOM")]
        client_random, master = (bytes.fromhex(field) for field in lines[-1][1:])
        keys = expand(master, b"key expansion", server_random + client_random, 40)
        self.sealer, self.iv = Sealer(keys[16:32]), keys[36:40]
        self.sequence = 1  # Finished was the first

    def receive(self):
        """Data from the client; b"" at its end."""
        while True:
            try:
                return self.tls.read(16384)
            except ssl.SSLWantReadError:
                self.flush()
                self.fill()
            except ssl.SSLZeroReturnError:
                return b""

    # All that is sent after the handshake goes this way.

    def record(self, kind, data, version=0x0303):
        """A record, as it goes over the wire."""
        sequence = struct.pack(">Q", self.sequence)
        self.sequence += 1
        associated = sequence + struct.pack(">BHH", kind, version, len(data))
        sealed = self.sealer.seal(self.iv + sequence, associated, data)
        return struct.pack(">BHH", kind, version, 8 + len(sealed)) + sequence + sealed

    def forged(self, kind, data):
        """One of which the last bit is another."""
        data = self.record(kind, data)
        return data[:-1] + bytes([data[-1] ^ 1])

    def send_raw(self, data):
        self.connection.sendall(data)

    def send(self, data, piece=FRAGMENT):
        for i in range(0, len(data), piece):
            self.send_raw(self.record(DATA, data[i:i + piece]))

    def say_goodbye(self):
        self.send_raw(self.record(ALERT, b"\x01\x00"))

    def keep(self):
        """It is over, but may be resumed, whatever went wrong."""
        try:
            self.tls.unwrap()
        except (OSError, ValueError):
            pass


def forget_secrets(folder):
    """The file for a context's secrets, empty."""
    path = os.path.join(folder, "secrets")
    with open(path, "w", encoding="ascii"):
        pass
    return path
