# Tests in which allocations of ours fail (test/unit/failing_memory.h).
FAILING_MEMORY := $(addprefix $(B)/test/unit/,firmware/core/memory_test firmware/core/memory_device_test \
    firmware/enrol/enrol_memory_test \
    firmware/port/host/due_heap_test \
    server/auth/device_auth_test server/command/command_list_test server/ctl/url_test \
    server/daemon/config_test server/download/download_config_test server/pki/public_key_test)
FAILING_MEMORY_FLAGS := $(patsubst %,-Xlinker --wrap=%,malloc calloc realloc strdup strndup)

$(FAILING_MEMORY): DAEMON_LIBS += $(FAILING_MEMORY_FLAGS)
$(FAILING_MEMORY): CTL_LIBS += $(FAILING_MEMORY_FLAGS)
$(FAILING_MEMORY): DEVICE_LIBS += $(FAILING_MEMORY_FLAGS)
# Those of Mbed TLS too: not out of a shared library.
$(B)/test/unit/firmware/core/memory_test $(B)/test/unit/firmware/core/memory_device_test \
    $(B)/test/unit/firmware/enrol/enrol_memory_test: \
    DEVICE_LIBS := $(DEVICE_LIBS:-lmbed%=-l:libmbed%.a) $(FAILING_MEMORY_FLAGS)

# What is certified is looked at from other days too.
$(B)/test/unit/server/auth/device_auth_test: DAEMON_LIBS += -Xlinker --wrap=clock_system_ms -Xlinker --wrap=mac_parse
$(B)/test/unit/server/auth/device_auth_late_test: DAEMON_LIBS += -Xlinker --wrap=clock_system_ms

# Files' tests see each call of the system, and let it fail; that of folders' locks comes between two.
$(B)/test/unit/server/base/file_test: DAEMON_LIBS += \
    $(patsubst %,-Xlinker --wrap=%,close fchmod fchown fsync rename write)
$(B)/test/unit/server/ctl/backup_restore_test: CTL_LIBS += $(patsubst %,-Xlinker --wrap=%,fsync syncfs rename)
$(B)/test/unit/server/base/new_file_test: DAEMON_LIBS += -Xlinker --wrap=fsync -Xlinker --wrap=rename
$(B)/test/unit/server/image/image_files_test: DAEMON_LIBS += -Xlinker --wrap=fsync
$(B)/test/unit/server/pki/issued_test: DAEMON_LIBS += $(patsubst %,-Xlinker --wrap=%,flock fsync open_memstream)
$(B)/test/unit/server/pki/credential_file_test: DAEMON_LIBS += $(patsubst %,-Xlinker --wrap=%,fchmod syncfs write)
$(B)/test/unit/server/pki/pki_rotation_test: DAEMON_LIBS += -Xlinker --wrap=rename
$(B)/test/unit/server/base/lock_folder_test: DAEMON_LIBS += -Xlinker --wrap=flock

# What is due after a day is looked at from then.
$(B)/test/unit/server/daemon/housekeeping_test: DAEMON_LIBS += -Xlinker --wrap=clock_now_ms -Xlinker --wrap=clock_monotonic_ms

# How often a device may renew is looked at from hours later.
$(B)/test/unit/server/enrol/enrol_test: DAEMON_LIBS += -Xlinker --wrap=clock_monotonic_ms

# The system's clock is set, for the test alone.
$(B)/test/unit/server/daemon/clock_watch_test: DAEMON_LIBS += -Xlinker --wrap=clock_ahead_ms

# Tests that look at what is given back (test/unit/freed_memory.h).
$(addprefix $(B)/test/unit/server/,backup/backup_pipe_test pki/age_reader_test): DAEMON_LIBS += -Xlinker --wrap=free
$(addprefix $(B)/test/unit/server/ctl/,secret_file_test secret_prompt_test): CTL_LIBS += -Xlinker --wrap=free

# What the system would have libcurl do is set by the test.
$(B)/test/unit/server/webhook/webhook_post_test: DAEMON_LIBS += -Xlinker --wrap=curl_easy_init

# What takes half a minute of silence is looked at from later on.
$(addprefix $(B)/test/unit/server/http/,http_crowded_test http_leaving_test http_verdict_test): DAEMON_LIBS += -Xlinker --wrap=clock_monotonic_ms

# Sweeps of power cuts connect more often than there is time for handshakes.
$(foreach d,core enrol,$(filter $(B)/test/unit/firmware/$(d)/power_cut%_test,$(TESTS))): \
    $(B)/test/unit/firmware/plain_tls.o

# The examples of the user's own code, which is no part of a library.
$(B)/test/unit/firmware/app/button_test: $(B)/firmware/app/examples/button.o
$(B)/test/unit/firmware/app/sensor_test: $(B)/firmware/app/examples/sensor.o
$(B)/test/unit/firmware/app/bind_test: $(B)/firmware/app/bind.o

# The broker's gate is looked at from other days too.
$(addprefix $(B)/test/unit/server/broker/,gate_test gate_access_test gate_meet_test \
    gate_orders_test gate_sessions_test gate_sessions_file_test gate_tick_test gate_traffic_test trust_test): \
    PLUGIN_LIBS += -Xlinker --wrap=clock_system_ms -Xlinker --wrap=clock_monotonic_ms

# The file of sessions cannot be written, or is not known to be.
$(B)/test/unit/server/broker/session_file_test: PLUGIN_LIBS += -Xlinker --wrap=fdatasync
$(addprefix $(B)/test/unit/server/broker/,gate_sessions_test gate_sessions_file_test): PLUGIN_LIBS += \
    $(patsubst %,-Xlinker --wrap=%,fdatasync fsync rename)

# The door is looked at without memory.
$(B)/test/unit/server/broker/tls_door_test $(B)/test/unit/server/broker/tls_door_handshake_test: PLUGIN_LIBS += -Xlinker --wrap=foreign_x509_to_der

# What the device asks for is read by OpenSSL.
$(B)/test/unit/firmware/enrol/request_test: DEVICE_LIBS += -lcrypto

# A message is sealed with the key of the RFC's vector.
$(B)/test/unit/server/pki/hpke_test: DAEMON_LIBS += -Xlinker --wrap=EVP_PKEY_Q_keygen
