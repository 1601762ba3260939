#!/usr/bin/env python3
"""Prints what the firmware for the real board takes, and computes from the linker's map how much heap
is left while it is connected. Fails above a bound. Run after `make firmware-esp8266`."""

import pathlib
import re
import subprocess
import sys

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build/esp8266"
KB = 1024
DRAM = range(0x3FFE8000, 0x40000000)
IRAM = 0x40100000

# Measured on the emulated board with records of 2 KB and P-256: what the identity holds of the heap
# (port/esp8266/main/tls_heap.h puts it into the IRAM), and, with the Mbed TLS of the SDK (2.16.5), a session
# beside it while connected and at its highest.
IDENTITY = 2200
TLS_CONNECTED = 10192 - IDENTITY
TLS_HIGHEST = 12984 - IDENTITY

# What the Wi-Fi driver allocates as a station, read from the calls in its library: one block of
# receive buffers (524 bytes each, with 12 of administration), of places for aggregated frames, although
# these are off, and for one whole frame; descriptors, queues, the interface, the access point.
RX_BUFFER = 524 + 12
RX_BLOCK = 5 * 256 + 1076 + 12 * (5 + 6) + 4 * 6 + 8
WIFI_DRIVER = 4 * KB
# Queues, semaphores, timers of FreeRTOS, but for the queue of events; sockets, connections, DHCP of lwIP.
KERNEL = 2360
EVENT = 16
TASK_CONTROL = 120

BOUNDS = {"image": 560 * KB, "static DRAM": 20 * KB, "free heap": 32 * KB,
          "free IRAM": 16 * KB}


def symbols():
    text = (BUILD / "secureesp.map").read_text(errors="replace")
    found = re.findall(r"^\s+(0x[0-9a-f]+)\s+(_bss_end|_iram_end)\b", text, re.M)
    return {name: int(value, 16) for value, name in found}


def settings():
    text = (BUILD / "sdkconfig").read_text()
    return {name: int(value, 0) for name, value in
            re.findall(r"^CONFIG_(\w+)=(0x[0-9a-fA-F]+|\d+)$", text, re.M)}


def size_of_device():
    [program] = BUILD.glob("esp-idf/main/CMakeFiles/__idf_main.dir/main.c.obj")
    text = subprocess.run(["xtensa-lx106-elf-readelf", "--debug-dump=info", program], check=True,
                          capture_output=True, text=True).stdout
    found = re.search(r"DW_AT_name\s+:.*: device\n.*DW_AT_byte_size\s+: (\d+)", text)
    return int(found[1])


def row(name, value, bound=None, least=False):
    over = bound is not None and (value < bound if least else value > bound)
    limit = f"  ({'at least' if least else 'at most'} {bound:,})" if bound is not None else ""
    print(f"{name:58}{value:>10,}{limit}{'  <- OUT OF BOUNDS' if over else ''}")
    return over


def main():
    ends = symbols()
    config = settings()
    tasks = [config[name] for name in (
        "ESP_MAIN_TASK_STACK_SIZE", "FREERTOS_IDLE_TASK_STACKSIZE", "FREERTOS_TIMER_STACKSIZE",
        "LWIP_TCPIP_TASK_STACK_SIZE", "ESP_SYSTEM_EVENT_TASK_STACK_SIZE", "WIFI_PPT_TASKSTACK_SIZE")]
    heap = DRAM.stop - ends["_bss_end"]
    taken = {
        "the device (struct device)": size_of_device(),
        f"the stacks of {len(tasks)} tasks": sum(tasks) + len(tasks) * TASK_CONTROL,
        "the radio's buffers": config["ESP8266_WIFI_RX_BUFFER_NUM"] * RX_BUFFER + RX_BLOCK,
        "the Wi-Fi driver otherwise": WIFI_DRIVER,
        "FreeRTOS and lwIP": KERNEL + config["ESP_SYSTEM_EVENT_QUEUE_SIZE"] * EVENT,
        "TLS (measured on the emulated board)": TLS_CONNECTED,
    }
    free = heap - sum(taken.values())
    over = row("signed image, bytes", (BUILD / "firmware.bin").stat().st_size, BOUNDS["image"])
    over |= row("static DRAM", ends["_bss_end"] - DRAM.start, BOUNDS["static DRAM"])
    row("static IRAM", ends["_iram_end"] - IRAM)
    row("heap in DRAM", heap)
    for name, size in taken.items():
        row(f"    {name}", -size)
    over |= row("free heap in DRAM while connected", free, BOUNDS["free heap"], least=True)
    row("the same during a full handshake", free - (TLS_HIGHEST - TLS_CONNECTED))
    iram = IRAM + config["SOC_IRAM_SIZE"] - ends["_iram_end"]
    row("heap in IRAM beside it, which malloc takes first", iram)
    row("    the identity (measured on the emulated board)", -IDENTITY)
    over |= row("free heap in IRAM while connected", iram - IDENTITY, BOUNDS["free IRAM"], least=True)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
