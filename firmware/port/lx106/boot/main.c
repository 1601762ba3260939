// The boot loader: counts the start, chooses the slot, starts the program in it.
#include <stdbool.h>
#include <stdlib.h>

#include "firmware/port/lx106/boot/load.h"
#include "firmware/port/lx106/console.h"
#include "firmware/port/lx106/crash.h"
#include "firmware/port/lx106/flash_map.h"

int main(void)
{
    struct app_image image;

    if (load_check(FLASH_MAP_SLOT_0, &image))
        load_start(FLASH_MAP_SLOT_0, &image);
    console_write("boot: no image to run\n");
    for (;;)
        ;
}
