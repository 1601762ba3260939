"""The serial side of an ESP8266 for Espressif's esptool: the boot ROM's loader, and the flasher stub
that esptool loads into RAM. It is reached by RFC 2217, so that esptool moves its reset lines as on
a board. Its flash is a file: to erase sets bits, to write clears them.

usage: rom_loader.py FLASH MAC ADDRESS [LOG]

FLASH's size is the chip's; MAC is 12 hex digits. Into ADDRESS goes the port for esptool. What LOG holds
the board's program prints as it starts, at 115200 bits per second. Prints what happens to the board:
"boot loader", "firmware", "erase OFFSET SIZE", "write OFFSET SIZE".
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

SPI_COMMAND, SPI_ADDRESS, SPI_USER, SPI_USER1 = 0x60000200, 0x60000204, 0x6000021C, 0x60000220
SPI_USER2, SPI_WORD0 = 0x60000224, 0x60000240
SPI_GO, SPI_HAS_ADDRESS = 1 << 18, 1 << 30
READ_ID, READ = 0x9F, 0x03

# With a crystal of 26 MHz the ROM prints at this speed, before it measures that of the first SYNC.
ROM_SPEED, PROGRAM_SPEED = 74880, 115200


def say(*words):
    print(*words, flush=True)


def heard(text, sent_at, speed):
    """What a receiver of another speed makes of it: it waits for the edge of a start bit, and looks
    into the middle of each bit after that."""
    if sent_at == speed:
        return text
    bits = [bit for byte in text for bit in (0, *(byte >> i & 1 for i in range(8)), 1)] + [1] * 16
    found, at = bytearray(), 0.0
    while (begin := next((i for i in range(int(at), len(bits)) if not bits[i]), None)) is not None:
        at = max(at, begin)
        looks = [bits[min(int(at + (i + 1.5) * sent_at / speed), len(bits) - 1)] for i in range(8)]
        found.append(sum(bit << i for i, bit in enumerate(looks)))
        at += 9.5 * sent_at / speed
    return bytes(found)


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

    def __init__(self, flash, mac, log):
        self.flash, self.log = flash, log
        self.send = self.print = None  # packets, and bytes that are in none
        self.line_speed = lambda: 0
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
        self.speed = None  # the ROM's, once it has measured it
        self.attached = False

    def reset(self, to_loader):
        self.mode = "rom" if to_loader else "firmware"
        self.loaded, self.reading = 0, None
        self.speed, self.attached = None, False
        say("boot loader" if to_loader else "firmware")
        text = b"\r\n ets Jan  8 2013,rst cause:2, boot mode:(%d,7)\r\n\r\n" % (1 if to_loader else 3)
        self.print(heard(text, ROM_SPEED, self.line_speed()))
        if not to_loader:
            self.print(heard(self.log, PROGRAM_SPEED, self.line_speed()))

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
            if operation == SYNC and self.speed is None:
                self.speed = self.line_speed()
            if self.mode == "rom" and self.speed != self.line_speed():
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
            if self.mode == "stub" or self.attached:
                self.ask_flash(self.registers.get(SPI_USER2, 0) & 0xFF)
            self.registers[SPI_COMMAND] = 0
        self.reply(operation)

    # https://github.com/espressif/esptool/blob/master/esptool/loader.py, run_spiflash_command
    def ask_flash(self, command):
        lengths = self.registers.get(SPI_USER1, 0)
        if command == READ_ID:
            self.registers[SPI_WORD0] = 0x40EF | self.flash.size.bit_length() - 1 << 16
        elif command == READ and self.registers[SPI_USER] & SPI_HAS_ADDRESS and lengths >> 26 == 23:
            contents = self.flash.read(self.registers[SPI_ADDRESS] >> 8, ((lengths >> 8 & 0x1FF) + 1) // 8)
            for i in range(0, len(contents) // 4 * 4, 4):
                self.registers[SPI_WORD0 + i] = int.from_bytes(contents[i:i + 4], "little")

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

    # In esptool's targets/esp8266.py: FLASH_BEGIN attaches the flash (flash_spi_attach); the sectors up
    # to the border of a block of 16 are erased and then not taken off the count (get_erase_size).
    def rom_flash_begin(self, operation, data, size, blocks, block_size, offset):
        sectors, self.attached = -(-size // SECTOR), True
        head = min(sectors, 16 - offset // SECTOR % 16)
        self.flash.erase(offset, (sectors + head) * SECTOR)
        self.at = offset
        self.reply(operation)

    # It ends the loader, whatever it is asked for (write_flash in cmds.py).
    def rom_flash_end(self, operation, data, *_):
        self.reply(operation)
        self.reset(False)

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
    ROM = {**BOTH, MEM_BEGIN: mem_begin, MEM_DATA: mem_data, MEM_END: mem_end,
           FLASH_BEGIN: rom_flash_begin, FLASH_DATA: flash_data, FLASH_END: rom_flash_end}
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
    line = Line(chip)
    manager = PortManager(line, types.SimpleNamespace(write=connection.sendall))
    slip = Slip()
    chip.print = lambda data: connection.sendall(b"".join(manager.escape(data)))
    chip.send = lambda data: chip.print(Slip.wrap(data))
    chip.line_speed = lambda: line.baudrate
    while received := connection.recv(65536):
        for byte in manager.filter(received):
            packet = slip.feed(byte[0])
            if packet is not None:
                chip.packet(packet)


def main():
    flash, mac, address, *log = sys.argv[1:]
    contents = b"".join(open(name, "rb").read() for name in log)
    chip = Chip(Flash(flash), bytes.fromhex(mac), contents)
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
