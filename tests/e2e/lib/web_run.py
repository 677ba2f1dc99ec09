"""A run under --web: its address, requests to its server, its end."""
import http.client
import os
import re
import signal
import struct
import subprocess
import time

LIMIT_S = 60
RUN_LIMIT_S = 300  # nobody else ends a run that waits for a page, if its test is killed


def until(condition):
    """Asks again and again until it is true; what it is then, or false after LIMIT_S."""
    end = time.monotonic() + LIMIT_S
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return value


class Run:
    def __init__(self, program, *options, env=None):
        self.process = subprocess.Popen([program, f"--timeout={RUN_LIMIT_S}", *(options or ["--web"])], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        start_new_session=True, env=env)
        self.said = self.process.stderr.readline()
        match = re.search(r"http://127\.0\.0\.1:(\d+)/#([0-9a-f]{32})", self.said)
        if not match:
            self.process.kill()
            raise RuntimeError(f"no address: {self.said}{self.process.stderr.read()}")
        self.url, self.port, self.key = match[0], int(match[1]), match[2]

    def ask(self, method, path, body=None, **headers):
        """Status and body of the answer. body: bytes; a header that is None is left out. X_Emu_Key stands for X-Emu-Key."""
        sent = {"Host": f"127.0.0.1:{self.port}", "X-Emu-Key": self.key}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            self.headers = answer.headers
            return answer.status, answer.read()
        finally:
            connection.close()

    def poll(self, access=0, text=0):
        """The state as JSON text, what was printed, and how many accesses came."""
        _, data = self.ask("GET", f"/poll?page=1&access={access}&text={text}")
        njson, ntext, n = struct.unpack_from("<III", data, 16)
        return data[32:32 + njson].decode(), data[32 + njson:32 + njson + ntext].decode(), n

    def stop(self, by=signal.SIGINT):
        """As Ctrl-C does: all in the foreground hear it."""
        os.killpg(self.process.pid, by)

    def end(self):
        """Waits for the end: status (negative: the signal), and what was printed."""
        out, err = self.process.communicate(timeout=LIMIT_S)
        return self.process.returncode, out, err

    def left(self):
        """Processes of the run that are still there."""
        return subprocess.run(["pgrep", "-s", str(self.process.pid)], capture_output=True, text=True,
                              check=False).stdout.split()
