#ifndef TEST_ESP8266_SDK_ESP_ATTR_H
#define TEST_ESP8266_SDK_ESP_ATTR_H

// RTC memory: a restart leaves it as it is, and after a power cut sdk_chip.c fills it with dirt.
#define RTC_NOINIT_ATTR __attribute__((section("rtc_noinit")))

#endif
