# `make firmware-lx106`: the firmware for the ESP8266's processor as QEMU emulates it, with lwIP,
# Mbed TLS and cJSON from Debian's source packages.

LX := build/lx106
LX_SOURCES := $(LX)/src
LX_PORT := firmware/port/lx106
LX_CONFIG := $(wildcard $(LX_PORT)/config/*.h $(LX_PORT)/config/*/*.h)
LX_CC := xtensa-lx106-elf-gcc
LX_OBJCOPY := xtensa-lx106-elf-objcopy

# The generation of Mbed TLS: of the sources, or, before they are there, of what is installed.
LX_MBEDTLS_MAJOR := $(or $(lastword $(shell cat $(LX_SOURCES)/mbedtls/include/mbedtls/version.h \
    $(LX_SOURCES)/mbedtls/include/mbedtls/build_info.h 2>/dev/null | \
    sed -n 's/^.define MBEDTLS_VERSION_MAJOR *//p')),$(MBEDTLS_MAJOR))

LX_INCLUDES := -I. -I$(LX_PORT)/config -isystem $(LX_SOURCES)/mbedtls/include \
    -isystem $(LX_SOURCES)/lwip/src/include -isystem $(LX_SOURCES) \
    -isystem /usr/lib/xtensa-lx106-elf/include
LX_CFLAGS := -std=c11 -D_GNU_SOURCE -Os -mlongcalls -mtext-section-literals -ffunction-sections \
    -fdata-sections -fno-inline-functions-called-once -fconserve-stack -fstack-usage -MMD -MP \
    -DMBEDTLS_CONFIG_FILE='<mbedtls_config_$(LX_MBEDTLS_MAJOR).h>' $(LX_INCLUDES)
# What -Os does for speed alone: a hundredth of our code.
LX_SMALLER := -fno-thread-jumps -fno-move-loop-invariants -fno-cse-follow-jumps \
    -fno-tree-dominator-opts -frename-registers -fno-jump-tables
# printf is no more than the chip's, see board/nano_format.h; the boot loader has no room for that.
LX_PRINTF = nano_format_print
$(LX)/boot.elf: LX_PRINTF = __i_vfprintf
# Without --size-opt the linker lengthens instructions again where it has shortened a call, so that
# branches meet words as before: 2 KB. The C library is the one that Debian builds for size; that in
# release/ has memmem(), strstr() and malloc() for speed: 3 KB.
LX_LDFLAGS = -nostdlib -Wl,--gc-sections -Wl,--size-opt -Wl,--defsym=vfprintf=$(LX_PRINTF) \
    -Wl,--wrap=malloc,--wrap=realloc,--wrap=free \
    -L/usr/lib/xtensa-lx106-elf/lib

LX_MBEDTLS_2 := rsa_internal ssl_cli
LX_MBEDTLS_3 := bignum_core block_cipher pk_ecc rsa_alt_helpers ssl_client ssl_tls12_client
LX_MBEDTLS := aes asn1parse asn1write base64 bignum cipher cipher_wrap constant_time ctr_drbg ecdh \
    ecdsa ecp ecp_curves gcm hmac_drbg md oid pem pk pk_wrap pkparse platform platform_util rsa \
    sha256 ssl_ciphersuites ssl_msg ssl_tls x509 x509_crt $(LX_MBEDTLS_$(LX_MBEDTLS_MAJOR))
LX_LWIP := core/def core/dns core/inet_chksum core/init core/ip core/mem core/memp core/netif \
    core/pbuf core/tcp core/tcp_in core/tcp_out core/timeouts core/udp core/ipv4/dhcp \
    core/ipv4/etharp core/ipv4/icmp core/ipv4/ip4 core/ipv4/ip4_addr netif/ethernet apps/sntp/sntp

