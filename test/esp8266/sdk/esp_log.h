#ifndef TEST_ESP8266_SDK_ESP_LOG_H
#define TEST_ESP8266_SDK_ESP_LOG_H

#include <stdio.h>

#define ESP_LOGE(tag, format, ...) fprintf(stderr, tag ": " format "\n", __VA_ARGS__)

#endif
