#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A disk and a NIC attached and detached 50 times with LONG=yes, else ten times (CYCLES says otherwise): is anything left behind?
exec bash "$(dirname "$0")/actions.sh" linux cycles
