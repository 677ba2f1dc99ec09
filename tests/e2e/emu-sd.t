#!/usr/bin/env bash
# SD cards: --sd and what can be wrong with an image; the sector functions of libpi, a FAT32 reader and
# drivers of other kinds, on our models, on QEMU's raspi0 and forwarded to it: the same text, the same card.
. "$(dirname "$0")/../tap.sh"
cd "$dir" || exit 1
sources=$top/tests/e2e/sd
list=$top/test-binaries/sd-list
have_qemu=
if command -v qemu-system-arm >/dev/null && command -v arm-none-eabi-gcc >/dev/null; then have_qemu=yes; fi

recompile() # NAME SOURCE OPTIONS...: NAME.emu
{
    run "$top/emu/emu-cc" -g -O1 -Wall "${@:3}" "$sources/$2.c" -o "$1.emu"
    is "$1 is recompiled" "$status $err" "0 "
}

build() # NAME SOURCE OPTIONS...: NAME.bin too, where the ARM compiler is
{
    recompile "$@"
    [ -z "$have_qemu" ] || "$top/emu/pi-cc" -O1 -Wall "${@:3}" "$sources/$2.c" -o "$1.bin"
}

on_qemu() # PROGRAM.bin IMAGE|none
{
    local drive=()
    [ "$2" = none ] || drive=(-drive "file=$2,format=raw,if=sd")
    timeout 120 qemu-system-arm -M raspi0 -display none -monitor none -serial null -serial stdio -no-reboot \
        "${drive[@]}" -device "loader,file=$1,addr=0x8000,cpu-num=0" </dev/null | tr -d '\r'
}

# as_qemu WHAT PROGRAM IMAGE: prints the same on models and on QEMU, and leaves the same card (of which
# no program here writes behind the first 100 MB).
as_qemu()
{
    [ -n "$have_qemu" ] || { skip "$1: QEMU" "qemu-system-arm or arm-none-eabi-gcc is missing"; return; }
    cp "$3" ours.img
    cp "$3" qemu.img
    run "$2.emu" --quiet --sd ours.img
    is "$1: QEMU prints the same" "$out" "$(on_qemu "$2.bin" qemu.img)"
    is "$1: and leaves the same card" "$(cmp -n 104857600 ours.img qemu.img && echo same)" same
}

# ---- options and images ----------------------------------------------------------------------------------

truncate -s 64M card.img
build early errors -DERROR=1
run ./early.emu --sd nope.img
row emu "--sd and no such file"
run ./early.emu --sd
row emu "--sd without a name"
run ./early.emu --sd=,ro
row emu "--sd without a name"
: >empty.img
run ./early.emu --sd empty.img
row emu "--sd and an empty file"
head -c 1000 /dev/zero >odd.img
run ./early.emu --sd odd.img
row emu "--sd and half a sector"
mkdir folder
run ./early.emu --sd folder
row emu "--sd and a folder"
mkfifo pipe
run timeout 20 ./early.emu --sd pipe
row emu "--sd and a FIFO"
run ./early.emu --sd /dev/null,ro
row emu "--sd and a device"
run ./early.emu --sd card.img/x
row emu "--sd and a name through a file"
run ./early.emu --sd card.img --pi=/dev/ttyNOSUCH
row emu "--sd and a Pi"
run "$top/emu/emu" --sd=nope.img "$list.emu"
row emu "--sd and no such file"

# ---- errors of the sector functions ----------------------------------------------------------------------

