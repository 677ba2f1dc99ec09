"""usage: vscode.py FOLDER PROG.emu - reads FOLDER's launch.json and tasks.json as VS Code does, and starts gdb's
machine interface with what the first configuration says, in the order of the C/C++ extension: its setup
commands, the program, breakpoints, run. Prints where it stops."""

import json
import os
import re
import subprocess
import sys

LIMIT = 5000  # lines of gdb's until it has to have stopped


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.loads(re.sub(r"^\s*//.*$", "", f.read(), flags=re.M))


class Gdb:
    def __init__(self):
        self.gdb = subprocess.Popen(["gdb", "-nx", "-q", "--interpreter=mi"], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def until(self, *starts):
        for _ in range(LIMIT):
            line = self.gdb.stdout.readline()
            if line.startswith(starts) or not line:
                return line
        sys.exit("gdb does not answer")

    def say(self, command):
        self.gdb.stdin.write(command + "\n")
        self.gdb.stdin.flush()
        answer = self.until("^")
        if answer.startswith("^error"):
            print(command, answer)
        return answer

    def go(self, command):
        self.say(command)
        line = self.until("*stopped")
        found = [re.search(key + '="([^"]*)"', line) for key in ("reason", "func", "file", "line")]
        reason, func, name, number = (m[1] if m else "?" for m in found)
        print("stopped: %s %s %s:%s" % (reason, func, name, number))


def main():
    folder, program = sys.argv[1:]
    config = read(folder + "/launch.json")["configurations"][0]
    tasks = {t["label"]: t for t in read(folder + "/tasks.json")["tasks"]}
    every = read(folder + "/launch.json")["configurations"]
    wrong = [c["name"] for c in every if c["preLaunchTask"] not in tasks or c["MIMode"] != "gdb"
             or c["program"] not in tasks[c["preLaunchTask"]]["args"]]
    print("tasks:", "ok" if not wrong else wrong)
    gdb = Gdb()
    for command in config["setupCommands"]:
        gdb.say(command["text"].replace("${workspaceFolder}", os.path.dirname(program)))
    gdb.say("-file-exec-and-symbols " + program)
    gdb.say("-break-insert notmain")
    gdb.say('-interpreter-exec console "break-access GPIO.FSEL2 write"')
    gdb.go("-exec-run")
    gdb.go("-exec-continue")
    gdb.say("-interpreter-exec console \"delete 2\"")
    gdb.go("-exec-next")
    gdb.say("-gdb-exit")


main()
