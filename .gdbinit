# For gdb started in this folder; see docs/gdb.md.
source emu/gdb/init.py
