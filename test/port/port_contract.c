// The tests of the seam.
#include "test/port/port_contract.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/wifi_networks.h"
#include "firmware/core/files.h"

#define PATIENCE_MS 20000
#define CLOCK_MIN 1700000000 // a clock that is set shows more seconds since 1970
#define STREAM_BYTES 20000u
#define TEST_FILE "contract.test"

// A test returns NULL, or what is wrong.
typedef const char *test_function(const struct contract *contract);

static uint32_t now_ms(const struct contract *contract)
{
    return contract->port->ops->now_ms(contract->port);
}

static bool is_over(const struct contract *contract, uint32_t since_ms)
{
    contract->turn(contract->ctx);
    return now_ms(contract) - since_ms > PATIENCE_MS;
}

// --- flash

static int erase(const struct contract *contract, enum port_region region, size_t offset)
{
    return contract->port->ops->flash_erase(contract->port, region, offset);
}

static int write_bytes(const struct contract *contract, enum port_region region, size_t offset,
    const uint8_t *p, size_t n)
{
    return contract->port->ops->flash_write(contract->port, region, offset, p, n);
}

static int read_bytes(
    const struct contract *contract, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    return contract->port->ops->flash_read(contract->port, region, offset, p, n);
}

static bool holds(const struct contract *contract, size_t offset, uint8_t byte, size_t n)
{
    uint8_t bytes[64];

    for (size_t at = 0, part; at < n; at += part) {
        part = n - at < sizeof bytes ? n - at : sizeof bytes;
        if (read_bytes(contract, PORT_SLOT_1, offset + at, bytes, part) != 0)
            return false;
        for (size_t i = 0; i < part; i++) {
            if (bytes[i] != byte)
                return false;
        }
    }
    return true;
}

static const char *test_erase(const struct contract *contract)
{
    size_t sector = contract->port->sector_size;
    static const uint8_t zeros[16] = {0};

    if (contract->port->slot_size % sector != 0 || contract->port->files_size % sector != 0)
        return "sectors do not divide the regions";
    if (erase(contract, PORT_SLOT_1, 0) != 0 || erase(contract, PORT_SLOT_1, sector) != 0)
        return "a sector cannot be erased";
    if (!holds(contract, 0, 0xff, 2 * sector))
        return "erased flash is not all ones";
    if (write_bytes(contract, PORT_SLOT_1, sector - 16, zeros, 16) != 0 ||
        write_bytes(contract, PORT_SLOT_1, sector, zeros, 16) != 0)
        return "erased flash cannot be written";
    if (erase(contract, PORT_SLOT_1, sector) != 0)
        return "a written sector cannot be erased";
    if (!holds(contract, sector, 0xff, sector))
        return "a written sector is not all ones after its erasure";
    return holds(contract, sector - 16, 0, 16) ? NULL : "erasing reaches into the sector before";
}

static const char *test_write_clears(const struct contract *contract)
{
    uint8_t byte = 0x0f;

    if (erase(contract, PORT_SLOT_1, 0) != 0 ||
        write_bytes(contract, PORT_SLOT_1, 5, &byte, 1) != 0)
        return "a byte cannot be written";
    byte = 0xf3;
    if (write_bytes(contract, PORT_SLOT_1, 5, &byte, 1) != 0)
        return "a byte cannot be written again";
    if (!holds(contract, 5, 0x03, 1))
        return "a write does not clear bits, or sets some";
    return holds(contract, 0, 0xff, 5) && holds(contract, 6, 0xff, 600)
               ? NULL
               : "a write changes bytes beside its own";
}

static const char *test_write_anywhere(const struct contract *contract)
{
    uint8_t bytes[700];
    uint8_t back[sizeof bytes];
    size_t offset = 1;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 3);
    if (erase(contract, PORT_SLOT_1, 0) != 0)
        return "a sector cannot be erased";
    for (size_t n = 1; n <= sizeof bytes && offset + n <= contract->port->sector_size; n += 29) {
        if (write_bytes(contract, PORT_SLOT_1, offset, bytes, n) != 0 ||
            read_bytes(contract, PORT_SLOT_1, offset, back, n) != 0 || memcmp(bytes, back, n) != 0)
            return "what is written at odd places does not come back";
        offset += n;
    }
    return contract->port->ops->flash_sync(contract->port, PORT_SLOT_1) == 0 ? NULL : "sync fails";
}

