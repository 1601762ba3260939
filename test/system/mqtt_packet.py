"""MQTT 3.1.1 packets, for what plays a broker."""


def packet(first, body):
    """With its remaining length (2.2.3)."""
    length = len(body)
    field = b""
    while True:
        length, digit = divmod(length, 128)
        field += bytes([digit | (0x80 if length else 0)])
        if not length:
            return bytes([first]) + field + body
