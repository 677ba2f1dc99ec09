#!/bin/sh
# The course's trace format: each device access of blink, with the models answering.
exec test-binaries/blink.emu --trace 2>&1
