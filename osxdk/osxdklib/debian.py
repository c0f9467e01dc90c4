# SPDX-License-Identifier: MPL-2.0
"""debian - what Debian calls each architecture, and the suite that its packages come from.

riscv64 has been a release architecture since trixie; loong64 is not one yet and comes from the suite that is to be the
next release.  `gcc` is the version whose libgcc the suite's C library is built with.
"""
import typing


class Debian(typing.NamedTuple):
    """One architecture in Debian's words; `loader` is where its C library's loader is looked for by programs."""
    arch: str
    suite: str
    triple: str
    gcc: str
    loader: str


PORTS = {
    'x86_64': Debian('amd64', 'bookworm', 'x86_64-linux-gnu', '12', '/lib64/ld-linux-x86-64.so.2'),
    'riscv64': Debian('riscv64', 'trixie', 'riscv64-linux-gnu', '14', '/lib/ld-linux-riscv64-lp64d.so.1'),
    'loongarch64': Debian('loong64', 'forky', 'loongarch64-linux-gnu', '15', '/lib64/ld-linux-loongarch-lp64d.so.1'),
}
