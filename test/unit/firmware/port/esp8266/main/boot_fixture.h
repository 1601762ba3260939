#ifndef TEST_UNIT_FIRMWARE_PORT_ESP8266_MAIN_BOOT_FIXTURE_H
#define TEST_UNIT_FIRMWARE_PORT_ESP8266_MAIN_BOOT_FIXTURE_H

// A board whose starts are played through: the SDK's boot loader, then the port's decision, with
// core's record and files on the same flash.

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/files.h"
#include "firmware/core/slots.h"
#include "firmware/port/esp8266/main/boot.h"
#include "firmware/port/esp8266/main/esp8266_flash.h"
#include "firmware/port/esp8266/main/last_reset.h"
#include "test/esp8266/sdk/sdk_chip.h"
#include "test/esp8266/sdk/sdk_flash.h"

#define BOARD_STARTS_MAX 8 // in a row without a decision
#define BOARD_DEAD (-1)
#define BOARD_UNDECIDED (-2)
#define BOARD_BUSY (-3) // the boot loader is
#define BOARD_FILE "config.json"
#define BOARD_TEXT "{}"

struct board {
    struct port port;
    unsigned starts;     // that the last decision took
    unsigned power_lost; // in them
    unsigned bitten;
};

static inline void board_last_reset(struct port *port, char *out, size_t size)
{
    (void)port;
    last_reset_tell(out, size);
}

static inline void board_attach(struct board *board)
{
    static const struct port_ops ops = {
        .flash_read = esp8266_flash_read,
        .flash_erase = esp8266_flash_erase,
        .flash_write = esp8266_flash_write,
        .flash_sync = esp8266_flash_sync,
        .factory_size = esp8266_flash_factory_size,
        .last_reset = board_last_reset,
    };

    board->port.ops = &ops;
    board->port.has_boot_loader = true;
    esp8266_flash_attach(&board->port);
}

static inline void board_program(void *ctx)
{
    struct board *board = ctx;

    board_attach(board);
    boot_choose(&board->port);
}

// Starts until an image runs: its slot, BOARD_DEAD or BOARD_UNDECIDED. A lost power comes back.
static inline int board_start(struct board *board)
{
    board->power_lost = 0;
    board->bitten = 0;
    for (board->starts = 1; board->starts <= BOARD_STARTS_MAX; board->starts++) {
        enum sdk_chip_end end = sdk_chip_start(board_program, board);

        if (end == SDK_CHIP_RUNS)
            return (int)sdk_chip_running();
        if (end == SDK_CHIP_DEAD)
            return BOARD_DEAD;
        if (end == SDK_CHIP_BUSY)
            return BOARD_BUSY;
        board->bitten += end == SDK_CHIP_BITTEN;
        board->power_lost += end == SDK_CHIP_POWER_LOST;
    }
    return BOARD_UNDECIDED;
}

static inline struct slots board_record(struct board *board)
{
    struct slots slots = {0};
    struct failure failure;

    assert_int_equal(slots_load(&slots, &board->port, &failure), 0);
    return slots;
}

static inline void board_store(struct board *board, const struct slots *slots)
{
    struct failure failure;

    assert_int_equal(slots_store(slots, &board->port, &failure), 0);
}

static inline bool board_has_record(struct board *board)
{
    uint8_t byte;

    return files_read(&board->port, SLOTS_FILE, &byte, sizeof byte) >= 0;
}

static inline bool board_has_file(struct board *board)
{
    uint8_t text[8];

    return files_read(&board->port, BOARD_FILE, text, sizeof text) == (int)strlen(BOARD_TEXT) &&
           memcmp(text, BOARD_TEXT, strlen(BOARD_TEXT)) == 0;
}

// As after `make flash`, of a board that has had a file before.
static inline void board_flash(struct board *board)
{
    memset(board, 0, sizeof *board);
    sdk_chip_reset();
    sdk_chip_put_image(0, 1);
    board_attach(board);
    assert_int_equal(
        files_write(&board->port, BOARD_FILE, (const uint8_t *)BOARD_TEXT, strlen(BOARD_TEXT)), 0);
}

// What core does for a command flash, but for the restart: the idle slot's new image on trial.
static inline void board_begin_trial(struct board *board)
{
    struct slots slots = board_record(board);
    unsigned idle = slots_idle(&slots);

    sdk_chip_put_image(idle, 2);
    slots.images[idle] =
        (struct slots_image){.state = SLOTS_READY, .size_bytes = SDK_CHIP_IMAGE_SIZE};
    snprintf(slots.images[idle].name, IMAGE_NAME_SIZE, "B-2");
    slots_begin_trial(&slots, true, 5);
    board_store(board, &slots);
}

// Core has reported.
static inline void board_pass_trial(struct board *board)
{
    struct slots slots = board_record(board);

    slots.trial = SLOTS_TRIAL_NONE;
    slots.images[slots.active].state = SLOTS_INSTALLED;
    board_store(board, &slots);
}

// Core has not been able to.
static inline void board_fail_trial(struct board *board)
{
    struct slots slots = board_record(board);

    slots_fail_trial(&slots, "no report in time");
    board_store(board, &slots);
}

// A board with images in both slots, of which slot 1's runs, on trial or not.
static inline void board_update(struct board *board, bool on_trial)
{
    board_flash(board);
    assert_int_equal(board_start(board), 0);
    board_begin_trial(board);
    assert_int_equal(board_start(board), 1);
    if (!on_trial)
        board_pass_trial(board);
}

#endif
