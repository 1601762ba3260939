// The tests of the seam on the chip, in place of the port's main.c: `make firmware-esp8266
// CONTRACT=y`. Whoever sits at the serial line reads "ok" or "FAIL" of each, twice: the second time
// after a restart. The device's files must have "wifi", and "echo": the address of a server that
// sends back what it receives, as "192.168.1.2 7007".
#include "test/port/port_contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

#include "firmware/port/esp8266/main/boot.h"
#include "firmware/port/esp8266/main/esp8266_port.h"
#include "firmware/core/files.h"
#include "firmware/port/esp8266/main/last_reset.h"
#include "firmware/port/esp8266/main/led.h"
#include "firmware/port/esp8266/main/esp8266_stream.h"
#include "firmware/port/esp8266/main/supervisor.h"
#include "firmware/port/esp8266/main/tls_heap.h"
#include "firmware/port/esp8266/main/wifi.h"

#define ECHO_FILE "echo"
#define SECOND_FILE "second.test" // is there after the restart
#define ECHO_MAX 64

static struct esp8266_port board;

static void turn(void *ctx)
{
    (void)ctx;
    supervisor_feed();
    wifi_poll();
    esp8266_stream_wait(portTICK_PERIOD_MS);
}

static void say(void *ctx, const char *line)
{
    (void)ctx;
    printf("%s\n", line);
}

// Leaves host and port as they are if there is no such file.
static void read_echo(char host[ECHO_MAX], uint16_t *tcp_port)
{
    char text[ECHO_MAX] = "";
    char *blank;

    if (files_read(&board.port, ECHO_FILE, (uint8_t *)text, sizeof text - 1) <= 0)
        return;
    blank = strchr(text, ' ');
    if (blank == NULL)
        return;
    *blank = '\0';
    memcpy(host, text, ECHO_MAX);
    *tcp_port = (uint16_t)strtoul(blank + 1, NULL, 10);
}

static void end(const char *how)
{
    (void)files_remove(&board.port, SECOND_FILE);
    say(NULL, how);
    for (;;)
        turn(NULL);
}

static void start(void)
{
    esp8266_port_init(&board);
    supervisor_start();
    boot_choose(&board.port);
    tls_heap_start();
    tls_heap_settle();
    led_start();
}

void app_main(void); // called by the SDK

void app_main(void)
{
    char echo_host[ECHO_MAX] = "";
    struct contract contract = {
        .port = &board.port,
        .turn = turn,
        .say = say,
        .echo_host = echo_host,
        .closed_port = 9,
    };
    uint8_t byte = 0;

    start();
    read_echo(echo_host, &contract.echo_port);
    if (files_read(&board.port, SECOND_FILE, &byte, 1) < 0) {
        if (contract_run(&contract) > 0 || files_write(&board.port, SECOND_FILE, &byte, 1) != 0)
            end("the port breaks the contract");
        contract_before_reboot(&contract);
        last_reset_forget();
        board.port.ops->reboot(&board.port);
    }
    end(contract_after_reboot(&contract) == 0 ? "the port keeps the contract"
                                              : "the port breaks the contract");
}
