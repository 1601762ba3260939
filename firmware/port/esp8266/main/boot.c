// Trial and return, without help from the SDK's boot loader.
#include "firmware/port/esp8266/main/boot.h"

#include <stdio.h>

#include <esp_ota_ops.h>
#include <esp_spi_flash.h>
#include <esp_system.h>

#include "firmware/core/files.h"
#include "firmware/core/slots.h"
#include "firmware/port/esp8266/policy/choice.h"
#include "firmware/port/esp8266/main/flash.h"

#define TURNS_MAX 3 // what the record says changes twice at most: a trial ends, a slot is skipped

static void tell(const char *what, const char *detail)
{
    printf("boot: %s%s%s\n", what, detail[0] == '\0' ? "" : ": ", detail);
}

static unsigned slot_of(const esp_partition_t *partition)
{
    return partition == flash_partition(PORT_SLOT_1) ? 1 : 0;
}

static bool otadata_is_blank(void)
{
    const esp_partition_t *otadata =
        esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_OTA, NULL);
    uint32_t first = 0;
    uint32_t second = 0;

    if (otadata == NULL || esp_partition_read(otadata, 0, &first, sizeof first) != ESP_OK ||
        esp_partition_read(otadata, SPI_FLASH_SEC_SIZE, &second, sizeof second) != ESP_OK)
        return false;
    return first == UINT32_MAX && second == UINT32_MAX;
}

// otadata is written last: after a power cut it is still blank, and all is done again.
static bool forget(struct port *port, unsigned running)
{
    tell("flashed over the serial line, earlier updates are forgotten", "");
    return files_remove(port, SLOTS_FILE) == 0 &&
           esp_ota_set_boot_partition(flash_partition(PORT_SLOT(running))) == ESP_OK;
}

static void store(const struct slots *slots, struct port *port)
{
    struct failure failure;

    if (slots_store(slots, port, &failure) < 0)
        tell("the slot record", failure.detail);
}

static void skip(struct slots *slots, struct port *port, unsigned running)
{
    tell("the other image is damaged", "");
    if (!slots_skip(slots, "the image is damaged"))
        slots->active = (uint8_t)running; // the only one that starts, whatever it is worth
    store(slots, port);
}

static void switch_to(struct slots *slots, struct port *port, unsigned running)
{
    tell("to the other slot", slots->images[slots->active].name);
    if (esp_ota_set_boot_partition(flash_partition(PORT_SLOT(slots->active))) == ESP_OK)
        esp_restart();
    skip(slots, port, running);
}

void boot_choose(struct port *port)
{
    struct choice_facts facts = {
        .otadata_is_blank = otadata_is_blank(),
        .running = slot_of(esp_ota_get_running_partition()),
        .selected = slot_of(esp_ota_get_boot_partition()),
    };
    struct slots slots;
    struct failure failure;

    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        if (slots_load(&slots, port, &failure) < 0) {
            tell("no decision", failure.detail);
            return;
        }
        facts.active = slots.active;
        switch (choice_make(&facts)) {
        case CHOICE_FORGET:
            if (!forget(port, facts.running))
                return;
            facts.otadata_is_blank = false;
            facts.selected = facts.running;
            break;
        case CHOICE_RUN:
            if (slots_start(&slots, port, &failure) < 0 || slots.active == facts.running)
                return;
            break; // its trial is over
        case CHOICE_SWITCH: switch_to(&slots, port, facts.running); break;
        case CHOICE_SKIP: skip(&slots, port, facts.running); break;
        }
    }
}
