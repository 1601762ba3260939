# A deployed device, for the system scenarios.
DEPLOYED := $(call objects,test/deployed)

test-programs: $(B)/bin/deployed

$(B)/bin/deployed: $(DEPLOYED)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lbearssl

$(B)/test/unit/deployed/wire_test: $(B)/test/deployed/wire.o
$(B)/test/unit/deployed/arena_test: $(B)/test/deployed/arena.o
