# SPDX-License-Identifier: MPL-2.0
"""log - omega log: the kernel's log, out of its ring."""
from . import kernel

LEVELS = ('emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug')


def records():
    """(sequence, nanoseconds, level, text) of every record, oldest first."""
    ring = kernel.var('ring', 'log.c')
    header = kernel.struct('record_header')
    at, tail = int(ring['head']), int(ring['tail'])
    base, size = int(ring['bytes'].address), ring['bytes'].type.sizeof
    while at != tail:
        record = kernel.as_struct(base + at % size, 'record_header')
        if int(record['sequence']):
            text = kernel.text(base + at % size + header.sizeof, int(record['text_len']))
            yield int(record['sequence']), int(record['time_ns']), int(record['level']) & 7, text
        if not int(record['size']):
            return
        at += int(record['size'])


class Log(kernel.Command):
    """omega log [LINES]: the kernel's log, or its last LINES records."""
    name = 'log'

    def show(self, argument):
        lines = [f'[{ns // 10**9:5}.{ns // 1000 % 10**6:06}] {LEVELS[level]:6} {text}' for _, ns, level, text in records()]
        return lines[-int(argument):] if argument.strip().isdecimal() else lines


COMMANDS = (Log,)
