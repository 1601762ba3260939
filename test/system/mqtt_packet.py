"""MQTT 3.1.1 packets, for what plays a broker or a client."""

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 2, 3, 4, 9, 13


def packet(first, body):
    """With its remaining length (2.2.3)."""
    length = len(body)
    field = b""
    while True:
        length, digit = divmod(length, 128)
        field += bytes([digit | (0x80 if length else 0)])
        if not length:
            return bytes([first]) + field + body


def text(value):
    """A string, or bytes, with its length (1.5.3)."""
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(2, "big") + data


def connect(client, clean=True, keep_alive=60, will=None):
    """will: (topic, payload, retained) or None."""
    flags = 2 if clean else 0
    body = text("MQTT") + b"\x04"
    tail = text(client)
    if will is not None:
        topic, payload, retained = will
        flags |= 4 | (0x20 if retained else 0)
        tail += text(topic) + text(payload)
    return packet(0x10, body + bytes([flags]) + keep_alive.to_bytes(2, "big") + tail)


def publish(topic, payload, qos=0, number=1, retained=False):
    data = payload.encode() if isinstance(payload, str) else payload
    identifier = number.to_bytes(2, "big") if qos else b""
    return packet(0x30 | qos << 1 | retained, text(topic) + identifier + data)


def subscribe(filters, number=1, qos=1):
    body = number.to_bytes(2, "big")
    for one in filters:
        body += text(one) + bytes([qos])
    return packet(0x82, body)


def split_publish(first, body):
    """A PUBLISH's topic, packet identifier (0 for QoS 0) and payload."""
    n = int.from_bytes(body[:2], "big")
    rest = body[2 + n:]
    number = 0
    if first & 6:
        number, rest = int.from_bytes(rest[:2], "big"), rest[2:]
    return body[2:2 + n].decode(errors="replace"), number, rest


PINGREQ = packet(0xC0, b"")
DISCONNECT = packet(0xE0, b"")


def puback(number):
    return packet(0x40, number.to_bytes(2, "big"))
