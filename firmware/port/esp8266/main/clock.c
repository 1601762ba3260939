// The clock.
#include "firmware/port/esp8266/main/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

#include <esp_sntp.h>
#include <esp_timer.h>
#include <lwip/tcpip.h>

#include "firmware/core/settings.h"

static char server[SETTINGS_HOST_SIZE]; // lwIP keeps the pointer
static volatile bool is_set;

// In place of the SDK's own: the first answer sets the clock, later ones correct it.
void sntp_sync_time(struct timeval *time)
{
    (void)settimeofday(time, NULL);
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

void clock_start(const char *ntp_server)
{
    snprintf(server, sizeof server, "%s", ntp_server);
    printf("clock: asking %s\n", server);
    if (tcpip_callback(restart, NULL) != ERR_OK)
        printf("clock: lwIP does not take the request\n");
}

// The SDK's time_t has 32 bits and ends in 2038: as an unsigned number it lasts until 2106.
int64_t clock_unix_time(void)
{
    return is_set ? (int64_t)(uint32_t)time(NULL) : 0;
}

uint32_t clock_now_ms(void)
{
    return (uint32_t)(esp_timer_get_time() / 1000);
}
