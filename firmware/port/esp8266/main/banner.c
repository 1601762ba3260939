// What the serial line shows at the start.
#include "firmware/port/esp8266/main/banner.h"

#include <stdio.h>

#include "firmware/core/files.h"

static void show_files(struct port *port)
{
    char name[PORT_FILE_NAME_MAX + 1];

    printf("FILES:\n");
    for (size_t place = 0; place < files_places(port); place++) {
        int size = files_entry(port, place, name);

        if (size >= 0)
            printf("    %-31s %5d bytes\n", name, size);
        else if (size != PORT_ABSENT)
            printf("    one cannot be read\n");
    }
}

void banner_show(struct esp8266_port *port)
{
    const char *mac = port->mac;

    printf("\n%s\nMAC:        ", SECUREESP_IMAGE);
    for (size_t i = 0; i < MAC_LENGTH; i += 2)
        printf("%s%c%c", i == 0 ? "" : ":", mac[i], mac[i + 1]);
    printf("\nCLIENTNAME: %s\n", mac);
    show_files(&port->port);
}
