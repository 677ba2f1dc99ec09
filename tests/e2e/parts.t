#!/usr/bin/env bash
# What is wired to the pins: jumpers, scripts and VCD files, and each part with a program as labs have it.
# shellcheck disable=SC2016 # $end and its like are VCD's
set -u
. "$(dirname "$0")/../tap.sh"
here=$top/tests/e2e/parts
cd "$dir" || exit 1

build() # SOURCE NAME [OPTIONS...]
{
    "$top/emu/emu-cc" -g -O1 "${@:3}" "$here/$1.c" -o "$2.emu" || echo "# $1.c does not compile"
}

# The last digits of times are not what is tested.
rounded() # TEXT
{
    sed -E 's/[0-9] us/x us/' <<<"$1"
}

# ---- a bit-banged UART ------------------------------------------------------------------------------

ascii=$(printf '0xxxxxxxx'; printf 'x%.0s' {14..31}; python3 -c 'print(bytes(range(32, 127)).decode(), end="")'
    printf 'x%.0s' {127..255})
for baud in 9600 115200; do
    build serial "serial$baud" -DBAUD=$baud
    run "./serial$baud.emu" --timeout 60 --part uart:20,21,$baud <<<'hello, World 123q'
    is "UART at $baud: prints as text and can be typed to" "$status $out" \
        "0 the quick brown fox
$ascii
HELLO, WORLD 123bye
DONE!!!"
    is "UART at $baud: nothing to remark" "$err" ""
done
build serial serial-counted --counted
run ./serial-counted.emu --time=counted --timeout 60 --part uart:20,21 <<<'hello, World 123q'
is "UART at 115200, blocks counted" "$status $out" "0 the quick brown fox
$ascii
HELLO, WORLD 123bye
DONE!!!"
for how in DELAY CYCLES; do
    build bits bits -D$how
    run ./bits.emu --timeout 60 --part uart:20
    is "bits of 8.68 us made by $how" "$status $out $err" "0 $(printf 'the quick brown fox %.0s' {1..20})
DONE!!! "
done
run ./serial9600.emu --timeout 60 --part uart:tx=20,rx=21,baud=115200,from=/dev/null --timeout 1
row emu "a UART at another baud"
echo -n 'from a file q' >typed
run ./serial115200.emu --timeout 60 --part uart:tx=gpio20,rx=p1-40,to=said,from=typed </dev/null
is "UART from and to files: standard output is the console's" "$status $out" "0 DONE!!!"
like "UART to a file" "$(<said)" "FROM A FILE bye"
run ./serial115200.emu --time=host --timeout 60 --part uart:20,21 <<<'q'
is "UART in the host's time: the program ends" "$status" 0

# ---- sonar -------------------------------------------------------------------------------------------

build sonar sonar
run ./sonar.emu --timeout 60 --part sonar:trigger=20,echo=21,distance=300mm/20cm/nothing/1m
is "sonar" "$status $out" $'0 300 mm\n200 mm\nnothing\n1000 mm\nDONE!!!'
run ./sonar.emu --timeout 60 --part sonar:20,21
is "sonar: the distance stays" "$status $out" $'0 300 mm\n300 mm\n300 mm\n300 mm\nDONE!!!'
build sonar sonar-short -DSHORT_TRIGGER
run ./sonar-short.emu --timeout 60 --part sonar:20,21
like "sonar: a trigger that is too short" "$err" "part sonar: pin 20 was high for [0-9]+ ns only; a trigger takes 10 us"

# ---- wires -------------------------------------------------------------------------------------------

build loopback loopback
run ./loopback.emu --timeout 60 --wire 20-21
is "a jumper and GPIO interrupts" "$status $out" $'0 about to install interrupt handlers\nrose 10 fell 10\nDONE!!!'
run ./loopback.emu --timeout 60
is "no jumper, no interrupts" "$status $out" $'0 about to install interrupt handlers\nrose 0 fell 0\nDONE!!!'
run ./loopback.emu --timeout 60 --wire p1-38-gpio26 --wire 26-21
is "over two jumpers" "$status $out" $'0 about to install interrupt handlers\nrose 10 fell 10\nDONE!!!'
build shorted shorted
run ./shorted.emu --timeout 60 --wire 20-21
is "a short circuit is said once" "$status $(grep -c 'short circuit' <<<"$err")" "0 1"
like "and who makes it" "$err" "the program's pin 20 drives high what the program's pin 21 drives low"
like "and at which line" "$err" "notmain at .*shorted.c:9"
run ./shorted.emu --timeout 60 --wire 21=low --wire 21=high
is "a short circuit that is there from the start has no line" "$err" \
    "emu: short circuit at 0 us: --wire 21=high drives high what --wire 21=low drives low; on a real Pi this destroys pins"