lx_own = $(patsubst %,$(LX)/%.o,$(basename $(wildcard $(1:%=%/*.c))))
LX_CORE := $(call lx_own,firmware/core common) \
    $(LX)/firmware/core/tls_library/mbedtls_$(LX_MBEDTLS_MAJOR).o
LX_ENROL := $(call lx_own,firmware/enrol) $(LX)/firmware/enrol/tls_library/mbedtls_$(LX_MBEDTLS_MAJOR).o
# The user's code, whichever file that is.
APP ?= firmware/app/app.c
LX_APP := $(LX)/firmware/app/chosen.o
LX_APPS := $(call lx_own,firmware/app firmware/app/examples)
LX_BOARD := $(LX)/firmware/app/bind.o $(call lx_own,firmware/port $(LX_PORT) $(LX_PORT)/board $(LX_PORT)/network) \
    $(patsubst %.c,$(LX)/%.o,$(wildcard $(LX_PORT)/tls_library/mbedtls_$(LX_MBEDTLS_MAJOR).c))
LX_ASSEMBLY := $(patsubst %.S,$(LX)/%.o,$(wildcard $(LX_PORT)/board/*.S))
LX_LIBRARIES := $(LX_MBEDTLS:%=$(LX)/mbedtls/%.o) $(LX_LWIP:%=$(LX)/lwip/%.o) $(LX)/cjson/cJSON.o

LX_BOOT := $(call lx_own,$(LX_PORT)/boot)
LX_BOOT_ALL := $(LX)/$(LX_PORT)/boot/start.o $(LX_BOOT) $(patsubst %,$(LX)/%.o, common/crc32 common/error_step \
    $(addprefix firmware/core/,slots files file_store failure) \
    $(addprefix $(LX_PORT)/board/,arith multiply console crash lx106_flash nor reset))

.PHONY: firmware-lx106 size stack bench-firmware FORCE
firmware-lx106: $(LX)/firmware.bin $(LX)/boot.bin

# What it takes, against test/lx106/ceilings.
size: firmware-lx106
	test/lx106/size.py
stack: $(LX_CORE) $(LX_ENROL) $(LX_APPS)
	test/lx106/stack.py
bench-firmware: all firmware-lx106
	test/lx106/bench.py

$(LX)/fetched: $(LX_PORT)/fetch
	$(LX_PORT)/fetch $(LX_SOURCES) lwip mbedtls cjson
	@touch $@

# The compiler does not name headers that libraries include, even if they are ours.
$(sort $(LX_CORE) $(LX_ENROL) $(LX_BOARD) $(LX_BOOT) $(LX_APPS)): $(LX)/%.o: %.c $(LX)/fetched $(LX_CONFIG)
	@mkdir -p $(@D)
	$(LX_CC) $(LX_CFLAGS) $(LX_SMALLER) $(WARNINGS) -c -o $@ $<

$(LX_ASSEMBLY) $(LX)/$(LX_PORT)/boot/start.o: $(LX)/%.o: %.S
	@mkdir -p $(@D)
	$(LX_CC) $(LX_CFLAGS) $(WARNINGS) -c -o $@ $<

# Anew when APP is another.
$(LX)/app.chosen: FORCE
	@mkdir -p $(@D)
	@echo '$(APP)' | cmp -s - $@ || echo '$(APP)' >$@
$(LX_APP): $(APP) $(LX)/app.chosen $(LX)/fetched
	@mkdir -p $(@D)
	$(LX_CC) $(LX_CFLAGS) $(WARNINGS) -c -o $@ $<

# Mbed TLS 3 does arithmetic by many tiny functions, each a call when small code is asked for.
LX_FAST_3 := bignum_core ecp_curves
$(LX_FAST_$(LX_MBEDTLS_MAJOR):%=$(LX)/mbedtls/%.o): LX_FASTER := -O2 -fno-partial-inlining -fno-ipa-cp -fno-tree-pre --param max-inline-insns-auto=12

# Theirs, so with no warnings of ours.
$(LX)/mbedtls/%.o: $(LX)/fetched $(LX_CONFIG)
	@mkdir -p $(@D)
	$(LX_CC) $(LX_CFLAGS) $(LX_FASTER) -c -o $@ $(LX_SOURCES)/mbedtls/library/$*.c

$(LX)/lwip/%.o: $(LX)/fetched $(LX_CONFIG)
	@mkdir -p $(@D)
	$(LX_CC) $(LX_CFLAGS) -c -o $@ $(LX_SOURCES)/lwip/src/$*.c

$(LX)/cjson/%.o: $(LX)/fetched
	@mkdir -p $(@D)
	$(LX_CC) $(LX_CFLAGS) -c -o $@ $(LX_SOURCES)/cjson/$*.c

$(LX)/firmware.elf: $(LX_APP) $(LX_CORE) $(LX_ENROL) $(LX_BOARD) $(LX_ASSEMBLY) $(LX_LIBRARIES) \
    $(LX_PORT)/link/app.ld
	$(LX_CC) $(LX_LDFLAGS) -T $(LX_PORT)/link/app.ld -Wl,-Map=$(LX)/firmware.map -o $@ \
	    $(filter %.o,$^) -lc -lgcc

# In LX_DRAM bytes of DRAM: how little is enough? (test/lx106/bench.py)
$(LX)/small/firmware.elf: $(LX_APP) $(LX_CORE) $(LX_ENROL) $(LX_BOARD) $(LX_ASSEMBLY) $(LX_LIBRARIES) \
    $(LX_PORT)/link/app.ld
	@mkdir -p $(@D)
	$(LX_CC) $(LX_LDFLAGS) -T $(LX_PORT)/link/app.ld -Wl,--defsym=_dram_size=$(LX_DRAM) -o $@ \
	    $(filter %.o,$^) -lc -lgcc

$(LX)/boot.elf: $(LX_BOOT_ALL) $(LX_PORT)/link/boot.ld
	$(LX_CC) $(LX_LDFLAGS) -T $(LX_PORT)/link/boot.ld -Wl,-Map=$(LX)/boot.map -o $@ \
	    $(filter %.o,$^) -lc -lgcc

$(LX)/boot.bin: $(LX)/boot.elf
	$(LX_OBJCOPY) -O binary $< $@

$(LX)/%.bin: $(LX)/%.elf $(B)/bin/lx106-image
	$(LX_OBJCOPY) -O binary $< $@
	$(B)/bin/lx106-image $@

-include $(shell find $(LX) -name src -prune -o -name '*.d' -print 2>/dev/null)
