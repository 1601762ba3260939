// The boot loader: counts the start, chooses the slot, starts the program in it.
#include "firmware/core/slots.h"
#include "firmware/port/lx106/boot/load.h"
#include "firmware/port/lx106/board/console.h"
#include "firmware/port/lx106/board/crash.h"
#include "firmware/port/lx106/board/lx106_flash.h"

static void tell(const char *what)
{
    console_write("boot: ");
    console_write(what);
    console_write("\n");
}

static void get_last_reset(struct port *port, char *out, size_t size)
{
    (void)port;
    crash_last(out, size);
}

static const struct port_ops ops = {
    .flash_read = lx106_flash_read,
    .flash_erase = lx106_flash_erase,
    .flash_write = lx106_flash_write,
    .flash_sync = lx106_flash_sync,
    .factory_size = lx106_flash_factory_size,
    .last_reset = get_last_reset,
};

static void try_active(const struct slots *slots)
{
    struct app_image image;

    if (!load_check(lx106_flash_slot(slots->active), &image))
        return;
    tell(slots->active == 0 ? "slot 0" : "slot 1");
    load_start(lx106_flash_slot(slots->active), &image);
}

static void start_active(struct slots *slots, struct port *port)
{
    struct failure failure;

    try_active(slots);
    tell("the active slot's program is damaged");
    if (!slots_skip(slots, "the program is damaged"))
        return;
    if (slots_store(slots, port, &failure) != 0)
        tell(failure.detail);
    try_active(slots);
}

int main(void)
{
    struct port port = {.ops = &ops};
    struct failure failure;
    struct slots slots;

    lx106_flash_attach(&port);
    if (slots_start(&slots, &port, &failure) == 0)
        start_active(&slots, &port);
    else
        tell(failure.detail);
    tell("no program to run; write the flash anew");
    for (;;)
        ;
}
