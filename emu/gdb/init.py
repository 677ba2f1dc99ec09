"""For ~/.config/gdb/gdbinit: source TREE/emu/gdb/init.py

The commands in every gdb, the sources of libpi, and the programs of this tree without a question of
gdb's auto-load safe path; see docs/gdb.md."""

import os

import gdb

tree = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
gdb.execute("add-auto-load-safe-path " + tree)
gdb.execute("directory " + tree, to_string=True)
gdb.execute("source " + os.path.join(tree, "emu/gdb/pi.py"))
gdb.execute("source " + os.path.join(tree, "emu/gdb/pi-stop.py"))
