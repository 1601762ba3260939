# What system scenarios preload into a process whose clock is wrong, or driven; no sanitizer watches it.
test-programs: $(B)/bin/clock-offset.so $(B)/bin/clock-drive.so

$(B)/bin/clock-offset.so: test/clock/clock_offset.c
$(B)/bin/clock-drive.so: test/clock/clock_drive.c
$(B)/bin/clock-%.so:
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O2 -fPIC -shared -o $@ $<