run ./shorted.emu --timeout 60 --quiet --wire 20-21
is "a short circuit with --quiet" "$err" ""
run ./shorted.emu --timeout 60 --wire 21=high
like "against a rail" "$err" "--wire 21=high drives high what the program's pin 21 drives low"

# ---- what devices drive ------------------------------------------------------------------------------

build own-uart own-uart
expect=$'Pi?Pi?\npin 14: 0x2a0 0x2d2 0x27e\npin 21: 0x2a0 0x2d2 0x27e\nDONE!!!'
run ./own-uart.emu --timeout 60 --wire 14-21
is "the mini-UART's bits at its pin, and over a jumper" "$status $out" "0 $expect"
run ./own-uart.emu --timeout 60
is "and without one" "$status $out" "0 ${expect/21: 0x2a0 0x2d2 0x27e/21: 0x0 0x0 0x0}"
run "$top/test-binaries/hello.emu" --timeout 60 --part uart:tx=14,to=said
is "a part hears what a program prints, to the last byte" "$status $out $(<said)" "0 $out $out"
like "which is its text" "$out" "hello"
build pl011 pl011
run ./pl011.emu --timeout 60 --part uart:tx=14,baud=9600,to=said
is "and what the PL011 sends" "$status $(tail -1 said)" "0 sent by the PL011"
run ./pl011.emu --timeout 60 --part uart:tx=14,baud=19200,to=said
like "at another baud it hears nonsense" "$err" "a stop bit is due: does the program send 19200 baud"
build pwm-edges pwm-edges
run ./pwm-edges.emu --timeout 60 --wire 18-21
is "PWM over a jumper" "$status $out" $'0 pin 18 is high 30 percent of the time\n100 edges at pin 21\nDONE!!!'
run ./pwm-edges.emu --timeout 60
is "PWM that nobody hears" "$status $out" $'0 pin 18 is high 30 percent of the time\n0 edges at pin 21\nDONE!!!'
run ./pwm-edges.emu --timeout 60 --wire 18=low
like "PWM against a rail" "$err" "the program's pin 18 drives high what --wire 18=low drives low"

# ---- inputs by time ------------------------------------------------------------------------------------

build inputs inputs
cat >pins.txt <<'EOF'
# time    what
0         21=low 22=0
100us     21=high      # a comment
+50.5us   gpio22=1
1ms       21=z 22=z    # pull-downs
2ms       p1-16=high   # pin 23
EOF
run ./inputs.emu --timeout 60 --input pins.txt
is "a script" "$status $(rounded "$out")" $'0 10x us: 10\n15x us: 11\n100x us: 00\nDONE!!!'
first=$out
run ./inputs.emu --timeout 60 --input pins.txt
is "a script: the same again" "$out" "$first"
run ./inputs.emu --timeout 60 --time=host --input pins.txt
like "a script in the host's time" "$status $out" "^0 .*DONE"
cat >pins.vcd <<'EOF'
$date today $end
$timescale 10 us $end
$scope module logic $end
$var wire 1 ! 21 $end
$var wire 1 " gpio22 $end
$var wire 1 # p1-16 $end
$var wire 8 $ bus $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
0!
0"
0#
b00000000 $
$end
#10
1!
#15
1"
#100
x!
z"
#200
1#
EOF
run ./inputs.emu --timeout 60 --input pins.vcd
is "a VCD file" "$status $(rounded "$out")" $'0 10x us: 10\n15x us: 11\n100x us: 00\nDONE!!!'
build edges edges
printf '%s\n' '100ms 21=1' '+1ms 21=0' '+1ms 21=1' '+1ms 21=0' '+1ms 21=1' >edges.txt
run ./edges.emu --timeout 60 --input edges.txt
is "a program that spins on a variable" "$status $out" $'0 about to install interrupt handlers\n3 edges after 104000 us\nDONE!!!'

run ./inputs.emu --timeout 60 --part button:21,press=1ms,hold=1ms,to=high --part led:21 --input <(echo 3ms 23=1)
is "a button and a light" "$(rounded "$out") $err" \
    $'100x us: 10\n200x us: 00\nDONE!!! emu: led 21: on at 0.001000 s\nemu: led 21: off at 0.002000 s'
run ./inputs.emu --timeout 60 --part button:21,1ms/10ms,hold=5ms,bounce=1ms,to=high --wire 21-24 --part led:24 \
    --input <(echo 30ms 23=1)
is "a button that bounces, seen over a wire" "$(grep -c ': on' <<<"$err") $(grep -c ': off' <<<"$err")" "10 10"

# A serial adapter and a program that takes start bits by interrupt.
build by-interrupt by-interrupt
run ./by-interrupt.emu --timeout 60 --part uart:20,21,9600 <<<'typed'
is "a UART whose program spins on a variable" "$status $out" $'0 about to install interrupt handlers\ngot typed\nDONE!!!'

