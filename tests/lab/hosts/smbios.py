#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Structures of SMBIOS for a lab host, as QEMU's -smbios file= takes them: one a file.

    smbios.py DIR       writes DIR/N.bin; prints QEMU's arguments

An array of six slots on two channels: three DIMMs of one size, one that is larger and slower, two
empty slots; and two slots of PCI, one of them with the device that stands there."""
import struct
import sys

ARRAY = 0x1000
SECRET = "SECRET-DIMM"


def structure(kind, handle, body, strings=()):
    text = b"".join(s.encode() + b"\0" for s in strings) + b"\0" if strings else b"\0\0"
    return struct.pack("<BBH", kind, 4 + len(body), handle) + body + text


def array(slots):
    # location: board; use: system memory; correction: multi-bit ECC; most: 96 GiB in KiB
    return structure(16, ARRAY, struct.pack("<BBBIHHQ", 3, 3, 6, 96 << 20, 0xfffe, slots, 0))


def dimm(n, locator, bank, size_mib, rated, runs):
    strings = [locator, bank]
    if size_mib:
        strings += ["Samsung", f"{SECRET}-{n}", f"{SECRET}-ASSET-{n}", "M393A2K43BB1"]
    full = 1 if size_mib else 0
    large = size_mib >= 0x7fff  # then the size stands in a field of its own
    body = struct.pack("<HHHHHBBBBBHHBBBBBIH", ARRAY, 0xfffe, 72 if full else 0xffff,
                       64 if full else 0xffff, 0x7fff if large else size_mib, 9, 0, 1, 2,
                       26 if full else 2, 0x80, rated, 3 * full, 4 * full, 5 * full, 6 * full,
                       2 * full, size_mib if large else 0, runs)
    return structure(17, ARRAY + 0x100 + n, body, strings)


def slot(n, name, bus, device):
    # PCIe 3 x16, 16 lanes, in use, long; segment, bus, device and function
    body = struct.pack("<BBBBBHBBHBB", 1, 0xb0, 0x0d, 4, 4, n, 0, 0, 0, bus, device << 3)
    return structure(9, ARRAY + 0x200 + n, body, [name])


def main():
    dimms = [("DIMM A1", "A", 16384, 3200, 2933), ("DIMM A2", "A", 16384, 3200, 2933),
             ("DIMM A3", "A", 0, 0, 0), ("DIMM B1", "B", 16384, 3200, 2933),
             ("DIMM B2", "B", 32768, 2933, 2933), ("DIMM B3", "B", 0, 0, 0)]
    tables = [array(len(dimms))]
    tables += [dimm(n, *d) for n, d in enumerate(dimms)]
    tables += [slot(1, "PCIE-1 (CPU2)", 0x80, 0), slot(2, "PCIE-2", 0, 0x1e)]
    words = []
    for n, table in enumerate(tables):
        path = f"{sys.argv[1]}/{n}.bin"
        with open(path, "wb") as f:
            f.write(table)
        words += ["-smbios", f"file={path}"]
    print(" ".join(words))


main()
