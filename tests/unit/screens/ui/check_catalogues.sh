#!/bin/sh
# Says which texts of the screens a language lacks or has only as a fuzzy guess; fails if any.
# Usage: check_catalogues.sh SOURCE_DIR BUILD_DIR. English is not asked: its texts are the ids.
set -eu
source_dir=$1
template=$2/locale/messages.pot

cd "$source_dir"
find screens kiosk -name '*.cpp' | LC_ALL=C sort |
  xgettext --files-from=- --language=C++ --from-code=UTF-8 --keyword --keyword=tr \
           --keyword=tr_n:1,2 --force-po --omit-header --output="$template"

status=0
for po in assets/locale/*.po; do
  [ "$po" = assets/locale/en.po ] && continue
  echo "$po:"
  msgcmp --no-fuzzy-matching "$po" "$template" || status=1
done
exit $status
