#ifndef FIRMWARE_PORT_ESP8266_MAIN_ESP8266_RTC_H
#define FIRMWARE_PORT_ESP8266_MAIN_ESP8266_RTC_H

#include <stddef.h>
#include <stdint.h>

// The part of the RTC memory that is ours: a restart leaves it as it is, a power cut does not. The
// chip reads and writes it by words of 32 bits only.

#define ESP8266_RTC_RETAINED_SIZE 256 // for core's sessions
#define ESP8266_RTC_NOTE_SIZE 64      // why the last run ended, last_reset.h

// n is ESP8266_RTC_RETAINED_SIZE at most.
void esp8266_rtc_read_retained(uint8_t *p, size_t n);
void esp8266_rtc_write_retained(const uint8_t *p, size_t n);

void esp8266_rtc_read_note(uint32_t words[ESP8266_RTC_NOTE_SIZE / 4]);
void esp8266_rtc_write_note(const uint32_t words[ESP8266_RTC_NOTE_SIZE / 4]);

// attempts.h
uint32_t esp8266_rtc_read_attempts(void);
void esp8266_rtc_write_attempts(uint32_t word);

#endif
