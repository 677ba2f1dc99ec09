# One build for both sides. `make` builds all that the installed compilers allow: with gcc and
# binutils alone the laptop side, with arm-none-eabi-gcc the Pi side too.
# Objects go to out/; finished programs stand beside their source.

OUT ?= out
CC = gcc
AR = ar
ARM ?= arm-none-eabi-
AARCH64 ?= aarch64-linux-gnu-
HAVE_ARM := $(shell command -v $(ARM)gcc)

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += -r

WARN = -Wall -Wextra -Werror -Wshadow -Wundef -Wvla -Wstrict-prototypes -Wmissing-prototypes \
       -Wpointer-arith -Wwrite-strings
# The same bytes from any folder.
REPRODUCIBLE = -ffile-prefix-map=$(CURDIR)=.

HOST_CFLAGS = -std=gnu11 -O2 -g $(WARN) $(REPRODUCIBLE) -fno-pie -fno-stack-protector \
              -D_GNU_SOURCE -I. -MMD -MP
PI_CFLAGS = -std=gnu11 -O2 -g $(WARN) $(REPRODUCIBLE) -mcpu=arm1176jzf-s -marm -mno-unaligned-access \
            -ffreestanding -fno-strict-aliasing -fwrapv -fno-stack-protector -ffunction-sections \
            -fdata-sections -I. -Ilibpi/include -Ilibpi -Ilibpi/libc -MMD -MP

all: host
ifneq ($(HAVE_ARM),)
all: pi
endif

# ---- the laptop side -------------------------------------------------------------------------

