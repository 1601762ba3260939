# `make firmware-esp8266`: the firmware for the real board, with Espressif's ESP8266_RTOS_SDK.
# `make flash PORT=/dev/ttyUSB0` writes it to one, `make size-esp8266` prints what it takes.

APP ?= firmware/app/app.c

# What the command line says is in the environment of both.
.PHONY: firmware-esp8266 flash size-esp8266
firmware-esp8266: export APP := $(APP)
firmware-esp8266: $(B)/bin/secureesp
	@SECUREESP=$(B)/bin/secureesp firmware/port/esp8266/build

flash:
	$(if $(PORT),,$(error PORT is missing: make flash PORT=/dev/ttyUSB0))
	@scripts/flash $${FLASH:+--flash "$$FLASH"} "$$PORT"

size-esp8266:
	@test/esp8266/size.py
