// The clock.
#include "firmware/port/esp8266/main/esp8266_clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/time.h>

#include <esp_sntp.h>
#include <esp_timer.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <lwip/tcpip.h>

#include "firmware/core/settings.h"

static char server[SETTINGS_HOST_SIZE]; // lwIP keeps the pointer
static volatile bool is_set;
static volatile uint32_t started_at; // seconds since 1970

// The SDK adds the time since the last tick to that of the ticks, with the tick's interrupt in
// between: now and then the sum would be 10 ms too much, and time would go back afterwards.
static int64_t uptime_us(void)
{
    int64_t us;

    portENTER_CRITICAL();
    us = esp_timer_get_time();
    portEXIT_CRITICAL();
    return us;
}

// In place of the SDK's own: the first answer sets the clock, later ones correct it. What the SDK
// itself makes of it is for Mbed TLS, and ends in 2038.
void sntp_sync_time(struct timeval *time)
{
    (void)settimeofday(time, NULL);
    started_at = (uint32_t)time->tv_sec - (uint32_t)(uptime_us() / 1000000);
    is_set = true;
}

// In lwIP's own task, as whatever changes its lists.
static void restart(void *ctx)
{
    (void)ctx;
    if (sntp_enabled())
        sntp_stop();
    sntp_setoperatingmode(SNTP_OPMODE_POLL);
    sntp_setservername(0, server);
    sntp_init();
}

void esp8266_clock_start(const char *ntp_server)
{
    snprintf(server, sizeof server, "%s", ntp_server);
    printf("clock: asking %s\n", server);
    if (tcpip_callback(restart, NULL) != ERR_OK)
        printf("clock: lwIP does not take the request\n");
}

int64_t esp8266_clock_unix_time(void)
{
    return is_set ? (int64_t)(uint32_t)(started_at + (uint32_t)(uptime_us() / 1000000)) : 0;
}

uint32_t esp8266_clock_now_ms(void)
{
    return (uint32_t)(uptime_us() / 1000);
}
