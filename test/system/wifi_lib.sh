# shellcheck shell=bash
# What the scenarios share in which devices have Wi-Fi networks. Read it after lib.sh.

# network SSID: the file of a device with that network alone (common/wifi_networks.h), set now.
network() {
    python3 -c 'import struct, sys, time
name, key = sys.argv[1].encode(), b"a password"
sys.stdout.buffer.write(struct.pack("<q", time.time_ns() // 10**6) + name.ljust(32, b"\0") + key.ljust(64, b"\0"))' "$1"
}
