#!/bin/sh
# Also the console's own accesses: how libpi drives the UART for each byte, and the reboot at the end.
exec test-binaries/hello.emu --trace=all 2>&1
