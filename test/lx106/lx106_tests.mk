# Programs for the emulated board that go wrong or test it, with its own objects:
# build/lx106/test/*.bin. A part of `make firmware-lx106`.

LX_TEST := $(LX)/test
LX_TESTS := hang crash mute stuck contract enrol slow_app stuck_app
LX_TEST_OBJECTS := $(patsubst %,$(LX)/test/lx106/%.o,$(LX_TESTS)) $(LX)/test/port/port_contract.o
LX_DEVICE_OBJECTS := $(LX_APP) $(LX_CORE) $(LX_ENROL) $(LX_BOARD) $(LX_ASSEMBLY) $(LX_LIBRARIES)

firmware-lx106: $(patsubst %,$(LX_TEST)/%.bin,$(LX_TESTS))

$(LX_TEST_OBJECTS): $(LX)/%.o: %.c $(LX)/fetched
	@mkdir -p $(@D)
	$(LX_CC) $(LX_CFLAGS) $(WARNINGS) -c -o $@ $<

# In place of the port's main.c, of the user's code, or of functions of the device's.
$(LX_TEST)/contract.elf: $(LX)/test/port/port_contract.o
$(LX_TEST)/hang.elf $(LX_TEST)/crash.elf $(LX_TEST)/contract.elf $(LX_TEST)/enrol.elf: LX_TEST_OMIT := $(LX)/$(LX_PORT)/main.o
$(LX_TEST)/slow_app.elf $(LX_TEST)/stuck_app.elf: LX_TEST_OMIT := $(LX_APP)
$(LX_TEST)/mute.elf: LX_TEST_WRAP := -Wl,--wrap=network_start
$(LX_TEST)/stuck.elf: LX_TEST_WRAP := -Wl,--wrap=device_step

$(LX_TEST)/%.elf: $(LX)/test/lx106/%.o $(LX_DEVICE_OBJECTS) $(LX_PORT)/link/app.ld
	@mkdir -p $(@D)
	$(LX_CC) $(LX_LDFLAGS) $(LX_TEST_WRAP) -T $(LX_PORT)/link/app.ld -o $@ \
	    $(filter-out $(LX_TEST_OMIT),$(filter %.o,$^)) -lc -lgcc
