// The boot loader: counts the start, chooses the slot, starts the program in it.
#include "firmware/core/slots.h"
#include "firmware/port/lx106/boot/load.h"
#include "firmware/port/lx106/board/console.h"
#include "firmware/port/lx106/board/crash.h"
#include "firmware/port/lx106/board/flash.h"

static void complain(const char *what)
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

static void start_active(struct slots *slots, struct port *port)
{
    struct failure failure;
    struct app_image image;

    if (load_check(flash_slot(slots->active), &image))
        load_start(flash_slot(slots->active), &image);
    complain("the active slot's program is damaged");
    if (!slots_skip(slots, "the program is damaged"))
        return;
    if (slots_store(slots, port, &failure) != 0)
        complain(failure.detail);
    if (load_check(flash_slot(slots->active), &image))
        load_start(flash_slot(slots->active), &image);
}

int main(void)
{
    struct port_ops ops = {.last_reset = get_last_reset};
    struct port port = {.ops = &ops};
    struct failure failure;
    struct slots slots;

    flash_attach(&port, &ops);
    if (slots_start(&slots, &port, &failure) == 0)
        start_active(&slots, &port);
    else
        complain(failure.detail);
    complain("no program to run; write the flash anew");
    for (;;)
        ;
}
