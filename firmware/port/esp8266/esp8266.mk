# `make firmware-esp8266`: the firmware for the real board, with Espressif's ESP8266_RTOS_SDK.
# `make flash PORT=/dev/ttyUSB0` writes it to one, `make size-esp8266` prints what it takes.

APP ?= firmware/app/app.c

.PHONY: firmware-esp8266 flash size-esp8266
firmware-esp8266: $(B)/bin/secureesp
	@BOARD='$(BOARD)' VERSION='$(VERSION)' \
	    KEY='$(KEY)' TRUST='$(TRUST)' FLASH='$(FLASH)' APP='$(APP)' SETTINGS='$(SETTINGS)' \
	    CONTRACT='$(CONTRACT)' SECUREESP='$(B)/bin/secureesp' firmware/port/esp8266/build

flash:
	@scripts/flash $(if $(FLASH),--flash $(FLASH)) $(if $(PORT),$(PORT),$(error PORT is missing: make flash PORT=/dev/ttyUSB0))

size-esp8266:
	@test/esp8266/size.py
