#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A PCI function made assignable, given to a guest, taken from it and given back to dom0.
exec bash "$(dirname "$0")/actions.sh" pci