run ./early.emu --quiet --sd card.img
like "sectors before pi_sd_init" "$status $out" "^1 .*SD card not initialized!"
run "$list.emu" --quiet
like "no card: pi_sd_init panics" "$status $out" "^1 PANIC.*sd_init failed"
run "$list.emu" --quiet --sd card.img
like "a card full of zeros" "$status $out" "^1 PANIC.*no partition table and no file system"
build beyond errors -DERROR=2
run ./beyond.emu --quiet --sd card.img
like "a sector there is not" "$status $out" "^1 the last one is there.*PANIC.*could not read from sd card: result = 0"
build across errors -DERROR=3
run ./across.emu --quiet --sd card.img
like "sectors across the end" "$status $out" "^1 PANIC.*could not read from sd card: result = 0"
build write errors -DERROR=4 -DWHERE=7
run ./write.emu --quiet --sd card.img,ro
like "a card that is write-protected" "$status $out" "^1 PANIC.*could not write to sd card: result = 0"
run ./write.emu --quiet --sd card.img
is "one that is not" "$status $out" $'0 written\nDONE!!!'
chmod a-w card.img
if [ ! -w card.img ]; then
    run ./write.emu --quiet --sd card.img
    like "an image this user may not write" "$status $out" "^1 PANIC.*could not write to sd card: result = 0"
else
    skip "an image this user may not write" "this user may write every file"
fi
chmod u+w card.img
build driver errors -DERROR=5
run ./driver.emu --quiet --sd card.img
is "the driver's errors, and it works on" "$out" $'sd_init: 0
beyond: 0
across: 0
far beyond: 0
none: 0
inside: 512
DONE!!!'
run ./driver.emu --quiet
is "the driver without a card" "$status $out" $'0 sd_init: -1\nDONE!!!'
as_qemu "the driver's errors" ./driver card.img
[ -z "$have_qemu" ] || is "without a card: QEMU prints the same" "$(on_qemu driver.bin none)" $'sd_init: -1\nDONE!!!'

# ---- file systems ------------------------------------------------------------------------------------------

crc_of()
{
    python3 -c 'import sys, zlib; print(hex(zlib.crc32(open(sys.argv[1], "rb").read())))' "$1"
}

