# secureesp: `make` builds the programs, `make test` the unit tests, `make lint` the checks.
# VARIANT says how: release (default), asan, tsan, coverage, fuzz or analyzer, or for which other machine:
# arm64 or armhf; each builds into its own folder below build/.

PROGRAMS_VERSION := 0.1.0
VARIANT ?= release
B := build/$(VARIANT)

CC_fuzz := clang
# Debian's cross-compilers, with its libraries of that architecture beside the machine's own.
CROSS_arm64 := aarch64-linux-gnu-
CROSS_armhf := arm-linux-gnueabihf-
ifeq ($(origin CC),default)
CC := $(or $(CC_$(VARIANT)),$(CROSS_$(VARIANT))gcc)
endif
ifeq ($(origin AR),default)
AR := $(CROSS_$(VARIANT))ar
endif
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
CFLAGS_arm64 := $(CFLAGS_release)
LDFLAGS_arm64 := $(LDFLAGS_release)
CFLAGS_armhf := $(CFLAGS_release)
LDFLAGS_armhf := $(LDFLAGS_release)
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_tsan := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
LDFLAGS_tsan := -fsanitize=thread
CFLAGS_coverage := -O0 -g --coverage -fprofile-update=atomic
LDFLAGS_coverage := --coverage
CFLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_fuzz := -fsanitize=address,undefined
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wundef -Wstrict-prototypes -Wmissing-prototypes \
    -Wvla -Wformat=2 -Werror
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DSECUREESP_VERSION='"$(PROGRAMS_VERSION)"' -I. -pthread -MMD -MP \
    $(WARNINGS) $(CFLAGS_$(VARIANT)) $(CFLAGS)
ALL_LDFLAGS := -pthread $(LDFLAGS_$(VARIANT)) $(LDFLAGS)

# Where each program's sources live. A folder's *.c are all of its module.
LEAVES := server/base server/model server/pki server/image
DAEMON_MODULES := $(LEAVES) server/select server/store server/audit server/release server/ingest server/command server/mqtt \
    server/http server/auth server/revocation server/rotation server/rollout server/settings server/webhook server/alert server/operator server/homeassistant server/metrics server/archive server/backup server/download server/enrol server/wifi server/gui server/api \
    server/config server/daemon
CTL_MODULES := $(LEAVES) server/archive server/setup server/doctor server/ctl
SIGNER_MODULES := server/base server/model server/pki server/config server/signer
BROKER_MODULES := server/base server/model server/pki server/broker
DEVICE_MODULES := firmware/core firmware/enrol firmware/port firmware/port/host
# of the port for the chip: what can be tested without one
POLICY_MODULES := firmware/port/esp8266/policy
# and what can with a stand-in for Espressif's SDK
SDK := test/esp8266/sdk
SDK_USERS := $(addprefix firmware/port/esp8266/main/,attempts boot chip_mac wifi_credentials esp8266_flash image_bounds \
    last_reset otadata esp8266_rtc)

DAEMON_LIBS := -lmicrohttpd -lgnutls -lmosquitto -lssl -lcrypto -ljansson -lsqlite3 -linih -lcurl -lsystemd -lm
SIGNER_LIBS := -lcrypto -linih -lseccomp -lsystemd
CTL_LIBS := -lcurl -lssl -lcrypto -ljansson -lsqlite3
# What differs between the generations of Mbed TLS: the file that fits the installed one.
MBEDTLS_MAJOR := $(lastword $(shell echo MBEDTLS_VERSION_MAJOR | \
    $(CC) $(CFLAGS) -E -P -include mbedtls/version.h -x c - 2>/dev/null))
TLS_LIBRARY = $(B)/$(1)/tls_library/mbedtls_$(MBEDTLS_MAJOR).o
DEVICE_LIBS := -lmbedtls -lmbedx509 -lmbedcrypto -lcjson

