# `make install`: where each file belongs (Filesystem Hierarchy Standard 3.0). DESTDIR is put before
# every path, for packages; a configuration that is there is never overwritten, the new one is put
# beside it as *.new. Daemon and broker may pass through the folders of the CA to the one key that
# belongs to each; every other key there is readable by root alone.

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
INSTALL ?= install

INSTALL_ETC := server/etc
INSTALL_MAN_SECTIONS := 1 5 8
installed = $(DESTDIR)$(PREFIX)
installed_man = $(foreach s,$(INSTALL_MAN_SECTIONS),\
    $(patsubst server/man/%,$(installed)/share/man/man$(s)/%,$(wildcard server/man/*.$(s))))

# $(call install_configuration,FILE,TARGET)
define install_configuration
if [ ! -e "$(2)" ]; then \
    $(INSTALL) -D -m 0644 $(1) "$(2)"; \
elif ! cmp -s $(1) "$(2)"; then \
    $(INSTALL) -m 0644 $(1) "$(2).new"; \
    echo "kept $(2); the new one is $(2).new"; \
fi
endef

.PHONY: uninstall

install: all
	$(INSTALL) -D -m 0755 $(B)/bin/secureespd "$(installed)/sbin/secureespd"
	$(INSTALL) -D -m 0755 $(B)/bin/secureesp "$(installed)/bin/secureesp"
	$(INSTALL) -D -m 0755 $(B)/bin/virtual-esp "$(installed)/bin/virtual-esp"
	$(INSTALL) -D -m 0755 $(B)/bin/device-files "$(installed)/bin/device-files"
	$(INSTALL) -d "$(installed)/lib/systemd/system"
	sed 's|/usr/local/sbin/|$(PREFIX)/sbin/|; s|/etc/secureesp/|$(SYSCONFDIR)/secureesp/|' \
	    $(INSTALL_ETC)/secureespd.service >"$(installed)/lib/systemd/system/secureespd.service"
	chmod 0644 "$(installed)/lib/systemd/system/secureespd.service"
	$(INSTALL) -D -m 0644 $(INSTALL_ETC)/sysusers.d/secureesp.conf \
	    "$(installed)/lib/sysusers.d/secureesp.conf"
	for section in $(INSTALL_MAN_SECTIONS); do \
	    $(INSTALL) -d "$(installed)/share/man/man$$section" && \
	    $(INSTALL) -m 0644 server/man/*.$$section "$(installed)/share/man/man$$section/" || exit 1; \
	done
	$(INSTALL) -D -m 0644 server/ctl/completion/secureesp.bash \
	    "$(installed)/share/bash-completion/completions/secureesp"
	for folder in pki pki/servers pki/devices; do \
	    [ -d "$(DESTDIR)$(SYSCONFDIR)/secureesp/$$folder" ] || \
	        $(INSTALL) -d -m 0711 "$(DESTDIR)$(SYSCONFDIR)/secureesp/$$folder" || exit 1; \
	done
	@$(call install_configuration,$(INSTALL_ETC)/secureesp.conf,$(DESTDIR)$(SYSCONFDIR)/secureesp/secureesp.conf)
	@$(call install_configuration,$(INSTALL_ETC)/mosquitto/secureesp.conf,$(DESTDIR)$(SYSCONFDIR)/mosquitto/conf.d/secureesp.conf)
	@$(call install_configuration,$(INSTALL_ETC)/mosquitto/secureesp.acl,$(DESTDIR)$(SYSCONFDIR)/mosquitto/secureesp.acl)

# Leaves configuration, keys and database alone.
uninstall:
	rm -f "$(installed)/sbin/secureespd" "$(installed)/bin/secureesp" \
	    "$(installed)/bin/virtual-esp" "$(installed)/bin/device-files" \
	    "$(installed)/lib/systemd/system/secureespd.service" \
	    "$(installed)/lib/sysusers.d/secureesp.conf" \
	    "$(installed)/share/bash-completion/completions/secureesp" $(installed_man)