# ---- EEPROM, radios -------------------------------------------------------------------------------------

build eeprom eeprom
expect=$'0 nobody at 0x51: 0\nack 1\nasked often, 5 ms\nkept in the chip\npage: CDAB\nDONE!!!'
run ./eeprom.emu --timeout 60 --part eeprom:addr=0x50,file=e.bin
is "an EEPROM over bit-banged I2C" "$status $out" "$expect"
is "its file" "$(stat -c %s e.bin) $(dd if=e.bin bs=1 skip=$((0x1240)) count=16 2>/dev/null)" "32768 kept in the chip"
run ./eeprom.emu --timeout 60 --part eeprom:file=e.bin
is "a file that is there" "$status $out" "$expect"

build bsc bsc
run ./bsc.emu --timeout 60 --part eeprom:file=e.bin
is "an EEPROM behind BSC1" "$status $out" $'0 kept in the chip\nDONE!!!'

build ping-pong ping-pong
build ping-pong ping-pong-spi0 -DHARDWARE_SPI
radios=(--part "nrf24:ce=6,csn=8,irq=22" --part "nrf24:ce=5,csn=7,irq=23")
expect=$'status 0xe config 0xe\nnobody listens: 0\nretries 5\nsent 20, ball 5230176601, empty 1'
expect="0 ${expect/5230176601/$(python3 -c '
b = 1
for _ in range(20): b = (b * 3 + 1) & 0xffffffff
print(b)')}
DONE!!!"
run ./ping-pong.emu --timeout 60 "${radios[@]}"
is "two radios, bit-banged SPI" "$status $out" "$expect"
run ./ping-pong-spi0.emu --timeout 60 "${radios[@]}"
is "two radios, SPI0" "$status $out" "$expect"
build ping-pong ping-pong-mode3 -DHARDWARE_SPI -DMODE=3
run ./ping-pong-mode3.emu --timeout 60 "${radios[@]}"
is "mode 3 samples at the same edge" "$status $out $err" "$expect "
build ping-pong ping-pong-spi1 -DSPI1
spi1=(--part "nrf24:ce=6,csn=18,irq=22,sclk=21,mosi=20,miso=19" --part "nrf24:ce=5,csn=17,irq=23,sclk=21,mosi=20,miso=19")
run ./ping-pong-spi1.emu --timeout 60 "${spi1[@]}"
is "two radios, SPI1" "$status $out $err" "$expect "
build ping-pong ping-pong-mode1 -DHARDWARE_SPI -DMODE=1
run ./ping-pong-mode1.emu --timeout 2 "${radios[0]}" "${radios[1]}" "${radios[2]}" "${radios[3]}"
like "a mode the radio does not take is said" "$err" \
    "SPI mode 1: the part with its select at pin 8 takes modes 0 and 3; each side reads the other's bits late"
is "once a part" "$(grep -c 'select at pin 8' <<<"$err")" 1
unlike "and what it says is nonsense" "$out" "status 0xe config 0xe"
build ping-pong ping-pong-spi1-mode1 -DSPI1 -DSAMPLE=0
run ./ping-pong-spi1-mode1.emu --timeout 2 "${spi1[@]}"
like "on SPI1, too" "$err" "SPI mode 1: the part with its select at pin 18"
run ./ping-pong.emu --timeout 60 "${radios[0]}" "${radios[1]},loss=20" "${radios[2]}" "${radios[3]},loss=20"
is "two radios that do not hear everything: what is sent again arrives once" "$status $out" "$expect"

# ---- what is wrong ---------------------------------------------------------------------------------------

