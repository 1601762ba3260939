// The chip: its boot loader, its resets and what they do to RTC memory.
#include "test/esp8266/sdk/sdk_chip.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test/esp8266/sdk/esp_spi_flash.h"
#include "test/esp8266/sdk/ota.h"
#include "test/esp8266/sdk/sdk_flash.h"

#define DIRT 0x5a

// The linker's bounds of what has RTC_NOINIT_ATTR.
extern uint8_t __start_rtc_noinit[];
extern uint8_t __stop_rtc_noinit[];

static jmp_buf boot_loader;
static unsigned running;
static unsigned starts[SDK_CHIP_SLOTS];
static esp_reset_reason_t reason;
static esp_reset_reason_t next_reason;

void sdk_chip_spoil_rtc(uint8_t dirt)
{
    for (uint8_t *p = __start_rtc_noinit; p < __stop_rtc_noinit; p++)
        *p ^= dirt;
}

void sdk_chip_reset(void)
{
    sdk_flash_reset();
    memset(starts, 0, sizeof starts);
    sdk_chip_spoil_rtc(DIRT);
    next_reason = ESP_RST_POWERON;
}

static enum sdk_chip_end find_image(void)
{
    unsigned selected;
    enum ota_image found;

    ota_selected(&selected);
    for (unsigned i = 0; i < SDK_CHIP_SLOTS; i++) {
        running = i == 0 ? selected : 1 - selected;
        found = ota_judge(ota_slot(running));
        if (found != OTA_IMAGE_BAD)
            return found == OTA_IMAGE_GOOD ? SDK_CHIP_RUNS : SDK_CHIP_BUSY;
    }
    return SDK_CHIP_DEAD;
}

static void power_on(void)
{
    nor_power_on(sdk_flash_power());
    sdk_chip_spoil_rtc(DIRT);
    next_reason = ESP_RST_POWERON;
}

static int silence(void)
{
    int serial = dup(STDOUT_FILENO);
    int nobody = open("/dev/null", O_WRONLY | O_CLOEXEC);

    fflush(stdout);
    dup2(nobody, STDOUT_FILENO);
    close(nobody);
    return serial;
}

static void speak_again(int serial)
{
    fflush(stdout);
    dup2(serial, STDOUT_FILENO);
    close(serial);
}

static enum sdk_chip_end run(void (*program)(void *ctx), void *ctx)
{
    enum sdk_chip_end end = (enum sdk_chip_end)setjmp(boot_loader); // SDK_CHIP_RUNS at first

    if (end == SDK_CHIP_RUNS)
        program(ctx);
    return end;
}

enum sdk_chip_end sdk_chip_start(void (*program)(void *ctx), void *ctx)
{
    enum sdk_chip_end end;
    int serial;

    if (sdk_flash_power()->is_off)
        power_on();
    end = find_image();
    if (end != SDK_CHIP_RUNS)
        return end;
    reason = next_reason;
    next_reason = ESP_RST_SW;
    starts[running]++;
    serial = silence();
    end = run(program, ctx);
    speak_again(serial);
    return end;
}

unsigned sdk_chip_running(void)
{
    return running;
}

unsigned sdk_chip_starts(unsigned slot)
{
    return starts[slot];
}

void sdk_chip_reset_by(esp_reset_reason_t why)
{
    next_reason = why;
}

esp_reset_reason_t esp_reset_reason(void)
{
    return reason;
}

void esp_restart(void)
{
    longjmp(boot_loader, SDK_CHIP_RESTARTED);
}

void sdk_chip_lose_power(void)
{
    longjmp(boot_loader, SDK_CHIP_POWER_LOST);
}

void sdk_chip_bite(void)
{
    next_reason = ESP_RST_WDT;
    longjmp(boot_loader, SDK_CHIP_BITTEN);
}

void sdk_chip_put_image(unsigned slot, uint32_t random)
{
    uint8_t *to = sdk_flash_at(ota_slot(slot)->address);

    memset(to, 0xff, SDK_CHIP_SLOT_SIZE);
    ota_make_image(to, SDK_CHIP_IMAGE_SIZE, random);
}

void sdk_chip_damage(unsigned slot)
{
    *sdk_flash_at(ota_slot(slot)->address + SDK_CHIP_IMAGE_SIZE / 2) ^= 0x10;
}

bool sdk_chip_is_good(unsigned slot)
{
    return ota_judge(ota_slot(slot)) == OTA_IMAGE_GOOD;
}

static uint8_t *otadata_at(size_t sector)
{
    const esp_partition_t *otadata =
        esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_OTA, NULL);

    return sdk_flash_at(otadata->address + (uint32_t)sector * SPI_FLASH_SEC_SIZE);
}

void sdk_chip_blank_otadata(void)
{
    memset(otadata_at(0), 0xff, (size_t)OTA_ENTRIES * SPI_FLASH_SEC_SIZE);
}

void sdk_chip_tear_otadata(void)
{
    sdk_chip_blank_otadata();
    *otadata_at(0) = 1; // the sequence number has come so far, its CRC has not
}
