// The device's files in their region of the flash.
#include "firmware/core/files.h"

#include "firmware/core/file_store.h"
#include "firmware/core/staging.h"

static int read_region(void *ctx, size_t offset, uint8_t *p, size_t n)
{
    struct port *port = ctx;

    return port->ops->flash_read(port, PORT_FILES, offset, p, n);
}

static int erase_region(void *ctx, size_t sector_offset)
{
    struct port *port = ctx;

    return port->ops->flash_erase(port, PORT_FILES, sector_offset);
}

static int write_region(void *ctx, size_t offset, const uint8_t *p, size_t n)
{
    struct port *port = ctx;

    return port->ops->flash_write(port, PORT_FILES, offset, p, n);
}

static int sync_region(void *ctx)
{
    struct port *port = ctx;

    return port->ops->flash_sync(port, PORT_FILES);
}

size_t files_copy_size(size_t sector_size)
{
    size_t size = FILE_STORE_HEADER_SIZE + STAGING_FILE_MAX;

    return (size + sector_size - 1) / sector_size * sector_size;
}

static struct file_store_flash region(struct port *port)
{
    return (struct file_store_flash){
        .read = read_region,
        .erase = erase_region,
        .write = write_region,
        .sync = sync_region,
        .ctx = port,
        .size = port->files_size,
        .sector_size = port->sector_size,
        .copy_size = files_copy_size(port->sector_size),
    };
}

int files_read(struct port *port, const char *name, uint8_t *p, size_t n)
{
    struct file_store_flash flash = region(port);

    return file_store_read(&flash, name, p, n);
}

int files_write(struct port *port, const char *name, const uint8_t *p, size_t n)
{
    struct file_store_flash flash = region(port);

    return file_store_write(&flash, name, p, n);
}

int files_remove(struct port *port, const char *name)
{
    struct file_store_flash flash = region(port);

    return file_store_remove(&flash, name);
}

size_t files_places(struct port *port)
{
    struct file_store_flash flash = region(port);

    return file_store_places(&flash);
}

int files_entry(struct port *port, size_t place, char name[PORT_FILE_NAME_MAX + 1])
{
    struct file_store_flash flash = region(port);

    return file_store_entry(&flash, place, name);
}
