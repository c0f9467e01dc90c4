# SPDX-License-Identifier: MPL-2.0
"""The parts of osxdk/gdb/omega.py, by idea; they run inside gdb."""
