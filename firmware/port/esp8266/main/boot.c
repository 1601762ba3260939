// Trial and return, without help from the SDK's boot loader.
#include "firmware/port/esp8266/main/boot.h"

#include <stdio.h>
#include <string.h>

#include <esp_ota_ops.h>

#include "firmware/core/files.h"
#include "firmware/core/slots.h"
#include "firmware/port/esp8266/policy/choice.h"
#include "firmware/port/esp8266/main/attempts.h"
#include "firmware/port/esp8266/main/esp8266_flash.h"
#include "firmware/port/esp8266/main/image_bounds.h"
#include "firmware/port/esp8266/main/last_reset.h"
#include "firmware/port/esp8266/main/otadata.h"

#define TURNS_MAX 4 // it is selected, its trial ends, the way back is damaged, it runs on
#define DAMAGED "the image is damaged"

static void tell(const char *what, const char *detail)
{
    printf("boot: %s%s%s\n", what, detail[0] == '\0' ? "" : ": ", detail);
}

static unsigned slot_of(const esp_partition_t *partition)
{
    return partition == esp8266_flash_partition(PORT_SLOT_1) ? 1 : 0;
}

// The SDK reads the whole image, and writes otadata.
static bool select_slot(unsigned slot)
{
    return attempts_begin() && image_bounds_hold(PORT_SLOT(slot)) &&
           esp_ota_set_boot_partition(esp8266_flash_partition(PORT_SLOT(slot))) == ESP_OK;
}

static void select_running(struct choice_facts *facts)
{
    if (!select_slot(facts->running))
        tell("the slot cannot be selected", ""); // it runs all the same
    facts->otadata_is_blank = false;
    facts->otadata_is_good = true;
    facts->selected = facts->running;
}

// otadata is written last: until it is, all is done again.
static bool forget(struct port *port, struct choice_facts *facts)
{
    if (files_remove(port, SLOTS_FILE) != 0) {
        tell("the slot record cannot be removed", "");
        return false;
    }
    tell("flashed over the serial line, earlier updates are forgotten", "");
    select_running(facts);
    return true;
}

static void store(const struct slots *slots, struct port *port)
{
    struct failure failure;

    if (slots_store(slots, port, &failure) < 0)
        tell("the slot record", failure.detail);
}

// There is no record, and no factory image that one could be made from: what runs has been started
// once before, or it would not be here.
static bool adopt(struct slots *slots, struct port *port, unsigned running)
{
    size_t size = esp8266_flash_image_size(port, PORT_SLOT(running));

    if (size == 0)
        return false;
    tell("no slot record, and no image in slot 0: this one is the one to run", "");
    memset(slots, 0, sizeof *slots);
    slots->active = (uint8_t)running;
    slots->images[running].state = SLOTS_INSTALLED;
    slots->images[running].size_bytes = (uint32_t)size;
    slots->images[running].descriptor_offset = UINT32_MAX; // not yet looked for
    store(slots, port);
    return true;
}

static void skip(struct slots *slots, struct port *port)
{
    tell("the other image is damaged", "");
    if (!slots_skip(slots, DAMAGED))
        slots_leave(slots, DAMAGED); // for the only one that starts
    store(slots, port);
}

static void switch_over(struct slots *slots, struct port *port)
{
    tell("to the other slot", slots->images[slots->active].name);
    if (select_slot(slots->active))
        last_reset_restart();
    skip(slots, port);
}

static struct choice_facts gather_facts(void)
{
    const struct otadata otadata = otadata_read();

    return (struct choice_facts){
        .otadata_is_blank = otadata.is_blank,
        .otadata_is_good = otadata.is_good,
        .running = slot_of(esp_ota_get_running_partition()),
        .selected = slot_of(esp_ota_get_boot_partition()),
    };
}

static void choose(struct port *port)
{
    struct choice_facts facts = gather_facts();
    struct slots slots;
    struct failure failure;

    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        if (slots_load(&slots, port, &failure) < 0 && !adopt(&slots, port, facts.running)) {
            tell("no decision", failure.detail);
            return;
        }
        facts.active = slots.active;
        switch (choice_make(&facts)) {
        case CHOICE_FORGET:
            if (!forget(port, &facts))
                return;
            break;
        case CHOICE_SELECT: select_running(&facts); break;
        case CHOICE_RUN:
            if (slots_start(&slots, port, &failure) < 0)
                tell("the start is not counted", failure.detail);
            if (slots.active == facts.running)
                return;
            break; // its trial is over
        case CHOICE_SWITCH: switch_over(&slots, port); break;
        case CHOICE_SKIP: skip(&slots, port); break;
        }
    }
    tell("no decision", "too many turns");
}

void boot_choose(struct port *port)
{
    choose(port);
    attempts_end();
}
