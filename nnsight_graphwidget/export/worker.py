"""The process that V8 runs in; started by ``engine.py`` as a script, so it imports nothing of the package.

Arguments: the folder of py_mini_racer, the script, the most memory (bytes), the longest idle time (seconds).
Standard input and output carry frames: 8 bytes of length, little endian, then JSON. It ends when its input does.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import threading


def main(packages: str, script: str, memory: str, idle: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt of the notebook is the parent's to handle
    sys.path.append(packages)
    from py_mini_racer import MiniRacer

    racer = MiniRacer()
    with open(script, encoding="utf-8") as file:
        racer.eval(file.read())
    while True:
        timer = threading.Timer(float(idle), os._exit, (0,))
        timer.daemon = True
        timer.start()
        header = sys.stdin.buffer.read(8)
        timer.cancel()
        if len(header) < 8:
            return
        request = sys.stdin.buffer.read(struct.unpack("<Q", header)[0]).decode("ascii")
        try:
            answer = str(racer.eval(f"ngw.render({json.dumps(request)})", max_memory=int(memory)))
        except Exception as error:  # whatever the script raised is the answer
            answer = json.dumps({"error": f"{type(error).__name__}: {error}"[:2000]})
        content = answer.encode("utf-8", "surrogatepass")
        sys.stdout.buffer.write(struct.pack("<Q", len(content)) + content)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
