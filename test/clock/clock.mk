# What system scenarios preload into a process whose clock is wrong; no sanitizer watches it.
test-programs: $(B)/bin/clock-offset.so

$(B)/bin/clock-offset.so: test/clock/clock_offset.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O2 -fPIC -shared -o $@ $<
