#!/bin/bash
# The documents and the tree agree: messages that docs/troubleshooting.md explains are messages that the
# programs print, and the adapters it names are those of the udev rules.
set -u
. "$(dirname "$0")/../tap.sh"
cd "$top" || exit 1

doc=docs/troubleshooting.md
rules=tools/70-pi-serial.rules

# ---- messages: the first column of the first table, `...` standing for anything
said=$(cat libunix/*.c my-install/*.c emu/*.c emu/*/*.c | tr -d '\n' | sed 's/" *"//g')
# shellcheck disable=SC2016 # these backquotes are the document's
phrases=$(sed -n '/^| what/,/^$/p' $doc | sed '1,2d' | cut -d'|' -f2 | grep -o '`[^`]*`' | tr -d '`')
is "the table explains messages" "$(($(wc -l <<<"$phrases") >= 8))" 1
while IFS= read -r phrase; do
    missing=
    while IFS= read -r part; do
        [[ $said == *"$part"* ]] || missing+="$part"
    done <<<"${phrase//[[:space:]]...[[:space:]]/$'\n'}"
    is "a program says: $phrase" "$missing" ""
done <<<"$phrases"

# ---- adapters
documented=$(sed -n '/^| adapter | USB id/,/^$/p' $doc | cut -d'|' -f3 | grep -oE '[0-9a-f]{4}:[0-9a-f]{4}' | sort)
ruled=$(sed -n 's/^ATTRS{idVendor}=="\(.*\)", ATTRS{idProduct}=="\(.*\)", ENV.*/\1 \2/p' $rules |
    while read -r vendor products; do
        tr '|' '\n' <<<"$products" | sed "s/^/$vendor:/"
    done | sort)
is "the udev rules are for the documented adapters" "$ruled" "$documented"
is "there are adapters" "$(($(wc -l <<<"$ruled") >= 8))" 1

# ---- udev: KEY op "value", joined by commas; assignments are what the comments promise
strange=$(grep -nvE '^(#.*|([A-Z_]+(\{[A-Za-z_]+\})?(==|!=|=|\+=)"[^"]*"(, |$))+|)$' $rules)
is "each line is a udev rule" "$strange" ""
name=${rules##*/}
is "sorted before 73-seat-late.rules, which acts on uaccess" "$((${name%%-*} < 73))" 1
for wanted in 'TAG+="uaccess"' 'ENV{ID_MM_DEVICE_IGNORE}="1"' 'ATTR{latency_timer}="1"'; do
    like "has $wanted" "$(<$rules)" "${wanted//[+\{\}]/.}"
done
is "each GOTO has its LABEL" "$(grep -o 'GOTO="[^"]*"' $rules | cut -d= -f2 | sort -u)" \
    "$(grep -o 'LABEL="[^"]*"' $rules | cut -d= -f2)"
like "the document installs that file" "$(<$doc)" "cp $rules /etc/udev/rules.d/"

# ---- commands that the documents tell a reader to type
for command in $(grep -ohE '(^|`)tools/[a-z0-9-]+' docs/*.md | tr -d '`' | sort -u); do
    is "$command is there and can be run" "$([ -x "$command" ] && echo yes)" yes
done

finish
