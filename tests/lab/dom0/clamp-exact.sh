#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The power clamp within 1 point, where time goes by instructions (--icount): see clamp.sh.
exec bash "$(dirname "$0")/clamp.sh" 1 5 shares
