"""The serial side of an ESP8266 for Espressif's esptool: the boot ROM's loader, and the flasher stub
that esptool loads into RAM. It is reached by RFC 2217, so that esptool moves its reset lines as on
a board. Its flash is a file: to erase sets bits, to write clears them.

usage: rom_loader.py FLASH MAC ADDRESS

FLASH's size is the chip's; MAC is 12 hex digits. Into ADDRESS goes the port for esptool. Prints what
happens to the board: "boot loader", "firmware", "erase OFFSET SIZE", "write OFFSET SIZE".
"""

import hashlib
import os
import socket
import struct
import sys
import types
import zlib

import serial
from serial.rfc2217 import PortManager

SECTOR = 4096

# https://docs.espressif.com/projects/esptool/en/latest/esp8266/advanced-topics/serial-protocol.html
FLASH_BEGIN, FLASH_DATA, FLASH_END = 0x02, 0x03, 0x04
MEM_BEGIN, MEM_END, MEM_DATA = 0x05, 0x06, 0x07
SYNC, WRITE_REG, READ_REG = 0x08, 0x09, 0x0A
SPI_SET_PARAMS, SPI_ATTACH, CHANGE_BAUDRATE = 0x0B, 0x0D, 0x0F
FLASH_DEFL_BEGIN, FLASH_DEFL_DATA, FLASH_DEFL_END = 0x10, 0x11, 0x12
SPI_FLASH_MD5, ERASE_REGION, READ_FLASH, RUN_USER_CODE = 0x13, 0xD1, 0xD2, 0xD3

OK, FAILED = b"\0\0", b"\1\5"

SPI_COMMAND, SPI_USER2, SPI_WORD0 = 0x60000200, 0x60000224, 0x60000240
SPI_GO = 1 << 18
READ_ID = 0x9F


def say(*words):
    print(*words, flush=True)


class Flash:
    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR)
        self.size = os.fstat(self.fd).st_size

    def read(self, offset, size):
        return os.pread(self.fd, size, offset)

    def erase(self, offset, size):
        begin, end = offset // SECTOR * SECTOR, -(-(offset + size) // SECTOR) * SECTOR
        if size == 0:
            return
        if end > self.size:
            raise ValueError("erased beyond the end")
        say("erase", hex(begin), hex(end - begin))
        os.pwrite(self.fd, b"\xff" * (end - begin), begin)

    def write(self, offset, data):
        if offset + len(data) > self.size:
            raise ValueError("written beyond the end")
        say("write", hex(offset), hex(len(data)))
        old = self.read(offset, len(data))
        os.pwrite(self.fd, bytes(a & b for a, b in zip(old, data)), offset)


