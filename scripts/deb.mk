# `make deb`: Debian packages of this release and architecture in build/deb, as scripts/debian has it.
# They are built in a copy of the tree, so that what is built or lies about here is not in them.

DEB := build/deb
DEB_TREE := Makefile LICENSE README.md certs common firmware scripts server
# No key, should one lie there.
DEB_LEFT_OUT := --exclude=__pycache__ --exclude='*.key'

.PHONY: deb
deb: $(DEB)/built

$(DEB)/built: $(if $(filter deb,$(MAKECMDGOALS)),$(shell find $(DEB_TREE) -name __pycache__ -prune -o -type f -print))
	dpkg-checkbuilddeps -I scripts/debian/control
	rm -rf $(DEB)
	mkdir -p $(DEB)/tree
	tar -c $(DEB_LEFT_OUT) $(DEB_TREE) | tar -x -C $(DEB)/tree
	cp -r scripts/debian $(DEB)/tree/debian
	sed -i 's/@VERSION@/$(PROGRAMS_VERSION)/' $(DEB)/tree/debian/changelog
	cd $(DEB)/tree && env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES \
	    dpkg-buildpackage --build=binary --no-sign --no-check-builddeps -j$(shell nproc)
	touch $@
