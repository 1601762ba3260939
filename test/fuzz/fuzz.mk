# Fuzz targets: a program for each x_fuzz.c. Built with VARIANT=fuzz it is a fuzzer, which
# scripts/fuzz runs; else it runs the files of corpus/x, as one of the ordinary tests.

FUZZ_SECONDS ?= 60
FUZZ ?=

FUZZ_BROKER := access broker_option broker_identity session_record
FUZZ_CTL := server_record sse text wifi_file
FUZZ_SIGNER := signer_config signer_message
FUZZ_DEVICE := command est events hpke http identity image_digest image_scan mqtt settings slots tls_name
FUZZ_ALL := $(patsubst test/fuzz/%_fuzz.c,%,$(wildcard test/fuzz/*_fuzz.c))
FUZZ_SERVER := $(filter-out $(FUZZ_BROKER) $(FUZZ_CTL) $(FUZZ_SIGNER) $(FUZZ_DEVICE),$(FUZZ_ALL))

fuzz_programs = $(1:%=$(B)/test/fuzz/%_fuzz)

ifeq ($(VARIANT),fuzz)
FUZZ_MAIN := -fsanitize=fuzzer
else
FUZZ_MAIN := $(B)/test/fuzz/corpus_main.o $(B)/server/base/file.o $(B)/server/base/err.o
endif
FUZZ_OBJECTS := $(B)/test/fuzz/fuzz.o $(filter %.o,$(FUZZ_MAIN))

$(call fuzz_programs,$(FUZZ_SERVER)): $(B)/%: $(B)/%.o $(FUZZ_OBJECTS) $(B)/libdaemon.a
	$(CC) $(ALL_LDFLAGS) $(filter -%,$(FUZZ_MAIN)) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(DAEMON_LIBS)
$(call fuzz_programs,$(FUZZ_BROKER)): $(B)/%: $(B)/%.o $(FUZZ_OBJECTS) $(B)/libbroker.a
	$(CC) $(ALL_LDFLAGS) $(filter -%,$(FUZZ_MAIN)) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PLUGIN_LIBS)
$(call fuzz_programs,$(FUZZ_CTL)): $(B)/%: $(B)/%.o $(FUZZ_OBJECTS) $(B)/libctl.a
	$(CC) $(ALL_LDFLAGS) $(filter -%,$(FUZZ_MAIN)) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(CTL_LIBS)
$(call fuzz_programs,$(FUZZ_SIGNER)): $(B)/%: $(B)/%.o $(FUZZ_OBJECTS) $(B)/libsigner.a
	$(CC) $(ALL_LDFLAGS) $(filter -%,$(FUZZ_MAIN)) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(SIGNER_LIBS)
$(call fuzz_programs,$(FUZZ_DEVICE)): $(B)/%: $(B)/%.o $(FUZZ_OBJECTS) $(B)/libdevice.a
	$(CC) $(ALL_LDFLAGS) $(filter -%,$(FUZZ_MAIN)) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(DEVICE_LIBS)

# These have the device judge what the server made.
$(call fuzz_programs,config config_member settings_patch): $(addprefix $(B)/firmware/core/,failure.o json.o settings.o)
$(call fuzz_programs,config config_member settings_patch): DAEMON_LIBS += -lcjson

# These read what comes through TLS; its place is taken by what the input says.
$(call fuzz_programs,est http mqtt): $(B)/test/fuzz/fake_tls.o

.PHONY: fuzz fuzz-programs
fuzz-programs: $(call fuzz_programs,$(FUZZ_ALL))
test-programs: fuzz-programs

fuzz:
	FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ='$(FUZZ)' scripts/fuzz
