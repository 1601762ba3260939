#ifndef DEVICE_ROW_H
#define DEVICE_ROW_H

#include <stdint.h>

#include "server/model/device_record.h"
#include "server/store/statement.h"

// A device's columns, as they are written.
#define DEVICE_ROW_COLUMNS                                                                         \
    "mac, online, image, reason, first_seen_ms, last_seen_ms, uptime_ms, max_loop_ms, mqtt_ms, "   \
    "rssi_dbm, free_heap_bytes, name, build, ip, error, speaks_events, reboots, bad_payloads, "    \
    "boot_ms, previous_boot_ms, shared_identity_at_ms, bad_payload_at_ms, spelling, "              \
    "config_hash"

// The same as device_row_read() wants them, FROM devices.
#define DEVICE_ROW_SELECTED                                                                        \
    DEVICE_ROW_COLUMNS                                                                             \
    ", (SELECT r.revoked_at_ms FROM device_revocations AS r"                                       \
    "  WHERE r.device = devices.mac AND r.readmitted_at_ms = 0), limited_at_ms"

// Reads the row that the statement stands on.
void device_row_read(struct statement *s, struct device_record *out);

// Inserts or replaces the row. status_json: NULL leaves the stored one as it is. ERR_IO.
ERR_CHECKED int device_row_write(struct store_connection *connection, int64_t key,
    const struct device_record *device, const char *status_json, struct err *err);

#endif
