// The tests of the seam on the emulated board, in place of its main.c: twice, with a restart.
#include "test/port/port_contract.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/core/files.h"
#include "firmware/port/lx106/arguments.h"
#include "firmware/port/lx106/board/chip.h"
#include "firmware/port/lx106/board/console.h"
#include "firmware/port/lx106/board/crash.h"
#include "firmware/port/lx106/lx106_port.h"
#include "firmware/port/lx106/network/network.h"
#include "firmware/port/lx106/board/simcall.h"

#define ECHO_FILE "echo.port"     // where the test's server listens
#define SECOND_FILE "second.test" // is there after the restart

static struct arguments arguments;
static struct lx106_port board;

static void turn(void *ctx)
{
    (void)ctx;
    chip_feed_watchdog();
    (void)network_poll();
    chip_wait();
}

static void say(void *ctx, const char *line)
{
    (void)ctx;
    console_write(line);
    console_write("\n");
}

static uint16_t read_echo_port(void)
{
    char text[8] = "";

    (void)files_read(&board.port, ECHO_FILE, (uint8_t *)text, sizeof text - 1);
    return (uint16_t)strtoul(text, NULL, 10);
}

// Not declared as one that takes formats: these are such as a compiler would refuse.
static int (*const print_to)(
    char *out, size_t size, const char *format, va_list values) = vsnprintf;

static void print(char *out, size_t size, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    print_to(out, size, format, values);
    va_end(values);
}

// The board must print no more than the chip can, else no scenario sees what the chip cannot.
static bool prints_as_the_chip(void)
{
    static const struct {
        const char *format; // of -7, "seven", 8
        const char *printed;
    } rows[] = {
        {"%d %s %u", "-7 seven 8"},
        {"%ld|%8s|%lu", "-7|   seven|8"},
        {"%hd%%%.3s%%%#lx", "-7%sev%0x8"},
        {"%-4d|%5.2s|%04x", "-7  |   se|0008"},
        {"%lld %d %s", "ld -7 seven"},
        {"%llu", "lu"},
        {"%5lli", "li"},
        {"%zu %zd", "zu zd"},
        {"%-5zu%*zu", "zuzu"},
        {"%jd", "jd"},
        {"%td", "td"},
        {"%hhu %d", "hu -7"},
        {"%qd%a", "qda"},
        {"%d%", "-7"},
        {"%d%ll", "-7l"},
    };
    char out[32];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print(out, sizeof out, rows[i].format, -7, "seven", 8);
        if (strcmp(out, rows[i].printed) != 0) {
            say(NULL, rows[i].format);
            say(NULL, out);
            return false;
        }
    }
    return true;
}

// The board's own strtod(): what a double has exactly, and where it stops.
static bool reads_numbers(void)
{
    static const struct {
        const char *text;
        double value;
        size_t used;
    } rows[] = {
        {"0", 0, 1},
        {"8883", 8883, 4},
        {"-12}", -12, 3},
        {"+7", 7, 2},
        {"2.50", 2.5, 4},
        {"1.00", 1, 4},
        {"-0.125e+1,", -1.25, 9},
        {"12e3", 12000, 4},
        {"12000E-3", 12, 8},
        {"1e22", 1e22, 4},
        {"1e15", 1e15, 4},
        {"0.1", 0.1, 3},
        {"0.3", 0.3, 3},
        {"4294967296", 4294967296.0, 10},
        {"9007199254740991", 9007199254740991.0, 16},
        {"9007199254740992", 9007199254740992.0, 16},
        {"18446744073709551616", 18446744073709551616.0, 20},
        {"10000000000000000000000", 1e22, 23},
        {"1.000000000000000000000000", 1, 26},
        {"1e309", HUGE_VAL, 5},
        {"-1e99999", -HUGE_VAL, 8},
        {"1e-400", 0, 6},
        {"0e9", 0, 3},
        {"1e", 1, 1},
        {"1e+", 1, 1},
        {"1.2.3", 1.2, 3},
        {"x", 0, 0},
        {"-", -0.0, 0},
        {"", 0, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *end;
        double value = strtod(rows[i].text, &end);
        uint64_t bits, wanted; // also of the sign of a zero

        memcpy(&bits, &value, sizeof bits);
        memcpy(&wanted, &rows[i].value, sizeof wanted);
        if (bits != wanted || end != rows[i].text + rows[i].used) {
            say(NULL, rows[i].text);
            return false;
        }
    }
    return true;
}

int main(void)
{
    struct contract contract = {
        .port = &board.port,
        .turn = turn,
        .say = say,
        .echo_host = "localhost",
        .closed_port = 9,
    };
    uint8_t byte = 0;
    unsigned failed;

    if (!prints_as_the_chip())
        crash_stop("the board does not print as the chip");
    if (!reads_numbers())
        crash_stop("the board does not read numbers");
    arguments_read(&arguments);
    network_init(&arguments);
    lx106_port_init(&board, &arguments);
    contract.echo_port = read_echo_port();
    if (files_read(&board.port, SECOND_FILE, &byte, 1) < 0) {
        failed = contract_run(&contract);
        if (failed > 0 || files_write(&board.port, SECOND_FILE, &byte, 1) != 0)
            simcall_exit(1);
        contract_before_reboot(&contract);
        board.port.ops->reboot(&board.port);
    }
    failed = contract_after_reboot(&contract);
    say(NULL, failed == 0 ? "the port keeps the contract" : "the port breaks the contract");
    simcall_exit(failed == 0 ? 0 : 1);
}