bad() # SITUATION OPTIONS...
{
    run ./inputs.emu --timeout 10 "${@:2}"
    row emu "$1"
}
bad "--wire of a pin that is none" --wire 20-99
bad "--wire of a pin to itself" --wire 20-gpio20
bad "--wire to a level that is none" --wire 20=hgh
bad "--wire of a pin that is none to a level" --wire 54=high
bad "--wire without a value" --wire
bad "--input without a value" --input=
bad "--part without a value" --part=
bad "--wire with a real Pi" --wire 20-21 --pi=/dev/null
bad "--part that is none" --part toaster
bad "--part with an argument it does not have" --part sonar:ehco=21
bad "--part with an argument missing" --part sonar:trigger=21
bad "--part with an argument too many" --part led:21,high,low
bad "--part with an argument twice" --part led:pin=21,pin=22
bad "--part with a pin that is none" --part led:99
bad "--part with a number out of range" --part uart:20,21,9
bad "--part with a time that is none" --part button:21,1ms,hold=long
bad "--part with an empty text" --part led:21,on=
bad "--part uart on one pin" --part uart:20,20
bad "--part uart from a file to no pin" --part uart:20,from=/dev/null
bad "--part uart to a file that cannot be written" --part uart:20,to=/no/such/file
bad "--part uart from a missing file" --part uart:20,21,from=/no/such/file
bad "--part sonar with a distance that is none" --part sonar:20,21,distance=far
bad "--part sonar on one pin" --part sonar:20,20
bad "--part button at times that are none" --part button:21,press=soon
bad "--part button pressed while it is held" --part button:21,press=1ms/2ms
bad "--part button held for less than it bounces" --part button:21,1ms,hold=1ms,bounce=1ms
bad "--part button to a rail that is none" --part button:21,1ms,to=5V
bad "--part led lit by a level that is none" --part led:21,on=blue
bad "--part eeprom of a type that is none" --part eeprom:type=24c02
bad "--part eeprom on one pin" --part eeprom:sda=2,scl=2
echo short >short.bin
bad "--part eeprom with a file of another size" --part eeprom:file=short.bin
bad "--part eeprom with a file that cannot be made" --part eeprom:file=/no/such/file
bad "--part nrf24 with a pin twice" --part nrf24:ce=8
bad "--input of a missing file" --input nope.txt
bad "--input of a folder" --input .
bad_line() # SITUATION TEXT [NAME]
{
    printf '%b\n' "$2" >"${3:-bad.txt}"
    bad "$1" --input "${3:-bad.txt}"
}
bad_line "a script with a time that is none" '1ms 21=1\nsoon 21=0'
bad_line "a script that goes back in time" '2ms 21=1\n1ms 21=0'
bad_line "a script with a pin that is none" '1ms pin21=1'
bad_line "a script with a level that is none" '1ms 21=on'
bad_line "a script with a change that is none" '1ms 21'
bad_line "a script with a time alone" '1ms # what?'
bad_line "a script that is empty" '# nothing'
bad_line "a script that is no text" '1ms 21=1\0'
head='$timescale 1 us $end $var wire 1 ! 21 $end'
bad_line "a VCD file without a pin" '$var wire 1 ! clk $end #1 1!' x.vcd
bad_line "a VCD file with a wire of two bits" '$var wire 2 ! 21 $end' x.vcd
bad_line "a VCD file with a timescale that is none" '$timescale 3 us $end' x.vcd
bad_line "a VCD file that ends early" '$var wire 1' x.vcd
bad_line "a VCD file that goes back in time" "$head\n#5 1!\n#4 0!" x.vcd
bad_line "a VCD file with a value that is none" "$head\n#5 7!" x.vcd
bad_line "a VCD file with a byte 0 in it" "$head\n#5 \\0!" x.vcd
bad_line "a VCD file with a time that is none" "$head\n#5x" x.vcd
bad_line "a VCD file with too short a definition" '$var wire 1 $end' x.vcd
many=()
for _ in {1..65}; do many+=(--wire '21=low'); done
run ./inputs.emu --timeout 10 "${many[@]}"
row emu "more wires than a run takes"

# ---- the example of docs/devices.md, in a copy of the tree ------------------------------------------------

mkdir -p tree/out/guest
cp -a "$top"/{Makefile,emu,wire,libunix,libpi,pi-side,my-install,echo,tools,test-binaries} tree
cp -a "$top"/out/{host,pi,have-capstone.*} tree/out
cp -a "$top"/out/guest/default tree/out/guest
sed -n '/^`emu\/parts\/relay.c`:/,/^```$/p' "$top/docs/devices.md" | sed '1,/^```c/d; /^```$/d' >tree/emu/parts/relay.c
sed -i 's/ part_sonar,/ part_relay,&/; s/ &part_sonar,/ \&part_relay,&/' tree/emu/parts/list.c
cat >relay.c <<'EOF'
#include "rpi.h"
void notmain(void)
{
    gpio_set_output(20);
    gpio_set_input(21);
    gpio_set_pullup(21);
    printk("open %d\n", gpio_read(21));
    unsigned start = timer_get_usec();
    gpio_write(20, 1);
    while (gpio_read(21))
        ;
    printk("closed after %d ms\n", (timer_get_usec() - start) / 1000);
}
EOF
run tree/emu/emu-cc relay.c -o relay.emu
is "the example compiles" "$status $err" "0 "
run ./relay.emu --timeout 10 --part relay:20,21,delay=8ms
is "the example works" "$status $out" $'0 open 1\nclosed after 8 ms\nDONE!!!'
bad_relay=$(./relay.emu --part relay:20,20 2>&1)
is "its message" "$bad_relay" "emu: --part relay:20,20: coil and contact are the same pin"

run ./inputs.emu --part help
like "--part help" "$status $out" "0 .*sonar:trigger=PIN,echo=PIN\[,distance=TEXT\]"
run "$top/emu/emu" --part help
like "emu --part help" "$status $out" "0 .*nrf24:ce=PIN"
finish