static const char *test_bounds(const struct contract *contract)
{
    size_t end = contract->port->slot_size;
    uint8_t two[2] = {0};

    if (erase(contract, PORT_SLOT_1, end - contract->port->sector_size) != 0 ||
        write_bytes(contract, PORT_SLOT_1, end - 2, two, 2) != 0 ||
        read_bytes(contract, PORT_SLOT_1, end - 2, two, 2) != 0)
        return "the region's last bytes cannot be used";
    if (read_bytes(contract, PORT_SLOT_1, end - 1, two, 2) != PORT_FAILED ||
        write_bytes(contract, PORT_SLOT_1, end - 1, two, 2) != PORT_FAILED ||
        erase(contract, PORT_SLOT_1, end) != PORT_FAILED ||
        read_bytes(contract, PORT_SLOT_1, SIZE_MAX, two, 2) != PORT_FAILED)
        return "what is outside the region does not fail";
    return NULL;
}

static const char *test_files(const struct contract *contract)
{
    uint8_t bytes[1000];
    uint8_t back[sizeof bytes + 1];

    memset(bytes, 'a', sizeof bytes);
    if (files_write(contract->port, TEST_FILE, bytes, sizeof bytes) != 0)
        return "a file cannot be written";
    if (files_read(contract->port, TEST_FILE, back, sizeof back) != (int)sizeof bytes ||
        memcmp(bytes, back, sizeof bytes) != 0)
        return "a file does not come back";
    if (files_remove(contract->port, TEST_FILE) != 0)
        return "a file cannot be removed";
    return files_read(contract->port, TEST_FILE, back, sizeof back) == PORT_ABSENT
               ? NULL
               : "a removed file is still there";
}

// --- time, chance, memory

static const char *test_time(const struct contract *contract)
{
    uint32_t start_ms = now_ms(contract);
    uint32_t last_ms = start_ms;
    unsigned turns = 0;

    while (last_ms - start_ms < 200) {
        uint32_t next_ms = now_ms(contract);

        if (next_ms - last_ms > PATIENCE_MS)
            return "the time goes back, or jumps";
        last_ms = next_ms;
        contract->turn(contract->ctx);
        if (++turns > 1000000)
            return "the time stands still";
    }
    return NULL;
}

static const char *test_random(const struct contract *contract)
{
    uint8_t first[32] = {0};
    uint8_t second[32] = {0};
    struct port *port = contract->port;

    if (port->ops->random(port, first, sizeof first) != 0 ||
        port->ops->random(port, second, sizeof second) != 0)
        return "there are no random bytes";
    if (memcmp(first, second, sizeof first) == 0)
        return "random bytes repeat";
    return port->ops->random(port, first, 1) == 0 ? NULL : "a single random byte fails";
}

static const char *test_memory(const struct contract *contract)
{
    struct port *port = contract->port;
    uint8_t bytes[64];
    uint8_t back[sizeof bytes];
    size_t n = port->retained_size < sizeof bytes ? port->retained_size : sizeof bytes;

    if (port->ops->free_heap(port) == 0)
        return "no heap is free";
    memset(bytes, 0x5c, sizeof bytes);
    port->ops->retained_write(port, bytes, n);
    port->ops->retained_read(port, back, n);
    return memcmp(bytes, back, n) == 0 ? NULL : "retained memory does not come back";
}

static const char *test_factory(const struct contract *contract)
{
    return contract->port->ops->factory_size(contract->port) <= contract->port->slot_size
               ? NULL
               : "the factory image is larger than its slot";
}

static const char *test_show(const struct contract *contract)
{
    struct port *port = contract->port;

    for (unsigned i = 0; i <= PORT_LED_CONNECTED; i++)
        port->ops->led(port, (enum port_led)i);
    for (unsigned i = 0; i <= PORT_LOG_DEBUG; i++)
        port->ops->log(port, (enum port_log)i, "a line of the contract's test");
    return NULL;
}

// --- network

static const char *test_link(const struct contract *contract)
{
    struct port *port = contract->port;
    struct port_link_info info = {0};
    uint32_t start_ms = now_ms(contract);

    port->ops->link_start(port, WIFI_NETWORKS_FILE);
    while (port->ops->link_state(port, &info) != PORT_LINK_UP) {
        if (is_over(contract, start_ms))
            return "the link does not come up";
    }
    port->ops->link_start(port, WIFI_NETWORKS_FILE); // which changes nothing
    if (port->ops->link_state(port, &info) != PORT_LINK_UP)
        return "a second start takes the link down";
    port->ops->clock_start(port, "localhost");
    while (port->ops->unix_time(port) < CLOCK_MIN) {
        if (is_over(contract, start_ms))
            return "the clock is not set";
    }
    return memchr(info.ip, '\0', sizeof info.ip) != NULL ? NULL : "the address does not end";
}

static int connect_to(const struct contract *contract, const char *host, uint16_t tcp_port)
{
    struct port *port = contract->port;
    uint32_t start_ms = now_ms(contract);
    int rc = port->ops->stream_open(port, host, tcp_port);

    while (rc == 0 && (rc = port->ops->stream_ready(port)) == PORT_AGAIN) {
        if (is_over(contract, start_ms))
            return PORT_AGAIN;
        rc = 0;
    }
    return rc;
}