for card in "64 1" "512 8" "4096 64"; do
    read -r megabytes per_cluster <<<"$card"
    what="$megabytes MB, clusters of $per_cluster sectors"
    mkdir "$megabytes"
    image=$dir/$megabytes/card.img
    run "$sources/make-card" "$image" "$megabytes" "$per_cluster"
    is "$what: the card is made" "$status $err" "0 "
    cp "$image" first.img
    run "$list.emu" --sd "$image"
    is "$what: it is listed" "$status $err" "0 "
    listing=$out
    like "$what: its partition" "$listing" "partition 0: type 12, first sector 2048, $((megabytes * 2048 - 2048)) sectors"
    like "$what: its clusters" "$listing" "FAT32: [0-9]+ clusters of $((per_cluster * 512)) bytes"
    for file in "$dir/$megabytes"/files/*; do
        like "$what: ${file##*/}" "$listing" \
            "${file##*/}: $(stat -c %s "$file") bytes in [0-9] pieces, crc $(crc_of "$file")"$'\n'
    done
    like "$what: the long file is in pieces" "$listing" "A long name, with spaces and a file in pieces.text: [0-9]+ bytes in 4 pieces"
    like "$what: a folder" "$listing" $'\nFOLDER/\n'
    like "$what: a text" "$listing" $'\nhello from the card\n'
    like "$what: what is written is read" "$listing" "LOG.TXT: this is run 1"
    is "$what: what is written is in the file" \
        "$(MTOOLS_SKIP_CHECK=1 mtype -i "$image@@1M" ::LOG.TXT)" "1 runs"
    run "$list.emu" --sd "$image"
    like "$what: and there in the next run" "$out" "LOG.TXT: this is run 2"
    as_qemu "$what" "$list" first.img
    run "$list.emu" --sd first.img
    again=$out
    is "$what: a run repeats" "$again" "$listing"
    rm first.img
done
truncate -s 64M whole.img
PATH=$PATH:/usr/sbin mkfs.vfat -F 32 -s 1 whole.img >/dev/null
run "$list.emu" --sd whole.img
like "a card without a partition table" "$status $out" "^0 FAT32: [0-9]+ clusters of 512 bytes"

# ---- programs ----------------------------------------------------------------------------------------------

api='init: 1
write: 1
read: 1
same: 1
write: 1
read: 1
same: 1
write: 1
read: 1
same: 1
write: 1
read: 1
same: 1
many: 1
nothing: 1
sec_read: 1
trace: 1'
image=$dir/64/card.img
for year in 2019 2020 2023 2025 2026; do
    build "api-$year" api -DLIBPI_YEAR=$year
    cp "$image" api.img
    run "./api-$year.emu" --sd api.img
    is "$year: the sector functions" "$status $err ${out%%$'trace: 1'*}trace: 1" "0  $api"
    like "$year: traces" "${out##*$'trace: 1\n'}" "sd_write: lba=<(0x)?64>, cksum=(0x)?[0-9a-f]+.*sd_read: lba=<(0x)?64>, cksum=(0x)?[0-9a-f]+"
    as_qemu "$year: the sector functions" "./api-$year" "$image"
done
for cc in gcc clang; do
    for level in -O0 -O3; do
        recompile pointers driver-pointers --cc=$cc $level
        run ./pointers.emu --sd "$image"
        like "$cc $level: a driver with pointers" "$status $out" "^0 CMD8: 1 0x1aa.*CMD5: 0.*signature 0xaa55.*read 0x1010101 0xffffffff.*state 4"
    done
done
build pointers driver-pointers
as_qemu "a driver with pointers" ./pointers "$image"
build words driver-words
run ./words.emu --sd "$image"
is "a driver with words" "$status $out" $'0 host version 2\nsignature 0xaa55\nread 0x7f 0x300007f\nDONE!!!'
as_qemu "a driver with words" ./words "$image"
build interrupt interrupt -DLIBPI_YEAR=2023
run ./interrupt.emu --timeout 60 --sd "$image"
is "a sector by interrupts" "$status $out" $'0 signature 0xaa55, at most 2 calls: 1\nDONE!!!'
as_qemu "a sector by interrupts" ./interrupt "$image"
truncate -s 4G large.img
dd if="$image" of=large.img bs=512 count=1 conv=notrunc status=none
as_qemu "a driver with pointers, a card of 4 GB" ./pointers large.img
as_qemu "a driver with words, a card of 4 GB" ./words large.img
rm -f large.img ours.img qemu.img
if echo 'int main(void) { return 0; }' >m32.c && gcc -m32 m32.c -o m32 2>/dev/null; then
    recompile wide errors -DERROR=4 -DWHERE=6291456 -m32
    truncate -s 4G large.img
    run ./wide.emu --sd large.img
    is "-m32: beyond 2 GB" "$status $out" $'0 written\nDONE!!!'
else
    skip "-m32" "no 32-bit C library"
fi

# ---- forwarded ---------------------------------------------------------------------------------------------

if [ -z "$have_qemu" ]; then
    skip "forwarded to a Pi" "qemu-system-arm or arm-none-eabi-gcc is missing"
    finish
fi
cp "$image" pi.img
cp "$image" ours.img
"$top/tools/virtual-pi" --link "$dir/pi" -- -drive "file=$dir/pi.img,format=raw,if=sd" >pi.out 2>pi.err &
pi_pid=$!
trap 'kill $pi_pid 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 200); do
    [ ! -e pi ] || break
    read -r -t 0.1 <> <(:) || :
done
for name in driver words; do
    run ./$name.emu --quiet --sd ours.img
    models="$status $out"
    run ./$name.emu --quiet --timeout 120 --pi="$dir/pi"
    is "$name: forwarded prints the same" "$status $out" "$models"
done
kill $pi_pid
wait $pi_pid 2>/dev/null
is "and the Pi's card is the same" "$(cmp ours.img pi.img && echo same)" same
finish
