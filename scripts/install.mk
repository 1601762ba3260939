# `make install`: where each file belongs (Filesystem Hierarchy Standard 3.0).
