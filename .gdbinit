# For gdb started in this folder; gdb reads it when its auto-load safe path lets it (docs/gdb.md).
# Programs of emu-cc bring the same commands along.
source emu/gdb/pi.py
source emu/gdb/pi-stop.py
