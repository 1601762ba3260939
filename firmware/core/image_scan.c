// Finds the descriptor of an image in flash.
#include "firmware/core/image_scan.h"

#include <string.h>

// A chunk's last bytes, too few for the magic, are searched again as the next one's first.
#define OVERLAP (IMAGE_DESCRIPTOR_MAGIC_SIZE - IMAGE_DESCRIPTOR_ALIGNMENT)

void image_scan_start(struct image_scan *scan, struct port *port, unsigned slot, size_t body_size)
{
    memset(scan, 0, sizeof *scan);
    scan->port = port;
    scan->slot = slot;
    scan->body_size = body_size;
}

static int read_flash(
    struct image_scan *scan, size_t offset, uint8_t *p, size_t n, struct failure *failure)
{
    if (lead_read(scan->port, scan->slot, scan->lead, offset, p, n) != 0)
        return failure_set(failure, RESULT_FLASH_FAILED, "slot %u cannot be read", scan->slot);
    return 0;
}

static int refuse(const char *how_many, struct failure *failure)
{
    return failure_set(failure, RESULT_DESCRIPTOR_INVALID, "image: has %s descriptor", how_many);
}

int image_scan_read(struct image_scan *scan, size_t offset, uint8_t *scratch,
    struct image_descriptor *out, struct failure *failure)
{
    size_t n = offset < scan->body_size ? scan->body_size - offset : 0;

    if (n > IMAGE_DESCRIPTOR_MAX)
        n = IMAGE_DESCRIPTOR_MAX;
    if (n < IMAGE_DESCRIPTOR_HEADER_SIZE)
        return refuse("no", failure);

    int rc = read_flash(scan, offset, scratch, n, failure);

    if (rc == 0 && !image_descriptor_decode(scratch, n, out))
        return refuse("no", failure);
    return rc;
}

static int try_candidate(
    struct image_scan *scan, size_t offset, uint8_t *scratch, struct failure *failure)
{
    struct image_descriptor descriptor;
    int rc = image_scan_read(scan, offset, scratch, &descriptor, failure);

    if (rc == -(int)RESULT_FLASH_FAILED)
        return rc;
    if (rc < 0)
        return 0;
    if (scan->found == 0) {
        scan->descriptor_offset = offset;
        scan->name = descriptor.name;
    }
    scan->found++;
    return 0;
}

static int finish(const struct image_scan *scan, struct failure *failure)
{
    if (scan->found == 1)
        return STEP_DONE;
    return refuse(scan->found == 0 ? "no" : "more than one", failure);
}

int image_scan_step(struct image_scan *scan, uint8_t *scratch, struct failure *failure)
{
    size_t left = scan->body_size - scan->offset;
    size_t n = left < IMAGE_SCAN_CHUNK ? left : IMAGE_SCAN_CHUNK;
    int rc = n == 0 ? 0 : read_flash(scan, scan->offset, scratch, n, failure);

    if (rc < 0)
        return rc;

    size_t i = image_descriptor_find(scratch, n, 0);

    while (i < n && scan->found < 2) {
        rc = try_candidate(scan, scan->offset + i, scratch + IMAGE_SCAN_CHUNK, failure);
        if (rc < 0)
            return rc;
        i = image_descriptor_find(scratch, n, i + IMAGE_DESCRIPTOR_ALIGNMENT);
    }
    if (scan->found > 1 || n < IMAGE_SCAN_CHUNK || n == left)
        return finish(scan, failure);
    scan->offset += n - OVERLAP;
    return STEP_AGAIN;
}
