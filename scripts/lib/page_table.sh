#!/usr/bin/env bash
# page_table.sh OUT NAME=FILE...: writes OUT/gui_table.c, the table that server/gui/gui_table.h
# declares, of these files, and beside it, below OUT/page, each as it is served and by gzip.
set -euo pipefail
export LC_ALL=C

out=$1
shift

type_of() {
    case $1 in
    *.html) echo "text/html; charset=utf-8" ;;
    *.css) echo "text/css; charset=utf-8" ;;
    *.js) echo "text/javascript; charset=utf-8" ;;
    *.svg) echo "image/svg+xml" ;;
    *.png) echo "image/png" ;;
    *.webmanifest) echo "application/manifest+json" ;;
    *) echo "page_table.sh: $1: no type is known for that suffix" >&2 && return 1 ;;
    esac
}

# Without the line that names a map of a library's source, which is not served.
copy() {
    case $1 in
    *.min.js | *.min.css) sed '/^\/[*\/]# sourceMappingURL=/d' "$1" >"$2" ;;
    *) cp "$1" "$2" ;;
    esac
}

rm -rf "$out/page"
mkdir -p "$out/page"
rows=
bytes=
i=0
for pair; do
    name=${pair%%=*}
    type=$(type_of "$name")
    file=$out/page/$i
    copy "${pair#*=}" "$file"
    gzip -9 -n -c "$file" >"$file.gz"
    bytes+="__asm__(\".pushsection .rodata\\n\"
        \"gui_table_$i: .incbin \\\"$file\\\"\\n\"
        \"gui_table_zipped_$i: .incbin \\\"$file.gz\\\"\\n\"
        \".popsection\\n\");
extern const uint8_t gui_table_${i}[], gui_table_zipped_${i}[];
"
    rows+="    {\"$name\", \"$type\", gui_table_$i, $(stat -c %s "$file"), gui_table_zipped_$i, $(stat -c %s "$file.gz")},
"
    i=$((i + 1))
done
cat >"$out/gui_table.c.new" <<TABLE
// Made by scripts/lib/page_table.sh.
#include "server/gui/gui_table.h"

$bytes
const struct gui_table_file gui_table[] = {
$rows};
const size_t gui_table_size = $i;
TABLE
mv "$out/gui_table.c.new" "$out/gui_table.c" # whole, or not at all