sources = $(foreach d,$(1),$(wildcard $(d)/*.c $(d)/*.S))
objects = $(patsubst %,$(B)/%.o,$(basename $(call sources,$(1))))
no_main = $(filter-out %/main.o,$(1))

COMMON := $(call objects,common)
# What decides which slot runs: all of core that a boot loader links, and it needs no library.
BOOT := $(addprefix $(B)/,$(addsuffix .o,$(addprefix firmware/core/,slots files file_store failure) \
    common/crc32 common/error_step))
# The page for operators, each file by its path there; what draws its plots is Debian's libjs-dygraphs.
PAGE := server/gui/page
DYGRAPHS ?= /usr/share/javascript/dygraphs
PAGE_FILES := $(foreach f,$(shell find $(PAGE) -type f -name '[!.]*' | LC_ALL=C sort),$(f:$(PAGE)/%=%)=$(f)) \
    $(foreach f,dygraph.min.css dygraph.min.js,$(f)=$(DYGRAPHS)/$(f))
PAGE_LIST := $(B)/server/gui/page.list
PAGE_TABLE := $(B)/server/gui/gui_table.o
# The daemon's side of the signer: of that folder nothing else.
SIGNER_CLIENT := $(addprefix $(B)/server/signer/,signer_client.o signer_message.o)
DAEMON := $(call objects,$(DAEMON_MODULES)) $(SIGNER_CLIENT) $(PAGE_TABLE) $(COMMON)
SIGNER := $(call objects,$(SIGNER_MODULES)) $(COMMON)
# What looks at the database, or at a copy of it: of those folders nothing else.
DATABASE_LOOK := $(addprefix $(B)/server/,backup/backup_check.o $(addprefix store/,store_check.o store_copy.o store_uri.o))
CTL := $(call objects,$(CTL_MODULES)) $(DATABASE_LOOK) $(COMMON)
BROKER := $(call objects,$(BROKER_MODULES)) $(COMMON)
DEVICE := $(call objects,$(DEVICE_MODULES)) $(call TLS_LIBRARY,firmware/core) \
    $(call TLS_LIBRARY,firmware/enrol) $(COMMON)
ON_SDK := $(addprefix $(B)/,$(addsuffix .o,$(SDK_USERS))) $(call objects,$(SDK))
PROGRAMS := $(addprefix $(B)/bin/,secureespd secureesp secureesp-signer virtual-esp device-files)
# What the broker loads. Its objects are compiled once more: for any address, all hidden but what
# mosquitto looks for. mosquitto's own functions the broker brings. It stays in memory until the broker
# ends (nodelete): OpenSSL calls it (server/broker/tls_door.h).
PLUGIN := $(B)/lib/secureesp_broker.so
PLUGIN_MAIN := server/broker/broker_plugin.o
PLUGIN_CFLAGS := -fPIC -fvisibility=hidden
PLUGIN_LIBS := -lssl -lcrypto

# One test program for each x_test.c; the folder below test/unit says what it links against.
TESTS := $(patsubst %.c,$(B)/%,$(shell find test/unit -name '*_test.c' 2>/dev/null))
TESTS_BOOT := $(filter %/firmware/core/slots_test,$(TESTS))
TESTS_DEVICE := $(filter-out $(TESTS_BOOT),$(filter $(B)/test/unit/firmware/%,$(TESTS)))
TESTS_ON_SDK := $(filter $(B)/test/unit/firmware/port/esp8266/main/%,$(TESTS))
TESTS_CTL := $(filter $(addprefix $(B)/test/unit/server/,ctl/% setup/% doctor/%),$(TESTS))
TESTS_BROKER := $(filter $(B)/test/unit/server/broker/%,$(TESTS))
TESTS_SIGNER := $(filter $(B)/test/unit/server/signer/%,$(TESTS))
TESTS_SERVER := $(filter-out $(TESTS_BOOT) $(TESTS_DEVICE) $(TESTS_CTL) $(TESTS_BROKER) $(TESTS_SIGNER),$(TESTS))

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: FORCE all test-programs test lint coverage format install clean

all: $(PROGRAMS) $(PLUGIN)

$(B)/bin/secureespd: $(DAEMON)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(DAEMON_LIBS)

$(B)/bin/secureesp: $(CTL)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CTL_LIBS)

$(B)/bin/secureesp-signer: $(SIGNER)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(SIGNER_LIBS)

$(B)/bin/virtual-esp: $(DEVICE)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(DEVICE_LIBS)

$(B)/bin/lx106-image: $(B)/firmware/tool/lx106_image/main.o $(B)/common/crc32.o
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^

$(B)/bin/device-files: $(call objects,firmware/tool/device_files) $(B)/libdevice.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(DEVICE_LIBS)

$(B)/libplugin.a: $(patsubst $(B)/%,$(B)/plugin/%,$(filter-out %/$(PLUGIN_MAIN),$(BROKER)))
$(PLUGIN): $(B)/plugin/$(PLUGIN_MAIN) $(B)/libplugin.a
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-z,nodelete $(filter-out -pie,$(ALL_LDFLAGS)) -o $@ $^ $(PLUGIN_LIBS)

$(B)/plugin/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(PLUGIN_CFLAGS) -c -o $@ $<

$(B)/plugin/%.o: %.S
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(PLUGIN_CFLAGS) -c -o $@ $<

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Where the C library's time_t has 32 bits unless it is asked (Debian 12 on armhf) its libraries' has
# too. Dates are made in this file, which passes none to a library.
%/server/base/clock.o: ALL_CFLAGS += -D_TIME_BITS=64

# .incbin is invisible to -MMD.
PROFILES := $(addprefix $(B)/,server/pki/profiles.o plugin/server/pki/profiles.o)
$(PROFILES): $(addprefix certs/,ca.cnf root.cnf intermediate.cnf server.cnf device.cnf client.cnf)

# A list of them too, since a file that is gone is no prerequisite.
$(B)/server/gui/gui_table.c: scripts/lib/page_table.sh $(PAGE_LIST) \
    $(foreach f,$(PAGE_FILES),$(lastword $(subst =, ,$(f))))
	scripts/lib/page_table.sh $(@D) $(PAGE_FILES)
$(PAGE_LIST): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(PAGE_FILES) | cmp -s - $@ || printf '%s\n' $(PAGE_FILES) >$@
FORCE:
$(PAGE_TABLE): $(B)/server/gui/gui_table.c
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/server/api/api_openapi_text.o: $(wildcard server/api/openapi/*.json)

$(B)/%.o: %.S
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

test-programs: $(TESTS)

# Libraries, so that a test takes only the objects it needs.
$(B)/libdaemon.a: $(call no_main,$(DAEMON))
$(B)/libctl.a: $(call no_main,$(CTL))
$(B)/libsigner.a: $(call no_main,$(SIGNER))
$(B)/libbroker.a: $(filter-out %/broker_plugin.o,$(BROKER))
$(B)/libdevice.a: $(call no_main,$(DEVICE)) $(call objects,$(POLICY_MODULES))
$(B)/lib%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(TESTS_SERVER): $(B)/%: $(B)/%.o $(B)/libdaemon.a
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(DAEMON_LIBS)
$(TESTS_CTL): $(B)/%: $(B)/%.o $(B)/libctl.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(CTL_LIBS)
$(TESTS_SIGNER): $(B)/%: $(B)/%.o $(B)/libsigner.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(SIGNER_LIBS)
$(TESTS_BROKER): $(B)/%: $(B)/%.o $(B)/libbroker.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(PLUGIN_LIBS)
$(B)/test/unit/firmware/port/host/contract_test: $(B)/test/port/port_contract.o
$(ON_SDK) $(TESTS_ON_SDK:=.o): ALL_CFLAGS += -I$(SDK)
$(TESTS_ON_SDK): $(ON_SDK)
$(TESTS_DEVICE): $(B)/%: $(B)/%.o $(call TLS_LIBRARY,test/unit/firmware) $(B)/libdevice.a
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(DEVICE_LIBS)
$(TESTS_BOOT): $(B)/%: $(B)/%.o $(BOOT)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka

test:
	scripts/test

lint:
	scripts/lint

coverage:
	scripts/coverage

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build

include firmware/port/lx106/lx106.mk firmware/port/esp8266/esp8266.mk scripts/install.mk scripts/deb.mk $(wildcard test/*/*.mk)
-include $(shell find $(B) -name '*.d' 2>/dev/null)
