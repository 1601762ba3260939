// The device's search for a descriptor, chunk by chunk: it finds what a search in one go finds. The
// input says how large the body is, where its two copies of a descriptor go, and what that holds.
#include <string.h>

#include "firmware/core/image_scan.h"
#include "test/fuzz/fuzz.h"

#define SLOT_SIZE 8192
#define NOWHERE 0xffff

static uint8_t slot_bytes[SLOT_SIZE];

static int read_slot(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    (void)port;
    FUZZ_CHECK(region == PORT_SLOT_0);
    FUZZ_CHECK(offset <= SLOT_SIZE && n <= SLOT_SIZE - offset);
    memcpy(p, slot_bytes + offset, n);
    return 0;
}

static void put(size_t offset, const uint8_t *p, size_t n)
{
    if (offset == NOWHERE)
        return;
    offset %= SLOT_SIZE;
    memcpy(slot_bytes + offset, p, n < SLOT_SIZE - offset ? n : SLOT_SIZE - offset);
}

static int scan(struct port *port, size_t body_size, struct image_scan *out)
{
    uint8_t scratch[IMAGE_SCAN_SCRATCH];
    struct failure failure;
    int steps = 0;
    int rc;

    image_scan_start(out, port, 0, body_size);
    while ((rc = image_scan_step(out, scratch, &failure)) == STEP_AGAIN)
        FUZZ_CHECK(++steps <= SLOT_SIZE);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const struct port_ops ops = {.flash_read = read_slot};
    struct port port = {.ops = &ops, .slot_size = SLOT_SIZE, .sector_size = 4096};
    struct fuzz_input input = {p, n};
    size_t body_size = fuzz_take_u16(&input) % (SLOT_SIZE + 1);
    size_t places[] = {fuzz_take_u16(&input), fuzz_take_u16(&input)};
    uint8_t *descriptor = fuzz_bytes(input.p, input.n);
    struct image_descriptor whole;
    struct image_scan pieces;

    fuzz_mend_descriptor(descriptor, input.n);
    memset(slot_bytes, 0, sizeof slot_bytes);
    put(places[0], descriptor, input.n);
    put(places[1], descriptor, input.n);

    int found = image_descriptor_scan(slot_bytes, body_size, &whole);
    int rc = scan(&port, body_size, &pieces);

    FUZZ_CHECK((found == 1) == (rc == STEP_DONE));
    FUZZ_CHECK(pieces.found == found);
    if (found == 1)
        FUZZ_CHECK(memcmp(&whole.name, &pieces.name, sizeof whole.name) == 0);
    if (found > 0)
        FUZZ_CHECK(pieces.descriptor_offset < body_size && pieces.descriptor_offset % 4 == 0);
    return 0;
}