WIRE_SRC     = $(sort $(wildcard wire/*.c))
LIBUNIX_SRC  = $(sort $(wildcard libunix/*.c))
INSTALL_SRC  = $(sort $(wildcard my-install/*.c))
ECHO_SRC     = $(sort $(wildcard echo/*.c))
HARNESS_SRC  = $(WIRE_SRC) $(LIBUNIX_SRC) emu/harness.c emu/options.c emu/console.c emu/pi.c emu/sd-image.c emu/hookup.c emu/watch.c emu/recording.c emu/start.c emu/tool.c emu/checking.c emu/debug.c emu/debug-peek.c emu/gdb/scripts.S emu/board.c emu/display.c emu/web.c emu/web-image.S \
               $(sort $(wildcard emu/core/*.c emu/native/*.c emu/native/*.S emu/dev/*.c emu/parts/*.c \
               emu/remote/*.c emu/observe/*.c emu/screen/*.c)) $(LOOP_IMAGE)
LOOP_IMAGE   = libunix/loop-image.S

# The kinds of machine the harness is built for: this one, -m32, and an aarch64 one.
HOSTS = host host32 host-aarch64
hostobj = $(patsubst %,$(OUT)/host/%.o,$(1))

$(OUT)/host/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -c $< -o $@
$(OUT)/host/%.S.o: %.S
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -c $< -o $@
$(OUT)/host32/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -m32 $(M32_INCLUDE) -c $< -o $@
$(OUT)/host32/%.S.o: %.S
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -m32 $(M32_INCLUDE) -c $< -o $@
# For an aarch64 laptop, made on another; what the cross compiler's own folders lack is the decoder's header.
$(OUT)/host-aarch64/%.c.o: %.c
	@mkdir -p $(@D)
	$(AARCH64)gcc $(HOST_CFLAGS) -idirafter /usr/include -c $< -o $@
$(OUT)/host-aarch64/%.S.o: %.S
	@mkdir -p $(@D)
	$(AARCH64)gcc $(HOST_CFLAGS) -c $< -o $@
# Debian's gcc-12-multilib leaves out the link that would find asm/ for -m32.
M32_INCLUDE = $(addprefix -I,$(wildcard /usr/include/x86_64-linux-gnu))

# The decoder of direct device accesses; a program that makes none does not need it. The stamp makes
# its coming and going build that one file again.
HAVE_CAPSTONE := $(if $(wildcard /usr/include/capstone/capstone.h /usr/local/include/capstone/capstone.h),yes,no)
CAPSTONE_STAMP = $(OUT)/have-capstone.$(HAVE_CAPSTONE)
$(CAPSTONE_STAMP):
	@mkdir -p $(@D)
	@rm -f $(OUT)/have-capstone.*
	@touch $@
DECODE_SRC = $(patsubst %,emu/native/decode-%.c,capstone x86 aarch64)
DECODE_OBJ = $(foreach h,$(HOSTS),$(patsubst %,$(OUT)/$(h)/%.o,$(DECODE_SRC)))
$(DECODE_OBJ): $(CAPSTONE_STAMP)
ifeq ($(HAVE_CAPSTONE),yes)
$(DECODE_OBJ): HOST_CFLAGS += -DHAVE_CAPSTONE
endif
# Programs for another kind of process than this machine's carry the decoder as a program for this one.
$(OUT)/host/decoder: $(call hostobj,emu/native/decoder/main.c $(DECODE_SRC))
	$(CC) -no-pie -s $^ -ldl -o $@
DECODER_OBJ = $(patsubst %,$(OUT)/%/emu/native/decoder-image.S.o,host32 host-aarch64)
$(DECODER_OBJ): HOST_CFLAGS += -DDECODER_IMAGE='"$(OUT)/host/decoder"'
$(DECODER_OBJ): $(OUT)/host/decoder

$(patsubst %,$(OUT)/%/emu/gdb/scripts.S.o,$(HOSTS)): emu/gdb/pi.py emu/gdb/pi-stop.py

# The server of --web travels inside every program, as one for this machine; without its library there
# is none, and programs say so when it is asked for.
HAVE_MICROHTTPD := $(if $(wildcard /usr/include/microhttpd.h /usr/local/include/microhttpd.h),yes,no)
MICROHTTPD_STAMP = $(OUT)/have-microhttpd.$(HAVE_MICROHTTPD)
$(MICROHTTPD_STAMP):
	@mkdir -p $(@D)
	@rm -f $(OUT)/have-microhttpd.*
	@touch $@
WEB_OBJ = $(patsubst %,$(OUT)/%/emu/web-image.S.o,$(HOSTS))
$(WEB_OBJ): $(MICROHTTPD_STAMP)
ifeq ($(HAVE_MICROHTTPD),yes)
WEB_SRC = $(sort $(wildcard emu/web/*.c emu/web/*.S emu/core/regs*.c)) emu/native/places.c emu/observe/board.c \
          emu/observe/board-names.c emu/observe/pins.c
$(OUT)/host/web: $(call hostobj,$(WEB_SRC))
	$(CC) -no-pie -s $^ -ldl -o $@
$(OUT)/host/emu/web/page.S.o: $(patsubst %,emu/web/page.%,html js css)
$(WEB_OBJ): HOST_CFLAGS += -DWEB_IMAGE='"$(OUT)/host/web"'
$(WEB_OBJ): $(OUT)/host/web
endif

# The device loop travels inside the programs that boot it; without an ARM compiler there is none,
# and they say so when asked to boot it.
ifneq ($(HAVE_ARM),)
LOOP_OBJ = $(patsubst %,$(OUT)/%/$(LOOP_IMAGE).o,$(HOSTS))
$(LOOP_OBJ): HOST_CFLAGS += -DHAVE_DEVICE_LOOP
$(LOOP_OBJ): pi-side/device-loop.bin
endif

$(OUT)/host/harness.a: $(call hostobj,$(HARNESS_SRC))
	@rm -f $@
	$(AR) rcsD $@ $^
$(OUT)/host32/harness.a: $(patsubst %,$(OUT)/host32/%.o,$(HARNESS_SRC))
	@rm -f $@
	$(AR) rcsD $@ $^
harness32: $(OUT)/host32/harness.a
$(OUT)/host-aarch64/harness.a: $(patsubst %,$(OUT)/host-aarch64/%.o,$(HARNESS_SRC))
	@rm -f $@
	$(AARCH64)ar rcsD $@ $^
harness-aarch64: $(OUT)/host-aarch64/harness.a

UNIX_LIB = $(call hostobj,$(WIRE_SRC) $(LIBUNIX_SRC) $(LOOP_IMAGE))
my-install/my-install: $(call hostobj,$(INSTALL_SRC)) $(UNIX_LIB)
echo/echo: $(call hostobj,$(ECHO_SRC)) $(UNIX_LIB)
emu/emu: $(call hostobj,emu/emu.c emu/options.c emu/note.S emu/core/clock.c $(sort $(wildcard emu/parts/*.c))) $(UNIX_LIB)
# What reads recorded runs.
LOG_SRC = $(sort $(wildcard emu/core/regs*.c emu/observe/compare*.c emu/observe/log-*.c)) emu/observe/trace.c wire/crc32.c
emu/emu-compare: $(call hostobj,emu/emu-compare.c $(LOG_SRC))
emu/emu-log: $(call hostobj,emu/emu-log.c $(LOG_SRC))
emu/emu-many: $(call hostobj,$(sort $(wildcard emu/many/*.c)) $(LOG_SRC))
my-install/my-install echo/echo emu/emu emu/emu-compare emu/emu-log emu/emu-many:
	$(CC) -no-pie $^ -o $@

# A serial line that is slow and bad on purpose; its model also runs inside tests, in virtual time.
LINE_MODEL_SRC = tools/line/line-model.c tools/line/line-fault.c
LINE_SIM_SRC = $(sort $(wildcard tools/line/*.c))
tools/line-sim: $(call hostobj,$(LINE_SIM_SRC) $(sort $(wildcard libunix/line*.c)))
	$(CC) -no-pie $^ -o $@

host: my-install/my-install echo/echo emu/emu emu/emu-compare emu/emu-log emu/emu-many tools/line-sim $(OUT)/host/harness.a guest programs

# ---- libpi for a recompiled program: one library a set of ABI-relevant compiler options -----------
# emu-cc asks for the variant it needs: make guest VARIANT=name GUEST_CC=cc GUEST_CFLAGS='...'

VARIANT ?= default
GUEST_CC ?= $(CC)
GUEST_AR ?= $(AR)
GUEST_CFLAGS ?= -DLIBPI_YEAR=2026
GUEST = $(OUT)/guest/$(VARIANT)
LIBPI_SRC = $(sort $(wildcard libpi/src/*.c)) wire/crc32.c
GUEST_LIB = $(patsubst %,$(GUEST)/%.o,$(LIBPI_SRC))
GUEST_OBJ = $(patsubst %,$(GUEST)/%.o,$(sort $(wildcard emu/native/guest/*.c emu/native/guest/*.S)))

$(GUEST)/%.c.o: %.c
	@mkdir -p $(@D)
	$(GUEST_CC) $$(emu/emu-cc --cc=$(GUEST_CC) $(filter --target=%,$(GUEST_CFLAGS)) --print-cflags) $(REPRODUCIBLE) $(WARN) -Wno-pointer-to-int-cast \
	    -Wno-int-to-pointer-cast -O2 $(GUEST_CFLAGS) $(GUEST_OWN) $(if $(filter $(UNCOUNTED),$*),,$(GUEST_COUNT)) -I. -MMD -MP -c $< -o $@
# What counts blocks has none itself, and the accesses none but their caller's.
UNCOUNTED = emu/native/guest/count emu/native/guest/port emu/native/guest/start
# Accesses end in the device's own function; each of them hands on where it was called.
$(GUEST)/emu/native/guest/port.c.o: GUEST_OWN = -foptimize-sibling-calls
$(GUEST)/%.S.o: %.S
	@mkdir -p $(@D)
	$(GUEST_CC) $(GUEST_CFLAGS) -c $< -o $@
$(GUEST)/libpi.a: $(GUEST_LIB)
	@rm -f $@
	$(GUEST_AR) rcsD $@ $^
guest: $(GUEST)/libpi.a $(GUEST_OBJ)

# ---- the Pi side --------------------------------------------------------------------------------

YEAR ?= 2026
PI = $(OUT)/pi/$(YEAR)
PI_OBJ = $(patsubst %,$(PI)/%.o,$(LIBPI_SRC) $(sort $(wildcard libpi/asm/*.S)))

$(OUT)/pi/$(YEAR)/%.c.o: %.c
	@mkdir -p $(@D)
	$(ARM)gcc $(PI_CFLAGS) -DLIBPI_YEAR=$(YEAR) -c $< -o $@
$(OUT)/pi/$(YEAR)/%.S.o: %.S
	@mkdir -p $(@D)
	$(ARM)gcc $(PI_CFLAGS) -Wa,--debug-prefix-map=$(CURDIR)=. -DLIBPI_YEAR=$(YEAR) -c $< -o $@
$(PI)/libpi.a: $(PI_OBJ)
	@rm -f $@
	$(ARM)ar rcsD $@ $^
libpi: $(PI)/libpi.a

pi: libpi pi-side/bootloader.bin pi-side/device-loop.bin

PISIDE_BOOT_SRC = pi-side/bootloader-start.S pi-side/bootloader.c pi-side/boot-protocol.c pi-side/uart-line.c
LOOP_SRC = pi-side/loop-protocol.c pi-side/loop-control.c pi-side/loop-execute.c
PISIDE_LOOP_SRC = pi-side/device-loop.c pi-side/device-loop-bus.c pi-side/device-loop-vectors.S pi-side/uart-line.c $(LOOP_SRC) \
                  wire/answer.c wire/crc24.c wire/frame.c wire/guard.c wire/ops.c
# Small before fast: the line is slower than either.
$(PI)/pi-side/%.o $(PI)/wire/%.o: PI_CFLAGS += -Os
# The loop stays below 8 KB, the boot loader below 4 KB.
LOOP_SMALL_SRC = pi-side/device-loop.c $(LOOP_SRC) $(filter wire/%,$(PISIDE_LOOP_SRC))
$(patsubst %,$(PI)/%.o,$(LOOP_SMALL_SRC)): PI_CFLAGS += -mthumb -flto
$(patsubst %,$(PI)/%.o,pi-side/uart-line.c pi-side/boot-protocol.c): PI_CFLAGS += -mthumb
pi-side/bootloader.elf: pi-side/bootloader.ld $(patsubst %,$(PI)/%.o,$(PISIDE_BOOT_SRC)) $(PI)/libpi.a
	$(ARM)gcc -nostdlib -Wl,--gc-sections -Wl,--build-id=none -T $^ -lgcc -o $@
pi-side/device-loop.elf: libpi/memmap $(patsubst %,$(PI)/%.o,$(PISIDE_LOOP_SRC)) $(PI)/libpi.a
	$(ARM)gcc -flto -Os $(REPRODUCIBLE) -nostdlib -Wl,--gc-sections -Wl,--build-id=none -T $^ -lgcc -o $@
pi-side/%.bin: pi-side/%.elf
	$(ARM)objcopy -O binary $< $@

# ---- test programs: each .c builds to .emu, and to .bin where the ARM compiler is -----------------

PROGRAM_SRC = $(sort $(wildcard test-binaries/*.c))
PROGRAM_EMU = $(PROGRAM_SRC:.c=.emu)
PROGRAM_BIN = $(PROGRAM_SRC:.c=.bin)
programs: $(PROGRAM_EMU)
EMU_CC_DEPS = emu/emu-cc emu/native/guest.ld emu/note.S emu/emu $(OUT)/host/harness.a $(GUEST)/libpi.a
ifneq ($(HAVE_ARM),)
pi: $(PROGRAM_BIN)
test-binaries/%.bin: test-binaries/%.c emu/pi-cc libpi/memmap $(PI)/libpi.a
	emu/pi-cc $(REPRODUCIBLE) -g -O2 -Wall -Wextra $< -o $@
test-binaries/%.emu: test-binaries/%.c test-binaries/%.bin $(EMU_CC_DEPS)
	emu/emu-cc --twin=$(<:.c=.bin) $(REPRODUCIBLE) -g -O2 -Wall -Wextra $< -o $@
else
test-binaries/%.emu: test-binaries/%.c $(EMU_CC_DEPS)
	emu/emu-cc $(REPRODUCIBLE) -g -O2 -Wall -Wextra $< -o $@
endif

# ---- tests ----------------------------------------------------------------------------------------

UNIT_SRC = $(sort $(wildcard tests/unit/*.c))
UNIT = $(patsubst tests/unit/%.c,$(OUT)/tests/%.t,$(UNIT_SRC))
# A laptop, a line and a Pi in virtual time.
LINE_WORLD_SRC = tests/bench/line-world.c tests/bench/line-journal.c
# A unit test sees every module but the two with a main and the one that owns the address space.
UNIT_LIB = $(call hostobj,$(WIRE_SRC) $(LIBUNIX_SRC) $(LOOP_IMAGE) emu/options.c emu/console.c emu/sd-image.c emu/web/request.c emu/web/history.c \
           pi-side/boot-protocol.c $(LOOP_SRC) $(LINE_MODEL_SRC) $(LINE_WORLD_SRC) \
           $(sort $(wildcard emu/core/*.c emu/dev/*.c emu/parts/*.c emu/remote/*.c emu/observe/*.c emu/screen/*.c)))
$(OUT)/tests/boot-receiver.t: $(OUT)/host/tests/fuzz/installer.c.o
# tests/unit/boot-rig.h puts a simulated line in the place of a real one.
BOOT_RIG_WRAP = $(patsubst %,-Wl$(comma)--wrap=line_%,read read_all write drop now_ms)
comma = ,
$(OUT)/tests/boot-faults.t: UNIT_LDFLAGS = $(BOOT_RIG_WRAP)
$(OUT)/tests/%.t: $(OUT)/host/tests/unit/%.c.o $(UNIT_LIB)
	@mkdir -p $(@D)
	$(CC) -no-pie $^ $(UNIT_LDFLAGS) -lcmocka -lz -o $@
$(OUT)/bench/line-boot: $(call hostobj,tests/bench/line-boot.c $(WIRE_SRC) $(LIBUNIX_SRC) \
                        $(LOOP_IMAGE) pi-side/boot-protocol.c $(LINE_MODEL_SRC))
	@mkdir -p $(@D)
	$(CC) -no-pie $^ $(BOOT_RIG_WRAP) -o $@

E2E = $(sort $(wildcard tests/e2e/*.t))
test: setup-test
	@$(MAKE) --no-print-directory all $(UNIT)
	CMOCKA_MESSAGE_OUTPUT=TAP prove --exec '' -j2 $(UNIT) $(E2E)
setup-test:
	@tools/setup test

run:
	@tools/setup run
	@echo "building ..."
	@$(MAKE) --no-print-directory -s all
	@tools/demo

lint:
	tools/lint
fuzz:
	tests/fuzz/run
BENCH_LINE_SRC = tests/bench/line.c tests/bench/line-naive.c tests/bench/line-tape.c \
                 tests/bench/line-workloads.c
$(OUT)/bench/line: $(call hostobj,$(BENCH_LINE_SRC)) $(UNIT_LIB)
	@mkdir -p $(@D)
	$(CC) -no-pie $^ -o $@
# The device loop with itself as the line, for QEMU to count its instructions.
BENCH_COST_SRC = tests/bench/line-cost.c pi-side/uart-line.c $(LOOP_SRC) wire/encode.c \
                 $(filter wire/%,$(PISIDE_LOOP_SRC))
$(OUT)/bench/line-cost.elf: libpi/memmap $(patsubst %,$(PI)/%.o,$(BENCH_COST_SRC)) $(PI)/libpi.a
	@mkdir -p $(@D)
	$(ARM)gcc -flto -Os -nostdlib -Wl,--gc-sections -Wl,--build-id=none -T $^ -lgcc -o $@
$(OUT)/bench/line-cost.bin: $(OUT)/bench/line-cost.elf
	$(ARM)objcopy -O binary $< $@
ifneq ($(HAVE_ARM),)
bench: $(OUT)/bench/line-cost.bin
endif
bench: all $(OUT)/bench/line
	tests/bench/run $(BENCH)
bless:
	tools/bless

# What the models know of each register, for the tables of docs/devices.md.
$(OUT)/tools/registers: $(call hostobj,tools/devices/registers.c \
                        $(sort $(wildcard emu/core/*.c emu/dev/*.c)))
	@mkdir -p $(@D)
	$(CC) -no-pie $^ -o $@
docs: $(OUT)/tools/registers
	tools/devices-doc --update docs/devices.md
clean:
	rm -rf $(OUT) my-install/my-install echo/echo emu/emu emu/emu-compare emu/emu-log emu/emu-many tools/line-sim pi-side/*.elf pi-side/*.bin \
	    test-binaries/*.emu test-binaries/*.bin test-binaries/*.elf

.PHONY: all host pi libpi guest harness32 harness-aarch64 programs test setup-test run lint fuzz bench bless docs clean
# Kept, though no rule names them: what make would take for a step on the way.
.SECONDARY: $(call hostobj,$(UNIT_SRC))

-include $(shell test -d $(OUT) && find $(OUT) -name '*.d')
