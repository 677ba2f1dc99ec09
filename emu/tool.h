/* emu/tool.h - --valgrind and --gdb. */
#ifndef EMU_TOOL_H
#define EMU_TOOL_H

/* If the options ask for it and the program is not under it yet: becomes the tool, which starts
 * this program again with its options. Returns otherwise; with a message and status 2 the tool
 * cannot be started. */
void tool_start(char **argv);

#endif
