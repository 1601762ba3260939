# What a device does with a wifi command's payload, for system scenarios.
$(B)/bin/open-wifi: $(B)/test/wifi/open_wifi.o $(B)/libdevice.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(DEVICE_LIBS)

test-programs: $(B)/bin/open-wifi