class Chip:
    """Mode is "firmware", which does not answer, "rom" or "stub"."""

    def __init__(self, flash, mac, send):
        self.flash, self.send = flash, send
        self.mode = "firmware"
        self.registers = {
            0x40001000: 0xFFF0C101,  # by this esptool knows the chip
            0x60000078: 0x00062000,  # older ones by this
            0x60000014: 451,  # 26 MHz * 2 / 115200
            0x3FF00050: mac[5] << 24,
            0x3FF00054: mac[3] << 8 | mac[4],
            0x3FF0005C: mac[0] << 16 | mac[1] << 8 | mac[2],
        }
        self.loaded = 0  # bytes in RAM
        self.at = 0  # where the next block goes
        self.inflate = None
        self.reading = None

    def reset(self, to_loader):
        self.mode = "rom" if to_loader else "firmware"
        self.loaded, self.reading = 0, None
        say("boot loader" if to_loader else "firmware")

    # --- SLIP packets

    def packet(self, data):
        if self.mode == "firmware":
            return
        if self.reading is not None and len(data) == 4:
            self.go_on_reading(struct.unpack("<I", data)[0])
        elif len(data) >= 8 and data[0] == 0:
            operation, size, checksum = struct.unpack("<BHI", data[1:8])
            if len(data) - 8 != size:
                return
            self.command(operation, data[8:], checksum)

    def reply(self, operation, data=OK, value=0):
        self.send(struct.pack("<BBHI", 1, operation, len(data), value) + data)

    def command(self, operation, data, checksum):
        if operation in (MEM_DATA, FLASH_DATA, FLASH_DEFL_DATA):
            found = 0xEF
            for byte in data[16:]:
                found ^= byte
            if found != checksum & 0xFF:
                return self.reply(operation, b"\1\7")
        known = self.ROM if self.mode == "rom" else self.STUB
        if operation not in known:
            return self.reply(operation, FAILED)
        known[operation](self, operation, data, *struct.unpack_from(
            "<%dI" % (min(len(data), 16) // 4), data))

    # --- both

    def sync(self, operation, data, *_):
        for _ in range(8):
            self.reply(operation, value=0x20120707 if self.mode == "rom" else 0)

    def read_register(self, operation, data, address):
        self.reply(operation, value=self.registers.get(address, 0))

    def write_register(self, operation, data, address, value, mask, delay):
        self.registers[address] = value
        if address == SPI_COMMAND and value & SPI_GO:
            if self.registers.get(SPI_USER2, 0) & 0xFF == READ_ID:
                self.registers[SPI_WORD0] = 0x40EF | self.flash.size.bit_length() - 1 << 16
            self.registers[SPI_COMMAND] = 0
        self.reply(operation)

    # --- ROM

    def mem_begin(self, operation, data, size, blocks, block_size, offset):
        self.reply(operation)

    def mem_data(self, operation, data, size, *_):
        self.loaded += size
        self.reply(operation)

    def mem_end(self, operation, data, stays, entry):
        self.reply(operation)
        if not stays and self.loaded > 0:
            self.mode = "stub"
            self.send(b"OHAI")

    # --- stub

    def accept(self, operation, data, *_):
        self.reply(operation)

    def flash_begin(self, operation, data, size, blocks, block_size, offset):
        self.flash.erase(offset, size)
        self.at, self.inflate = offset, zlib.decompressobj()
        self.reply(operation)

    def flash_data(self, operation, data, *_):
        contents = data[16:]
        if operation == FLASH_DEFL_DATA:
            contents = self.inflate.decompress(contents)
        self.flash.write(self.at, contents)
        self.at += len(contents)
        self.reply(operation)

    def flash_end(self, operation, data, stays):
        self.reply(operation)
        if not stays:
            self.mode, self.loaded = "rom", 0

    def md5(self, operation, data, offset, size, *_):
        self.reply(operation, hashlib.md5(self.flash.read(offset, size)).digest() + OK)

    def erase_region(self, operation, data, offset, size):
        self.flash.erase(offset, size)
        self.reply(operation)

    def read_flash(self, operation, data, offset, size, block_size, in_flight):
        self.reading = types.SimpleNamespace(contents=self.flash.read(offset, size), sent=0,
                                             block=block_size, ahead=block_size * in_flight)
        self.reply(operation)
        self.go_on_reading(0)

    def go_on_reading(self, acknowledged):
        r = self.reading
        while r.sent < len(r.contents) and r.sent - acknowledged < r.ahead:
            self.send(r.contents[r.sent:r.sent + r.block])
            r.sent = min(r.sent + r.block, len(r.contents))
        if acknowledged == len(r.contents):
            self.send(hashlib.md5(r.contents).digest())
            self.reading = None

    def run_user_code(self, operation, data, *_):
        self.reset(False)

    BOTH = {SYNC: sync, READ_REG: read_register, WRITE_REG: write_register}
    ROM = {**BOTH, MEM_BEGIN: mem_begin, MEM_DATA: mem_data, MEM_END: mem_end}
    STUB = {**BOTH, SPI_SET_PARAMS: accept, SPI_ATTACH: accept, CHANGE_BAUDRATE: accept,
            FLASH_BEGIN: flash_begin, FLASH_DATA: flash_data, FLASH_END: flash_end,
            FLASH_DEFL_BEGIN: flash_begin, FLASH_DEFL_DATA: flash_data, FLASH_DEFL_END: flash_end,
            SPI_FLASH_MD5: md5, ERASE_REGION: erase_region, READ_FLASH: read_flash,
            RUN_USER_CODE: run_user_code}


class Line:
    """The serial line as PortManager knows a port. RTS holds the chip in reset, DTR pulls GPIO0 low:
    as it leaves reset it looks there whether to start the loader."""

    def __init__(self, chip):
        self.chip = chip
        self.baudrate, self.bytesize, self.parity, self.stopbits = 115200, 8, serial.PARITY_NONE, 1
        self.rtscts = self.xonxoff = self.dtr = self.break_condition = False
        self.cts = self.dsr = self.ri = self.cd = False
        self.in_reset = False

    @property
    def rts(self):
        return self.in_reset

    @rts.setter
    def rts(self, value):
        if self.in_reset and not value:
            self.chip.reset(self.dtr)
        self.in_reset = value

    def reset_input_buffer(self):
        pass

    def reset_output_buffer(self):
        pass


class Slip:
    """Bytes to packets."""

    def __init__(self):
        self.bytes, self.escaped = None, False

    def feed(self, byte):
        """Returns a packet if the byte ends one."""
        if byte == 0xC0:
            packet, self.bytes, self.escaped = self.bytes, bytearray(), False
            return bytes(packet) if packet else None
        if self.bytes is None:
            return None
        if self.escaped:
            self.bytes.append({0xDC: 0xC0, 0xDD: 0xDB}.get(byte, byte))
            self.escaped = False
        elif byte == 0xDB:
            self.escaped = True
        else:
            self.bytes.append(byte)
        return None

    @staticmethod
    def wrap(data):
        return b"\xc0" + data.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"


def serve(connection, chip):
    """Until the peer closes."""
    manager = PortManager(Line(chip), types.SimpleNamespace(write=connection.sendall))
    slip = Slip()
    chip.send = lambda data: connection.sendall(b"".join(manager.escape(Slip.wrap(data))))
    while received := connection.recv(65536):
        for byte in manager.filter(received):
            packet = slip.feed(byte[0])
            if packet is not None:
                chip.packet(packet)


def main():
    flash, mac, address = sys.argv[1:]
    chip = Chip(Flash(flash), bytes.fromhex(mac), None)
    listener = socket.create_server(("127.0.0.1", 0))
    with open(address + ".new", "w") as file:
        file.write("rfc2217://127.0.0.1:%d?ign_set_control\n" % listener.getsockname()[1])
    os.rename(address + ".new", address)
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            try:
                serve(connection, chip)
            except ConnectionError:
                pass


main()
