# SPDX-License-Identifier: MPL-2.0
"""The parts of osxdk.  Python's standard library only."""