// In pieces of all sizes.
static const char *echo(const struct contract *contract)
{
    struct port *port = contract->port;
    uint32_t start_ms = now_ms(contract);
    uint8_t bytes[700];
    size_t sent = 0;
    size_t received = 0;

    while (received < STREAM_BYTES) {
        size_t n = sent % sizeof bytes + 1 < STREAM_BYTES - sent ? sent % sizeof bytes + 1
                                                                 : STREAM_BYTES - sent;
        int rc = PORT_AGAIN;

        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)((sent + i) * 31 >> 3);
        if (n > 0 && (rc = port->ops->stream_send(port, bytes, n)) > 0)
            sent += (size_t)rc;
        if (n > 0 && rc != PORT_AGAIN && rc <= 0)
            return "sending fails";
        rc = port->ops->stream_receive(port, bytes, received % sizeof bytes + 1);
        for (int i = 0; i < rc; i++, received++) {
            if (bytes[i] != (uint8_t)(received * 31 >> 3))
                return "other bytes come back than were sent";
        }
        if (rc == 0 || rc == PORT_FAILED)
            return "receiving fails";
        if (is_over(contract, start_ms))
            return "the stream stands still";
    }
    return NULL;
}

static const char *test_stream(const struct contract *contract)
{
    struct port *port = contract->port;
    const char *wrong = NULL;

    for (int i = 0; i < 3 && wrong == NULL; i++) { // one after the other
        if (connect_to(contract, contract->echo_host, contract->echo_port) != 0)
            return "the stream does not open";
        wrong = echo(contract);
        port->ops->stream_close(port);
    }
    port->ops->stream_close(port); // once more does no harm
    return wrong;
}

static const char *test_no_stream(const struct contract *contract)
{
    struct port *port = contract->port;
    uint8_t byte;
    int rc = connect_to(contract, contract->echo_host, contract->closed_port);

    for (uint32_t start_ms = now_ms(contract); rc == 0;) {
        int got = port->ops->stream_receive(port, &byte, 1);

        if (got == 0 || got == PORT_FAILED)
            rc = PORT_FAILED;
        else if (got > 0 || is_over(contract, start_ms))
            return "somebody answers where nobody listens";
    }
    port->ops->stream_close(port);
    if (rc != PORT_FAILED)
        return "a port where nobody listens does not fail";
    rc = connect_to(contract, "no-such-host.invalid", contract->echo_port);
    port->ops->stream_close(port);
    return rc == PORT_FAILED ? NULL : "a host that does not exist does not fail";
}

// --- the report

static unsigned report(const struct contract *contract, const char *name, const char *wrong)
{
    char line[120];

    if (wrong == NULL)
        snprintf(line, sizeof line, "ok %s", name);
    else
        snprintf(line, sizeof line, "FAIL %s: %s", name, wrong);
    contract->say(contract->ctx, line);
    return wrong == NULL ? 0 : 1;
}

unsigned contract_run(const struct contract *contract)
{
    static const struct {
        const char *name;
        test_function *function;
    } tests[] = {
        {"flash-erase", test_erase},
        {"flash-write-clears", test_write_clears},
        {"flash-write-anywhere", test_write_anywhere},
        {"flash-bounds", test_bounds},
        {"files", test_files},
        {"factory", test_factory},
        {"time", test_time},
        {"random", test_random},
        {"memory", test_memory},
        {"show", test_show},
        {"link", test_link},
        {"stream", test_stream},
        {"no-stream", test_no_stream},
    };
    unsigned failed = 0;

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        failed += report(contract, tests[i].name, tests[i].function(contract));
    return failed;
}

void contract_before_reboot(const struct contract *contract)
{
    uint8_t bytes[256];
    size_t size = contract->port->retained_size;

    memset(bytes, 0xa7, sizeof bytes);
    contract->port->ops->retained_write(
        contract->port, bytes, size < sizeof bytes ? size : sizeof bytes);
}

unsigned contract_after_reboot(const struct contract *contract)
{
    struct port *port = contract->port;
    size_t n = port->retained_size < 256 ? port->retained_size : 256;
    uint8_t bytes[256];
    uint8_t expected[256];
    char why[64];
    unsigned failed;

    memset(expected, 0xa7, sizeof expected);
    port->ops->retained_read(port, bytes, n);
    failed = report(contract, "retained",
        memcmp(bytes, expected, n) == 0 ? NULL : "a restart changes retained memory");
    port->ops->last_reset(port, why, sizeof why);
    return failed + report(contract, "last-reset",
                        why[0] == '\0' ? NULL : "its own reboot is taken for another's");
}
