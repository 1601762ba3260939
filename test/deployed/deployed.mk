# A deployed device, for the system scenarios.
DEPLOYED := $(call objects,test/deployed) $(B)/firmware/port/host/fault.o $(COMMON)

test-programs: $(B)/bin/deployed

$(B)/bin/deployed: $(DEPLOYED)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lbearssl

$(B)/test/unit/deployed/wire_test: $(B)/test/deployed/wire.o
$(B)/test/unit/deployed/arena_test: $(B)/test/deployed/arena.o
$(B)/test/unit/deployed/image_check_test: $(addprefix $(B)/test/deployed/,image_check.o \
    signing_key.o pem_file.o arena.o deployed_report.o)
$(B)/test/unit/deployed/image_check_test: DAEMON_LIBS += -lbearssl
