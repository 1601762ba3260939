#!/usr/bin/env bash
# The page of a fleet of 100,000 devices: usable at once, scrolls, filters.
# Runs alone.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/gui_lib.sh
. "$(dirname "$0")/gui_lib.sh"

gui_needs
sandbox_up --devices 1
part stop daemon
sqlite3 "$SANDBOX_DB" "
    INSERT INTO devices (mac, online, reason, first_seen_ms, last_seen_ms, uptime_ms, max_loop_ms, mqtt_ms,
      rssi_dbm, free_heap_bytes, name, image, build, ip, error, speaks_events, reboots, bad_payloads, boot_ms,
      previous_boot_ms, shared_identity_at_ms, status_json)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
    SELECT 0x84f300000000 + i, i % 20 > 0, 1, t, t, 60000 + i, i % 90, i % 40, -40 - i % 50, 20000 + i % 20000,
      printf('measure-%05d', i), printf('ESP8266_D1MINI-00.00.%02d', i % 40), 'Nov 11 2026 11:11:11',
      printf('192.168.%d.%d', i / 250 % 250, i % 250), '', 0, i % 7, 0, t - 60000, 0, 0, '{}'
    FROM n, (SELECT strftime('%s', 'now') * 1000 AS t)"
gui_operators "$sandbox"
gui_run many "$sandbox" "$work"
