#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""qmp.py SOCKET JOB...: stands by at QEMU's machine protocol, from when QEMU listens to its end.

wake  whenever the host has fallen asleep (S3), wakes it two seconds later
stir  stops the host twenty times a second and has it go on at once. By instructions (-icount) QEMU emulates one CPU
      after the other until a timer is due, beginning with the first after each timer: where one CPU waits for a later
      one in a loop without a PAUSE, the later one never has its turn, and the host stands still. (QEMU shares the time
      out since release 8.1.) After a stop each CPU has a turn.
"""
import json
import os
import selectors
import socket
import sys
import time

STIR_SECONDS = 0.05
WAKE_SECONDS = 2


def connect(path):
    while os.path.isdir(os.path.dirname(path)):  # the lab's, which is gone when it ends
        try:
            s = socket.socket(socket.AF_UNIX)
            s.connect(path)
            return s
        except OSError:
            time.sleep(0.5)
    sys.exit()


def ask(qmp, *commands):
    qmp.sendall("".join(json.dumps({"execute": command}) + "\n" for command in commands).encode())


def events(data):
    """The names of the events in the lines of DATA; what is left of the last one, if it isn't whole"""
    *lines, rest = data.split(b"\n")
    return [json.loads(line).get("event") for line in lines], rest


def stand_by(qmp, jobs):
    ready = selectors.DefaultSelector()
    ready.register(qmp, selectors.EVENT_READ)
    rest = b""
    ask(qmp, "qmp_capabilities")
    while True:
        if ready.select(STIR_SECONDS if "stir" in jobs else None):
            data = qmp.recv(65536)
            if not data:
                return
            names, rest = events(rest + data)
            if "wake" in jobs and "SUSPEND" in names:
                time.sleep(WAKE_SECONDS)
                ask(qmp, "system_wakeup")
        else:
            ask(qmp, "stop", "cont")


try:
    stand_by(connect(sys.argv[1]), sys.argv[2:])
except OSError:
    pass  # QEMU has ended
